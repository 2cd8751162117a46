import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { Pool } from 'pg';
import { loadConfig, stackEnvironment, type Config, type Environment } from '../../common/config';
import { Engine } from '../../api/engine';
import { createDataConverter } from '../../common/crypto/codec';
import { parseKeyring } from '../../common/crypto/keyring';
import { createIds, type Ids } from '../../common/ids';
import { TEMPORAL_CLI } from '../../stack/binaries';
import type { Child } from '../../stack/child';
import { openHome, type Home } from '../../stack/home';
import { NO_CALL_STACKS, nodeService, runProgram } from '../../stack/node-service';
import { freePort } from '../../stack/ports';
import { initialisePostgres, postgresService, postgresUrl } from '../../stack/postgres';
import type { Secrets } from '../../stack/secrets';
import { seedCompany } from '../../stack/seed';
import type { Service } from '../../stack/supervisor';
import { resolveBinary } from '../../stack/temporal-binary';
import { prepareTemporal, temporalAddress, temporalService } from '../../stack/temporal-server';
import { terminalOn } from '../../stack/terminal';
import { FLOOR_TABLE } from '../floor/activities';
import type { Memory } from '../programs/memory';

const ROOT = resolve(__dirname, '../..');
const PROGRAMS = { root: ROOT, compiled: false };
const MEMORY_HOOK = join(ROOT, 'bench/programs/memory-hook.cjs');
const NAMESPACE = 'default';

/** A worker process, of ours or of the minimal workflows. */
export interface WorkerProgram {
  readonly url: string;
  readonly pid: number;
  /** After a garbage collection in all of its threads. */
  memory(): Promise<Memory>;
  stop(): Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  kill9(): Promise<void>;
}

/**
 * Where all sides are measured: the servers of `npm start` in a folder of their own, with its example company. API and
 * workers are processes, ours and the floor's.
 */
export class Place {
  /** Of the minimal workflows: no codec. */
  readonly floor: Client;
  /** Of our cases. */
  readonly client: Client;
  /** The API's way to our cases, for clients that do without HTTP. */
  readonly engine: Engine;
  readonly ids: Ids;
  readonly pool: Pool;
  readonly apiUrl: string;
  private readonly running: Child[] = [];
  private readonly workers: WorkerProgram[] = [];
  private readonly floorWorkers: WorkerProgram[] = [];

  private constructor(
    private readonly home: Home,
    private readonly release: () => void,
    private readonly env: Environment,
    private readonly keys: Secrets['apiKeys'],
    private readonly config: Config,
    private readonly connection: Connection,
    private readonly postgres: Service,
  ) {
    this.floor = new Client({ connection, namespace: NAMESPACE });
    const dataConverter = createDataConverter(parseKeyring(config.codecKeys, 'GUANJIA_CODEC_KEYS'));
    this.client = new Client({ connection, namespace: NAMESPACE, dataConverter });
    this.engine = new Engine(connection, this.client, config.temporal.taskQueue);
    this.ids = createIds(randomBytes(32));
    this.pool = new Pool({ connectionString: config.databaseUrl });
    this.pool.on('error', () => undefined);
    this.apiUrl = `http://127.0.0.1:${config.api.port}`;
  }

