import type { Client } from '@temporalio/client';
import { NativeConnection, type Worker } from '@temporalio/worker';
import { createJournalActivities } from '../../../activities/journal';
import { createNotifyActivities } from '../../../activities/notify';
import { systemClock } from '../../../common/clock';
import { Engine } from '../../../api/engine';
import { connectTemporal, withTimeout, type TemporalClient } from '../../../common/temporal';
import { journalPage } from '../../../db/queries/journal-read';
import { makeBundle } from '../../../worker/bundle';
import { createWorker } from '../../../worker/worker';
import type { CaseInput } from '../../../workflows/contracts/case';
import type { JournalBatch } from '../../../workflows/contracts/journal';
import { openTestDatabase, sealer, type OpenDatabase } from '../../db/open';
import { openingOf } from '../../domain/support';
import { devServer, type DevServer } from '../../support/servers';
import { TestCase } from './case';
import { dataConverter } from './converter';
import type { JournalOf } from './sound';
import { silence, type StartOptions } from './world';

const QUEUE = 'live';
const DEADLINE = 25_000;

let count = 0;

export interface LiveOptions extends StartOptions {
  /** After which a task is taken from a worker that says nothing. Milliseconds. */
  readonly workflowTaskTimeout?: number;
}

/** A real Temporal server, PostgreSQL and a worker of our activities, with the API's gateway to them. */
export class Live {
  readonly engine: Engine;
  readonly taskQueue = QUEUE;
  /** What was handed over to be written. */
  readonly batches: JournalBatch[] = [];
  /** Throws, or waits, before a batch is written. */
  before: ((batch: JournalBatch) => void | Promise<void>) | null = null;
  private worker: Worker | null = null;
  private working: Promise<void> | null = null;

  private constructor(
    readonly server: DevServer,
    readonly database: OpenDatabase,
    private readonly temporal: TemporalClient,
    private readonly native: NativeConnection,
  ) {
    this.engine = new Engine(temporal.connection, temporal.client, QUEUE);
  }

  /** @param options.worker false: workers are processes of their own. */
  static async open(options: { readonly worker?: boolean } = {}): Promise<Live> {
    silence();
    const [server, database] = await Promise.all([devServer(), openTestDatabase()]);
    const temporal = await connectTemporal({ address: server.address, namespace: 'default' }, dataConverter);
    const live = new Live(server, database, temporal, await NativeConnection.connect({ address: server.address }));
    if (options.worker !== false) await live.work();
    return live;
  }

  get client(): Client {
    return this.temporal.client;
  }

  call<R>(work: () => Promise<R>): Promise<R> {
    return withTimeout(this.temporal.connection, DEADLINE, work);
  }

  async work(): Promise<void> {
    const { database } = this;
    const { writeJournal } = createJournalActivities({ database, sealer });
    const { notify } = createNotifyActivities({ database, clock: systemClock });
    this.worker = await createWorker({
      connection: this.native,
      namespace: 'default',
      taskQueue: QUEUE,
      dataConverter,
      bundle: await makeBundle(),
      activities: {
        notify,
        writeJournal: async (batch: JournalBatch) => {
          this.batches.push(batch);
          await this.before?.(batch);
          await writeJournal(batch);
        },
      },
    });
    this.working = this.worker.run();
  }

  async rest(): Promise<void> {
    if (this.working) this.worker?.shutdown();
    await this.working;
    this.working = null;
  }

  /** A complaint that is received now. */
  async start({ rollOverAt, workflowTaskTimeout, ...options }: LiveOptions = {}): Promise<TestCase> {
    count += 1;
    const opening = openingOf({ at: Date.now(), no: `C-LIVE-${count}`, ...options });
    const input: CaseInput = { startKey: 'start', bodyHash: 'body', opening, rollOverAt };
    if (workflowTaskTimeout === undefined) await this.engine.start('complaintWorkflow', input);
    else {
      const how = { taskQueue: QUEUE, workflowId: opening.no, args: [input], workflowTaskTimeout };
      await this.call(() => this.client.workflow.start('complaintWorkflow', how));
    }
    return new TestCase(
      (work) => this.call(work),
      this.client,
      opening,
      (no, name, envelope) => this.engine.command(no, name, envelope),
    );
  }

  /** The journal as PostgreSQL has it. */
  get journal(): JournalOf {
    return { events: (no) => journalPage(this.database.db, no, { after: 0, limit: 10_000 }) };
  }

  async close(): Promise<void> {
    await this.rest();
    await this.temporal.close();
    await this.native.close();
    await Promise.all([this.server.stop(), this.database.drop()]);
  }
}
