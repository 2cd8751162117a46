import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { systemClock } from '../../common/clock';
import { loadConfig, type Config } from '../../common/config';
import type { Ids } from '../../common/ids';
import { MINUTE, SECOND, type Instant, type Millis } from '../../domain/instant';
import type { Line as LineName, Plan, Server } from '../plan/plan';
import { registerSearchAttributes } from '../../worker/search-attributes';
import { ApiHost } from './api-host';
import { foundCompany } from './company';
import { Gate } from './gate';
import { environment, storyIds } from './keys';
import { Line } from './line';
import { StoryClock } from './story-clock';
import { TestServer } from './test-server';
import type { WorkerChild, WorkerPool } from './worker-child';

/** What a runner has for all its stories. */
export interface StoryEnv {
  /** A fresh, migrated database. */
  readonly createDatabase: () => Promise<{ readonly url: string; readonly drop: () => Promise<void> }>;
  /** Path of `temporal-test-server`. */
  readonly testServer: string;
  readonly workers: WorkerPool;
}

/** Between a decision about the server's time and the instant it holds from: nobody has seen that instant yet. */
const NOTICE: Millis = 5;
/** For so long of the server's time the story stands still at a step; for longer when the step is not done by then. */
const STILL: Millis = 10 * SECOND;
/** When less than this is left of it, it is made longer. */
const RESERVE: Millis = 3 * SECOND;
const WATCH_EVERY: Millis = 500;
/** Server time that is spent, unseen, to find out whether anything is still being done. */
const IDLE: Millis = 100;
/** Longer than a worker may keep a workflow task (10 s) or an activity (30 s). */
const FORGOTTEN: Millis = 31 * SECOND;
/** While no worker runs its tasks keep the clock from skipping; after this long it is pushed on. */
const STUCK: Millis = 20;
const TASK_QUEUE = 'story';

/** The servers of one story: Temporal, PostgreSQL, API, worker, and the lines between them; and its clock. */
export class World {
  private api: ApiHost | null = null;
  private worker: WorkerChild | null = null;
  private apiPort = 0;
  private readonly watch = setInterval(() => void this.stayStill(), WATCH_EVERY);

  private constructor(
    private readonly env: StoryEnv,
    private readonly server: TestServer,
    readonly clock: StoryClock,
    private readonly gate: Gate,
    private readonly line: Line,
    private readonly config: Config,
    private readonly ids: Ids,
    private readonly dropDatabase: () => Promise<void>,
  ) {}

  /** Everything runs when this resolves, and story time stands still at the beginning. */
  static async open(plan: Plan, env: StoryEnv): Promise<World> {
    const [server, database] = await Promise.all([TestServer.start(env.testServer), env.createDatabase()]);
    let world: World | null = null;
    try {
      const now = await server.now();
      const clock = new StoryClock(plan.begin, now - MINUTE, now + STILL);
      const gate = await Gate.open(server.address, clock);
      const line = await Line.open(database.url);
      const config = loadConfig(environment(line.url, gate.address, TASK_QUEUE));
      const ids = storyIds(plan.title);
      world = new World(env, server, clock, gate, line, config, ids, database.drop);
      const prepared = [foundCompany(plan, config, clock, ids), registered(gate.address, config.temporal.namespace)];
      await Promise.all([...prepared, world.start(['api', 'worker'])]);
      return world;
    } catch (error) {
      await (world?.close() ?? server.stop().then(database.drop));
      throw error;
    }
  }

  get url(): string {
    return `http://127.0.0.1:${this.apiPort}`;
  }

  /** Lets story time run to this moment. What is due until then has happened when it resolves. */
  async runTo(at: Instant): Promise<void> {
    if (at > this.clock.now()) {
      const now = await this.server.now();
      const arrives = this.clock.standStillAt(at, STILL, now + NOTICE);
      await this.skip(arrives - now + NOTICE);
      this.clock.arrive(at);
      this.worker?.tell(at);
    }
    await this.settle();
  }

  /** Resolves when nothing is being done any more. Story time stands still. */
  async settle(): Promise<void> {
    while (this.isWorking()) {
      const began = systemClock.now();
      await this.server.skip(IDLE);
      if (systemClock.now() - began < IDLE * 0.8) return;
    }
  }

  isWorking(): boolean {
    return this.worker?.isRunning() ?? false;
  }

  /** What the worker complained about; empty when all is well. */
  complaints(): string {
    return this.worker?.complaints() ?? '';
  }

  /** Resolves when they are ready. */
  async start(servers: readonly Server[]): Promise<void> {
    await Promise.all(servers.map((name) => (name === 'api' ? this.startApi() : this.startWorker())));
  }

  private async startApi(): Promise<void> {
    if (this.api) return;
    this.api = await ApiHost.start(this.config, this.clock, this.ids, this.apiPort);
    this.apiPort = this.api.port;
  }

  private async startWorker(): Promise<void> {
    if (this.isWorking()) return;
    const env = environment(this.config.databaseUrl, this.config.temporal.address, TASK_QUEUE);
    this.worker = await this.env.workers.start(env, this.clock.now());
  }

  async stop(servers: readonly Server[], how: 'stop' | 'kill'): Promise<void> {
    for (const name of servers) {
      if (name === 'api') {
        await this.api?.stop();
        this.api = null;
      } else if (this.worker) {
        await (how === 'kill' ? this.worker.kill() : this.worker.stop());
        // Tasks that it had in hand are given out anew: in production after seconds, here unseen.
        this.clock.extend((await this.server.now()) + FORGOTTEN + STILL);
        await this.skip(FORGOTTEN);
      }
    }
  }

  async setLine(name: LineName, open: boolean): Promise<void> {
    const line = name === 'database' ? this.line : this.gate;
    await (open ? line.restore() : line.cut());
  }

  async close(): Promise<void> {
    clearInterval(this.watch);
    await Promise.all([this.worker?.kill(), this.api?.stop()]);
    await Promise.all([this.gate.close(), this.line.cut(), this.server.stop()]);
    await this.dropDatabase();
  }

  /** A step that takes longer than was thought keeps the story still for longer. */
  private async stayStill(): Promise<void> {
    const now = await this.server.now().catch(() => null);
    if (now !== null && this.clock.resumesAt - now < RESERVE) this.clock.extend(now + STILL);
  }

  /** The server's clock goes on by this; with nobody to work, its tasks are passed over. */
  private async skip(length: Millis): Promise<void> {
    if (length <= 0) return;
    if (this.isWorking()) return this.server.skip(length);
    let there = false;
    let passed = 0;
    const arriving = this.server.skip(length).then(() => {
      there = true;
    });
    while (!there) {
      await Promise.race([arriving, sleep(STUCK)]);
      // A task that nobody takes holds a lock.
      if (!there && (await this.server.unlock())) passed += 1;
    }
    await arriving;
    for (; passed > 0; passed -= 1) await this.server.lock();
  }
}

async function registered(address: string, namespace: string): Promise<void> {
  const connection = await Connection.connect({ address });
  try {
    await registerSearchAttributes(connection, namespace);
  } finally {
    await connection.close();
  }
}
