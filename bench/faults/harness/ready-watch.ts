import { ask, keepingAgent } from './ask';
import type { ReadySample } from './log';

const EVERY_MS = 500;
const TIMEOUT_MS = 5_000;

/** Asks `/readyz` of every API twice a second, whatever became of the questions before. */
export class ReadyWatch {
  readonly samples: ReadySample[] = [];
  private readonly agent = keepingAgent();
  private timer: NodeJS.Timeout | undefined;
  private asking: Promise<void>[] = [];

  constructor(private readonly urls: readonly string[]) {}

  start(): void {
    this.timer = setInterval(() => this.urls.forEach((url) => this.asking.push(this.askOne(url))), EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all(this.asking);
    this.agent.destroy();
  }

  private async askOne(url: string): Promise<void> {
    const askedAt = Date.now();
    const question = { method: 'GET', url: `${url}/readyz`, headers: {}, timeoutMs: TIMEOUT_MS } as const;
    const status = await ask(this.agent, question).then(
      (answer) => answer.status,
      () => null,
    );
    this.samples.push({ url, askedAt, answeredAt: Date.now(), status });
  }
}
