import { WithStartWorkflowOperation, type Client } from '@temporalio/client';
import type { Workflow } from '@temporalio/common';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker, type InjectedSinks, type WorkflowBundleOption } from '@temporalio/worker';
import { withTimeout } from '../../../common/temporal';
import type { CommandData, CommandName } from '../../../domain/event';
import { DAY, type Instant, type Millis } from '../../../domain/instant';
import { localTimeOf } from '../../../domain/zone';
import { makeBundle } from '../../../worker/bundle';
import { registerSearchAttributes } from '../../../worker/search-attributes';
import { createWorker } from '../../../worker/worker';
import type { CaseInput, CommandEnvelope, CommandResult } from '../../../workflows/contracts/case';
import type { JournalSinks } from '../../../workflows/contracts/journal';
import { CLERK, openingOf, SHANGHAI, type OpenOptions } from '../../domain/support';
import { timeSkippingServer } from '../../support/servers';
import { dataConverter } from './converter';
import type { Opening } from '../../../domain/event';
import type { RepairOpening } from '../../../domain/repair/state';
import { repairOpening, type RepairOptions } from '../../domain/repair/support';
import { TestCase } from './case';

const QUEUE = 'cases';
/** Of every call to the server, in real milliseconds. */
const DEADLINE = 25_000;

/** Of cases in this process. */
let count = 0;

export interface WorldOptions {
  /**
   * False: the worker keeps nothing, so that every workflow task replays the whole history, and its work can be taken
   * over at once. (This server never gives up on the cache of a worker that is gone.)
   */
  readonly cached?: boolean;
  /** Workflow code other than that of these sources. */
  readonly bundle?: WorkflowBundleOption;
  /** Path of the server that skips time, where there is no jest that knows it. */
  readonly server?: string;
}

export interface StartOptions extends OpenOptions {
  readonly rollOverAt?: number;
}

/** A server that skips time and a worker on it. Time is the world's own: nothing waits for the machine's. */
export class World {
  private working: Promise<void> | null = null;
  private worker: Worker | null = null;
  private readonly running = new Set<TestCase<Opening>>();

  private constructor(
    private readonly env: TestWorkflowEnvironment,
    private bundle: WorkflowBundleOption,
    private readonly activities: object,
    private readonly options: WorldOptions,
  ) {}

  static async open(activities: object, options: WorldOptions = {}): Promise<World> {
    silence();
    const bundle = options.bundle ?? (await makeBundle());
    const env = await TestWorkflowEnvironment.createTimeSkipping({
      server: { executable: { type: 'existing-path', path: options.server ?? timeSkippingServer() } },
      client: { dataConverter },
    });
    await registerSearchAttributes(env.connection, 'default');
    const world = new World(env, bundle, activities, options);
    await world.work();
    return world;
  }

  get client(): Client {
    return this.env.client;
  }

  /** Starts a worker. */
  async work(): Promise<void> {
    const deps = {
      connection: this.env.nativeConnection,
      namespace: 'default',
      taskQueue: QUEUE,
      dataConverter,
      bundle: this.bundle,
      activities: this.activities,
    };
    const { bundle: workflowBundle, ...options } = deps;
    this.worker =
      this.options.cached === false
        ? await Worker.create({ ...options, workflowBundle, sinks: NO_SINKS, maxCachedWorkflows: 0 })
        : await createWorker(deps);
    this.working = this.worker.run();
  }

  /** Stops the worker: timers go on, nobody acts on them. */
  async rest(): Promise<void> {
    if (this.working) this.worker?.shutdown();
    await this.working;
    this.working = null;
  }

