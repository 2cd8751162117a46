import type { Client } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, type Worker } from '@temporalio/worker';
import type { Command, CommandData, CommandName } from '../../../domain/event';
import type { Refusal } from '../../../domain/family';
import { DAY, type Instant, type Millis } from '../../../domain/instant';
import { localTimeOf } from '../../../domain/zone';
import { withTimeout } from '../../../common/temporal';
import { registerSearchAttributes } from '../../../worker/search-attributes';
import { createWorker } from '../../../worker/worker';
import { openingOf, SHANGHAI, type OpenOptions } from '../../domain/support';
import { timeSkippingServer } from '../../support/servers';
import { bundlePath, dataConverter } from './bundle';
import { TestCase } from './case';

const QUEUE = 'cases';
/** Of every call to the server, in real milliseconds. */
const DEADLINE = 15_000;

/** A server that skips time and a worker on it. Time is the world's own: nothing waits for the machine's. */
export class World {
  private running: Promise<void> | null = null;
  private worker: Worker | null = null;
  private count = 0;

  private constructor(
    private readonly env: TestWorkflowEnvironment,
    private readonly bundle: string,
    private readonly activities: object,
  ) {}

  static async open(activities: object): Promise<World> {
    Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
    const bundle = await bundlePath();
    const env = await TestWorkflowEnvironment.createTimeSkipping({
      server: { executable: { type: 'existing-path', path: timeSkippingServer() } },
      client: { dataConverter },
    });
    await registerSearchAttributes(env.connection, 'default');
    const world = new World(env, bundle, activities);
    await world.work();
    return world;
  }

  get client(): Client {
    return this.env.client;
  }

  /** Starts a worker; a new one has nothing in its cache. */
  async work(): Promise<void> {
    this.worker = await createWorker({
      connection: this.env.nativeConnection,
      namespace: 'default',
      taskQueue: QUEUE,
      dataConverter,
      bundle: { codePath: this.bundle },
      activities: this.activities,
    });
    this.running = this.worker.run();
  }

  /** Stops the worker: timers go on, nobody acts on them. */
  async rest(): Promise<void> {
    if (this.running) this.worker?.shutdown();
    await this.running;
    this.running = null;
  }

  call<R>(work: () => Promise<R>): Promise<R> {
    return withTimeout(this.env.connection, DEADLINE, work);
  }

  now(): Promise<Instant> {
    return this.env.currentTimeMs();
  }

  async sleep(time: Millis): Promise<void> {
    await this.call(() => this.env.sleep(time));
  }

  /** Time passes although a task waits for a worker, which otherwise holds it. */
  async sleepUnattended(time: Millis): Promise<void> {
    const { testService } = this.env.connection;
    await this.call(() => testService.unlockTimeSkipping({}));
    await this.sleep(time);
    await this.call(() => testService.lockTimeSkipping({}));
  }

  async until(instant: Instant): Promise<void> {
    const left = instant - (await this.now());
    if (left > 0) await this.sleep(left);
  }

  /** Goes on to the next time that the clock of the zone shows this on this day of the week (1 = Monday). */
  async goTo(weekday: number, timeOfDay: Millis, zone = SHANGHAI): Promise<Instant> {
    const now = await this.now();
    const local = localTimeOf(now, zone);
    const days = (weekday - local.weekday + 7) % 7;
    const ahead = days * DAY + timeOfDay - local.timeOfDay;
    await this.sleep(ahead > 0 ? ahead : ahead + 7 * DAY);
    return this.now();
  }

  /** A complaint that is received now. */
  async start(options: OpenOptions & { readonly rollOverAt?: number } = {}): Promise<TestCase> {
    this.count += 1;
    const { rollOverAt, ...rest } = options;
    const at = await this.now();
    const opening = openingOf({ at, ...rest, no: rest.no ?? `C-WORLD-${this.count}` });
    await this.call(() =>
      this.client.workflow.start('complaintWorkflow', {
        taskQueue: QUEUE,
        workflowId: opening.no,
        args: [{ startKey: 'start', bodyHash: 'body', opening, rollOverAt }],
      }),
    );
    return new TestCase(this, opening);
  }

  async close(): Promise<void> {
    await this.rest();
    await this.env.teardown();
  }
}

export interface Doing {
  readonly by?: Command['by'];
  readonly id?: string;
  readonly bodyHash?: string;
  readonly ifSeq?: number;
  readonly occurredAt?: Instant;
}

export type { CommandData, CommandName, Refusal };
