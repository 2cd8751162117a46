import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { systemClock } from '../../common/clock';
import { stackEnvironment } from '../../common/config';
import type { Instant } from '../../domain/instant';
import type { StartWorker } from './worker-process';

/**
 * Worker processes. One is always loaded and waiting, so that starting a worker in a story takes a fraction of a
 * second.
 */
export class WorkerPool {
  private spare: Promise<ChildProcess> | null = null;

  /** @param typescript the options by which Node reads a worker that is not compiled. */
  constructor(
    private readonly bundle: string,
    private readonly typescript: readonly string[],
  ) {}

  /** Loads the next one. */
  warm(): void {
    this.spare ??= load(this.typescript);
    this.spare.catch(() => undefined);
  }

  async start(env: StartWorker['env'], story: Instant): Promise<WorkerChild> {
    const child = await (this.spare ?? load(this.typescript));
    this.spare = null;
    const worker = new WorkerChild(child);
    await worker.run({ env, bundle: this.bundle, story });
    this.warm();
    return worker;
  }

  async close(): Promise<void> {
    const child = await this.spare?.catch(() => null);
    this.spare = null;
    if (child) await ended(child, () => child.kill('SIGKILL'));
  }
}

/** A running worker. */
export class WorkerChild {
  private output = '';

  constructor(private readonly child: ChildProcess) {
    child.stderr?.on('data', (chunk: Buffer) => {
      this.output = (this.output + chunk.toString()).slice(-LAST);
    });
  }

  isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** The end of what it complained about. */
  complaints(): string {
    return this.output.trim();
  }

  async run(start: StartWorker): Promise<void> {
    this.child.send({ start });
    await message(this.child, 'running', () => this.output);
  }

  /** Tells it what the story's clock shows. */
  tell(time: Instant): void {
    if (this.isRunning() && this.child.connected) this.child.send({ time });
  }

  /** SIGTERM: it finishes what it has in hand. */
  async stop(): Promise<void> {
    await ended(this.child, () => this.child.kill('SIGTERM'));
  }

  /** SIGKILL, in the middle of whatever it does. */
  async kill(): Promise<void> {
    await ended(this.child, () => this.child.kill('SIGKILL'));
  }
}

const LAST = 4_000;
const READY_WITHIN = 30_000;
const GONE_WITHIN = 15_000;

async function load(typescript: readonly string[]): Promise<ChildProcess> {
  const script = path.join(__dirname, `worker-process${path.extname(__filename)}`);
  const child = fork(script, [], {
    execArgv: script.endsWith('.ts') ? [...typescript] : [],
    env: { ...stackEnvironment(), NODE_OPTIONS: '' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let output = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-LAST);
  });
  await message(child, 'loaded', () => output);
  return child;
}

async function message(child: ChildProcess, name: 'loaded' | 'running', output: () => string): Promise<void> {
  const until = systemClock.now() + READY_WITHIN;
  await new Promise<void>((resolve, reject) => {
    const fail = (why: string): void => {
      done();
      reject(new Error(`the worker ${why}\n${output()}`.trim()));
    };
    const onMessage = (sent: object): void => {
      if (!(name in sent)) return;
      done();
      resolve();
    };
    const onExit = (code: number | null, signal: string | null): void => fail(`ended with ${signal ?? code}`);
    const timer = setTimeout(() => fail(`was not ${name} in time`), until - systemClock.now());
    const done = (): void => {
      clearTimeout(timer);
      child.off('message', onMessage).off('exit', onExit);
    };
    child.on('message', onMessage).on('exit', onExit);
  });
}

async function ended(child: ChildProcess, end: () => void): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  const timer = setTimeout(() => child.kill('SIGKILL'), GONE_WITHIN);
  end();
  await gone;
  clearTimeout(timer);
}