  /** Another release: the worker stops, and one with that code goes on. */
  async deploy(bundle: WorkflowBundleOption): Promise<void> {
    await this.rest();
    this.bundle = bundle;
    await this.work();
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

  async until(instant: Instant): Promise<void> {
    const left = instant - (await this.now());
    if (left > 0) await this.sleep(left);
  }

  /**
   * The worker is away until then. The server stops skipping while a task waits, so one is made to wait (a signal that
   * nobody knows), and the hold it has on time is lifted.
   */
  async awayUntil(instant: Instant, of: TestCase): Promise<void> {
    const { testService } = this.env.connection;
    if (!testService) throw new Error('this server does not skip time');
    await this.rest();
    await this.call(() => this.client.workflow.getHandle(of.no).signal('doorbell'));
    await this.call(() => testService.unlockTimeSkipping({}));
    await this.until(instant);
    await this.call(() => testService.lockTimeSkipping({}));
    await this.work();
  }

  /**
   * Goes on to the next time that the clock of Shanghai shows this on this day of the week (1 = Monday).
   * @returns that very instant, a moment ago.
   */
  async goTo(weekday: number, timeOfDay: Millis): Promise<Instant> {
    const now = await this.now();
    const local = localTimeOf(now, SHANGHAI);
    const ahead = ((weekday - local.weekday + 7) % 7) * DAY + timeOfDay - local.timeOfDay;
    const instant = now + (ahead > 0 ? ahead : ahead + 7 * DAY);
    await this.until(instant);
    return instant;
  }

  /** A complaint that is received now, or was at the instant given. */
  async start(options: StartOptions = {}): Promise<TestCase> {
    const { played, how } = await this.prepare(options);
    await this.call(() => this.client.workflow.start('complaintWorkflow', how));
    return played;
  }

  /** A repair that is received now, or was at the instant given. */
  startRepair(options: RepairOptions = {}): Promise<TestCase<RepairOpening>> {
    return this.startOf('repairWorkflow', (own) => repairOpening({ ...own('R'), ...options }));
  }

  /** A case of any family, by its workflow type. @param make gets the instant and a number of its own. */
  async startOf<O extends Opening>(
    type: string,
    make: (own: (letter: string) => { readonly at: Instant; readonly no: string }) => O,
  ): Promise<TestCase<O>> {
    count += 1;
    const at = await this.now();
    const opening = make((letter) => ({ at, no: `${letter}-WORLD-${count}` }));
    const played = new TestCase((work) => this.call(work), this.client, opening);
    this.running.add(played);
    const args = [{ startKey: 'start', bodyHash: 'body', opening }];
    await this.call(() => this.client.workflow.start(type, { taskQueue: QUEUE, workflowId: opening.no, args }));
    return played;
  }

  /** The command comes in one request with the start. */
  async startWith<K extends CommandName>(options: StartOptions, name: K, data: CommandData[K]) {
    const { played, how } = await this.prepare(options);
    const startWorkflowOperation = new WithStartWorkflowOperation('complaintWorkflow', {
      ...how,
      workflowIdConflictPolicy: 'FAIL',
    });
    const envelope: CommandEnvelope = { id: 'first', bodyHash: 'body of first', by: CLERK, data };
    const answer = await this.call(() =>
      this.client.workflow.executeUpdateWithStart<Workflow, CommandResult, [CommandEnvelope]>(name, {
        args: [envelope],
        startWorkflowOperation,
      }),
    );
    return { played, answer };
  }

  private async prepare({ rollOverAt, ...options }: StartOptions) {
    count += 1;
    const opening = openingOf({ at: await this.now(), no: `C-WORLD-${count}`, ...options });
    const played = new TestCase((work) => this.call(work), this.client, opening);
    this.running.add(played);
    const args: [CaseInput] = [{ startKey: 'start', bodyHash: 'body', opening, rollOverAt }];
    return { played, how: { taskQueue: QUEUE, workflowId: opening.no, args } };
  }

  /** Ends all cases, which would go on waking up. */
  async clear(): Promise<void> {
    await Promise.all([...this.running].map((played) => played.drop()));
    this.running.clear();
  }

  async close(): Promise<void> {
    await this.rest();
    await this.env.teardown();
  }
}

const NO_SINKS: InjectedSinks<JournalSinks> = { journal: { batch: { fn: () => undefined } } };

let silent = false;

/** Keeps the native library's lines out of the test report. A process can be told once only. */
export function silence(): void {
  if (silent) return;
  silent = true;
  Runtime.install({
    logger: new DefaultLogger('ERROR', () => undefined),
    telemetryOptions: { logging: { filter: 'OFF', forward: {} } },
  });
}