  static async open(): Promise<Place> {
    const { home, secrets, release } = await openHome(mkdtempSync(join(tmpdir(), 'guanjia-bench-')));
    const { postgresPassword: password } = secrets;
    const postgresOptions = { home, port: await freePort(), password, database: 'guanjia' };
    await initialisePostgres(postgresOptions);
    const environment = stackEnvironment();
    const { path: binary } = await resolveBinary(TEMPORAL_CLI, {
      env: environment,
      terminal: terminalOn(process.stderr),
    });
    const ports = { port: await freePort(), uiPort: await freePort() };
    const temporal = temporalService({ home, binary, ...ports, namespace: NAMESPACE, dbFile: home.temporalDb });
    const address = temporalAddress(ports);
    const env = {
      ...environment,
      DATABASE_URL: postgresUrl(postgresOptions),
      TEMPORAL_ADDRESS: address,
      TEMPORAL_NAMESPACE: NAMESPACE,
      GUANJIA_CODEC_KEYS: secrets.codecKeys,
      GUANJIA_VAULT_KEYS: secrets.vaultKeys,
      GUANJIA_INDEX_KEY: secrets.indexKey,
      GUANJIA_API_PORT: String(await freePort()),
      GUANJIA_LOG_LEVEL: 'info',
    };
    const postgres = postgresService(postgresOptions);
    const children = [await postgres.start(() => undefined), await temporal.start(() => undefined)];
    await runProgram(home, PROGRAMS, { name: 'migrate', script: 'db/migrate', env }, () => undefined);
    await prepareTemporal(address, NAMESPACE);
    const config = loadConfig(env);
    await seedCompany({ ...config, logLevel: 'warn' }, { apiKeys: secrets.apiKeys });
    const connection = await Connection.connect({ address });
    const place = new Place(home, release, env, secrets.apiKeys, config, connection, postgres);
    place.running.push(...children);
    await place.pool.query(FLOOR_TABLE);
    return place;
  }

  /** Of the payload codec. */
  get codecKeys(): string {
    return this.config.codecKeys;
  }

  /** The worker of our cases; the one started last. */
  get worker(): WorkerProgram {
    return started(this.workers.at(-1));
  }

  /** The worker of the minimal workflows. */
  get floorWorker(): WorkerProgram {
    return started(this.floorWorkers.at(-1));
  }

  /** The login key of a role. */
  key(role: string): string {
    const found = this.keys[role];
    if (found === undefined) throw new Error(`no key for ${role}`);
    return found;
  }

  async startApi(): Promise<void> {
    await this.run(
      nodeService(this.home, PROGRAMS, { name: 'api', script: 'bench/programs/api', url: this.apiUrl, env: this.env }),
    );
  }

  /** Another worker of our cases, beside those that run. */
  async startWorker(): Promise<WorkerProgram> {
    const name = `worker-${this.workers.length + 1}`;
    this.workers.push(await this.work(name, 'bench/programs/worker', [MEMORY_HOOK, NO_CALL_STACKS]));
    return this.worker;
  }

  async startFloorWorker(): Promise<WorkerProgram> {
    const name = `floor-worker-${this.floorWorkers.length + 1}`;
    this.floorWorkers.push(await this.work(name, 'bench/programs/floor-worker', [MEMORY_HOOK]));
    return this.floorWorker;
  }

  /** Kills PostgreSQL, and starts it again afterwards. */
  async postgresAway(during: () => Promise<void>): Promise<void> {
    const [child] = this.running;
    if (child?.name !== 'postgres') throw new Error('PostgreSQL is not the first to start');
    child.kill();
    await child.exited;
    await during();
    this.running[0] = await this.postgres.start(() => undefined);
  }

  async close(): Promise<void> {
    await this.pool.end();
    await this.connection.close();
    for (const child of [...this.running].reverse()) await child.stop();
    this.release();
    rmSync(this.home.folder, { recursive: true, force: true });
  }

  private async work(name: string, script: string, preloaded: readonly string[]): Promise<WorkerProgram> {
    const [port, memoryPort] = [await freePort(), await freePort()];
    const url = `http://127.0.0.1:${port}`;
    const env = {
      ...this.env,
      GUANJIA_WORKER_PORT: String(port),
      GUANJIA_BENCH_MEMORY_PORT: String(memoryPort),
      NODE_OPTIONS: [this.env.NODE_OPTIONS, ...preloaded.map((file) => `--require ${file}`)].filter(Boolean).join(' '),
    };
    const child = await this.run(nodeService(this.home, PROGRAMS, { name, script, url, env }));
    return {
      url,
      pid: child.pid,
      memory: async () => (await fetch(`http://127.0.0.1:${memoryPort}`)).json() as Promise<Memory>,
      stop: () => child.stop(),
      kill9: async () => {
        child.kill();
        await child.exited;
      },
    };
  }

  private async run(service: Service): Promise<Child> {
    return service.start((spawned) => this.running.push(spawned));
  }
}

function started(program: WorkerProgram | undefined): WorkerProgram {
  if (!program) throw new Error('no worker was started');
  return program;
}
