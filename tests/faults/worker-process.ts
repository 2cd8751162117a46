import { fork, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { TYPESCRIPT } from '../support/program';
import { until } from '../workflows/support/until';

export interface WorkerSettings {
  readonly address: string;
  readonly databaseUrl: string;
  readonly taskQueue: string;
}

/** What is unusual about the machine it runs on. */
export interface Machine {
  /** Its time zone; UTC when it is not told. */
  readonly zone?: string;
  /** By how much its clock is fast, in milliseconds; slow when negative. */
  readonly fast?: number;
}

export type Place = 'before' | 'after' | 'before-message' | 'after-message';

/** Where the next writes of batches, or of messages, are held; null lets go what is held. */
export interface ToWorker {
  readonly hold: Place | null;
}

export type FromWorker =
  | { readonly ready: true; readonly clock: number }
  /** The write of a batch with these events is held, or of messages of these templates. */
  | { readonly held: Place; readonly types: readonly string[] }
  /** The database has taken it, or turned it away. */
  | { readonly written: readonly string[] };

const running = new Set<WorkerProcess>();

/** A worker that can be frozen and killed. */
export class WorkerProcess {
  private readonly heard: FromWorker[] = [];
  private readonly exited: Promise<void>;
  private errors = '';

  private constructor(private readonly child: ChildProcess) {
    child.on('message', (message: FromWorker) => this.heard.push(message));
    child.stderr?.on('data', (data: Buffer) => (this.errors += data.toString()));
    this.exited = new Promise((resolve) => child.once('exit', () => resolve()));
  }

  static async start(settings: WorkerSettings, { zone = 'UTC', fast = 0 }: Machine = {}): Promise<WorkerProcess> {
    const program = path.join(__dirname, 'fixtures', 'worker.ts');
    const clock = path.join(__dirname, 'fixtures', 'clock.js');
    const child = fork(program, [JSON.stringify(settings)], {
      execArgv: [...TYPESCRIPT, ...(fast === 0 ? [] : ['--require', clock])],
      env: { TZ: zone, FAST_BY: String(fast) },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const worker = new WorkerProcess(child);
    running.add(worker);
    await until('a worker process is up', () => worker.alive() && worker.heard.length > 0);
    return worker;
  }

  /** What its clock said when it was ready, ms since the epoch. */
  get clock(): number {
    const [first] = this.heard;
    if (!first || !('ready' in first)) throw new Error('it was never ready');
    return first.clock;
  }

  hold(where: ToWorker['hold']): void {
    this.child.send({ hold: where } satisfies ToWorker);
  }

  /** Waits until a write is held. @returns the types of its events. */
  held(): Promise<readonly string[]> {
    return until('a write is held', () => {
      this.alive();
      const last = this.heard.at(-1);
      return last && 'held' in last && last.types;
    });
  }

  /** Waits until a batch of these events has been handed to the database. */
  async wrote(types: readonly string[]): Promise<void> {
    await until('the write is over', () =>
      this.heard.some((message) => 'written' in message && message.written.join() === types.join()),
    );
  }

  /** It stands still, in the middle of whatever it does. */
  freeze(): void {
    this.child.kill('SIGSTOP');
  }

  /** It goes on as if nothing had happened. */
  thaw(): void {
    this.child.kill('SIGCONT');
    this.hold(null);
  }

  async kill9(): Promise<void> {
    running.delete(this);
    this.child.kill('SIGKILL');
    await this.exited;
  }

  private alive(): boolean {
    if (this.child.exitCode === null && this.child.signalCode === null) return true;
    throw new Error(`the worker process ended: ${this.errors}`);
  }
}

/** For `afterEach`: nothing that a test started outlives it, frozen or not. */
export async function killWorkers(): Promise<void> {
  await Promise.all([...running].map((worker) => worker.kill9()));
}
