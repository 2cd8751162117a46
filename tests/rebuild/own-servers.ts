import { randomBytes } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { NativeConnection, Worker } from '@temporalio/worker';
import { createActivities } from '../../activities';
import { Engine } from '../../api/engine';
import { systemClock } from '../../common/clock';
import { createIds } from '../../common/ids';
import { createMetrics } from '../../common/metrics';
import { connectTemporal, nativeConnection, withTimeout } from '../../common/temporal';
import { createDatabase, type DatabaseHandle } from '../../db/database';
import { migrateToLatest } from '../../db/migrate';
import type { Child } from '../../stack/child';
import { prepareHome, type Home } from '../../stack/home';
import { freePort } from '../../stack/ports';
import { initialisePostgres, postgresService, postgresUrl } from '../../stack/postgres';
import { prepareTemporal, temporalAddress, temporalService } from '../../stack/temporal-server';
import { makeBundle } from '../../worker/bundle';
import { rebuild, type Totals } from '../../worker/rebuild/rebuild';
import type { RebuildOptions } from '../../worker/rebuild/options';
import { replayCase } from '../../worker/replay';
import { createWorker } from '../../worker/worker';
import { sealer, silent } from '../db/open';
import { openingOf, ROUTINE } from '../domain/support';
import { temporalCli, testFolder } from '../support/servers';
import { TestCase } from '../workflows/support/case';
import { dataConverter } from '../workflows/support/converter';
import { silence } from '../workflows/support/world';

const QUEUE = 'own';
const DEADLINE = 25_000;
const PASSWORD = randomBytes(16).toString('hex');
let count = 0;

/** A PostgreSQL and a Temporal of a suite's own, with their files, which may be killed and copied; and a worker. */
export class OwnServers {
  private postgres: Child | null = null;
  private temporalServer: Child | null = null;
  private worker: { readonly worker: Worker; readonly native: NativeConnection; readonly done: Promise<void> } | null =
    null;
  private closers: (() => Promise<unknown>)[] = [];
  database!: DatabaseHandle;
  client!: Client;
  engine!: Engine;
  call!: <R>(work: () => Promise<R>) => Promise<R>;

  private constructor(
    readonly home: Home,
    private readonly postgresPort: number,
  ) {}

  /** @param home files that are there already; without one, new ones are made. */
  static async start(home?: Home, options: { readonly worker?: boolean } = {}): Promise<OwnServers> {
    silence();
    const servers = new OwnServers(home ?? prepareHome(testFolder()), await freePort());
    await initialisePostgres(servers.postgresOptions);
    await servers.startPostgres();
    await servers.startTemporal();
    if (!home) await migrateToLatest(servers.database.db);
    if (options.worker !== false) await servers.work();
    return servers;
  }

  get databaseUrl(): string {
    return postgresUrl(this.postgresOptions);
  }

  async killPostgres(): Promise<void> {
    this.postgres?.kill();
    await this.postgres?.exited;
  }

  async startPostgres(): Promise<void> {
    this.postgres = await postgresService(this.postgresOptions).start(() => undefined);
    if (this.database) return;
    this.database = createDatabase(this.databaseUrl, { logger: silent });
    this.closers.push(() => this.database.close());
  }

  async work(): Promise<void> {
    const { client, database } = this;
    const bundle = await makeBundle();
    const replay = (no: string) => replayCase({ client, dataConverter, bundle }, no);
    const logger = silent;
    const deps = {
      database,
      client,
      sealer,
      logger,
      metrics: createMetrics(),
      clock: systemClock,
      replay,
      ids: createIds(randomBytes(32)),
    };
    const native = await nativeConnection({ address: this.address, namespace: 'default' }, { logger });
    const worker = await createWorker({
      ...{ connection: native, namespace: 'default', taskQueue: QUEUE, dataConverter, bundle },
      activities: createActivities({ ...deps, taskQueue: QUEUE }),
    });
    this.worker = { worker, native, done: worker.run() };
  }

  /** A complaint that is received now. */
  async open(): Promise<TestCase> {
    count += 1;
    const opening = openingOf({ ...ROUTINE, at: Date.now(), no: `C-OWN-${count}` });
    await this.engine.start('complaintWorkflow', { startKey: 'start', bodyHash: 'body', opening });
    return this.caseOf(opening);
  }

  /** A workflow that no worker has taken up yet. @returns its case's number. */
  async begin(): Promise<string> {
    count += 1;
    const opening = openingOf({ ...ROUTINE, at: Date.now(), no: `C-OWN-${count}` });
    const how = { taskQueue: QUEUE, workflowId: opening.no, args: [{ opening }] };
    await this.call(() => this.client.workflow.start('complaintWorkflow', how));
    return opening.no;
  }

  /** One that was begun on other servers. */
  caseOf(opening: TestCase['opening']): TestCase {
    return new TestCase(this.call, this.client, opening, (no, name, envelope) =>
      this.engine.command(no, name, envelope),
    );
  }

  async rebuild(options: Partial<RebuildOptions> = {}): Promise<{ totals: Totals; lines: string[] }> {
    const lines: string[] = [];
    const { database, databaseUrl, client } = this;
    const deps = { database, databaseUrl, client, dataConverter, sealer, clock: systemClock, logger: silent };
    const totals = await this.call(async () =>
      rebuild(
        { ...deps, bundle: await makeBundle(), lanes: 2, settleMs: 300 },
        { cases: [], openOnly: false, apply: false, ...options },
        { say: (line) => void lines.push(line), progress: () => undefined },
      ),
    );
    return { totals, lines };
  }

  async stop(): Promise<void> {
    this.worker?.worker.shutdown();
    await this.worker?.done;
    await this.worker?.native.close();
    for (const close of this.closers) await close();
    this.temporalServer?.kill();
    await this.temporalServer?.exited;
    await this.killPostgres();
  }

  private address = '';

  private async startTemporal(): Promise<void> {
    const [port, uiPort] = [await freePort(), await freePort()];
    const { home } = this;
    const files = { home, binary: temporalCli(), dbFile: home.temporalDb, ownGroup: false };
    this.temporalServer = await temporalService({ ...files, port, uiPort, namespace: 'default' }).start(
      () => undefined,
    );
    this.address = temporalAddress({ port });
    await prepareTemporal(this.address, 'default');
    const { client, connection, close } = await connectTemporal(
      { address: this.address, namespace: 'default' },
      dataConverter,
    );
    this.client = client;
    this.engine = new Engine(connection, client, QUEUE);
    this.call = (work) => withTimeout(connection, DEADLINE, work);
    this.closers.push(close);
  }

  private get postgresOptions() {
    const { home, postgresPort: port } = this;
    return { home, port, password: PASSWORD, database: 'guanjia', ownGroup: false };
  }
}
