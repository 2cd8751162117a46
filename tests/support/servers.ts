/**
 * The real servers that the tests run against. `global-setup.ts` starts a PostgreSQL per Jest worker, because suites
 * that share one would see each other: its transaction numbers are of the whole server. Addresses reach the test
 * processes through the environment, which nothing else in the tests reads.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Client } from 'pg';
import { TEMPORAL_CLI, TEMPORAL_TEST_SERVER } from '../../stack/binaries';
import type { Child } from '../../stack/child';
import { prepareHome, stopLeftovers, type Home } from '../../stack/home';
import { isAbandoned, takeLock } from '../../stack/lock';
import { runProgram } from '../../stack/node-service';
import { freePort } from '../../stack/ports';
import { initialisePostgres, postgresService, postgresUrl } from '../../stack/postgres';
import { resolveBinary } from '../../stack/temporal-binary';
import { prepareTemporal, temporalAddress, temporalService } from '../../stack/temporal-server';
import { terminalOn } from '../../stack/terminal';
import { TYPESCRIPT } from './program';

const FOLDER_PREFIX = 'guanjia-test-';
const CLUSTER_PREFIX = 'cluster-';
const TEMPLATE = 'guanjia_template';
const REPOSITORY = resolve(__dirname, '../..');

const FOLDER = 'GUANJIA_TEST_FOLDER';
/** Addresses separated by blanks, one per Jest worker. */
const POSTGRES = 'GUANJIA_TEST_POSTGRES_URLS';
const CLI = 'GUANJIA_TEST_TEMPORAL_CLI';
const TIME_SKIPPING = 'GUANJIA_TEST_TIME_SKIPPING_SERVER';

/**
 * Starts what all suites share: a PostgreSQL per Jest worker, each in a folder of its own with a migrated template
 * database, and the paths of both Temporal binaries. Also clears away what killed runs left.
 * @returns a function that ends and removes all of it, dev servers that a suite forgot included.
 */
export async function startTestServers(workers: number): Promise<() => Promise<void>> {
  await sweep();
  const home = prepareHome(mkdtempSync(join(tmpdir(), FOLDER_PREFIX)));
  const release = await takeLock(home.folder);
  const stop = async (): Promise<void> => {
    await stopServers(home.folder);
    release();
    rmSync(home.folder, { recursive: true, force: true });
  };
  const terminal = terminalOn(process.stderr);
  try {
    const [postgres, cli, timeSkipping] = await Promise.all([
      Promise.all(
        Array.from({ length: workers }, (_, worker) =>
          startPostgres(prepareHome(join(home.folder, `${CLUSTER_PREFIX}${worker}`))),
        ),
      ),
      resolveBinary(TEMPORAL_CLI, { env: process.env, terminal }),
      resolveBinary(TEMPORAL_TEST_SERVER, { env: process.env, terminal }),
    ]);
    process.env[FOLDER] = home.folder;
    process.env[POSTGRES] = postgres.join(' ');
    process.env[CLI] = cli.path;
    process.env[TIME_SKIPPING] = timeSkipping.path;
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}

export interface TestDatabase {
  /** `postgresql://…` */
  readonly url: string;
  /** Also ends connections that are still open. */
  drop(): Promise<void>;
}

/**
 * A fresh database for one suite (or one test: it takes some 50 ms), migrated unless `empty` is asked for.
 */
export async function createTestDatabase(options: { empty?: boolean } = {}): Promise<TestDatabase> {
  const name = `t_${randomBytes(6).toString('hex')}`;
  await onServer(`create database ${name} template ${options.empty ? 'template0' : TEMPLATE}`);
  const url = new URL(postgresOfWorker());
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => onServer(`drop database if exists ${name} with (force)`) };
}

/** Path of the Temporal CLI. */
export function temporalCli(): string {
  return variable(CLI);
}

/**
 * Path of the server that skips time, for
 * `TestWorkflowEnvironment.createTimeSkipping({ server: { executable: { type: 'existing-path', path } } })`.
 */
export function timeSkippingServer(): string {
  return variable(TIME_SKIPPING);
}

export interface DevServer {
  /** `127.0.0.1:<port>`, the same after a restart. */
  readonly address: string;
  readonly uiPort: number;
  stop(): Promise<void>;
  /** SIGKILL; resolves when the process is gone. */
  kill9(): Promise<void>;
  /** Starts it again on the same ports and the same file, after a stop if it still runs. */
  restart(): Promise<void>;
}

/**
 * A real `temporal server start-dev` of a suite's own, with our search attributes, up in some 0.3 s.
 * @param options.dbFile keeps its state there; without it, memory does, and a restart begins anew.
 */
export async function devServer(options: { dbFile?: string; codecEndpoint?: string } = {}): Promise<DevServer> {
  const port = await freePort();
  const uiPort = await freePort();
  const service = temporalService({
    home: prepareHome(variable(FOLDER)),
    name: `temporal-${port}`,
    binary: temporalCli(),
    port,
    uiPort,
    namespace: 'default',
    dbFile: options.dbFile ?? null,
    codecEndpoint: options.codecEndpoint,
    ownGroup: false,
  });
  let child: Child;
  const start = async (): Promise<void> => {
    child = await service.start(() => undefined);
    await prepareTemporal(temporalAddress({ port }), 'default');
  };
  const kill9 = async (): Promise<void> => {
    child.kill();
    await child.exited;
  };
  await start();
  return {
    address: temporalAddress({ port }),
    uiPort,
    // A clean stop takes a second; of a server in memory nothing is left anyway.
    stop: options.dbFile ? () => child.stop() : kill9,
    kill9,
    restart: async () => {
      await child.stop();
      await start();
    },
  };
}

/** An empty folder that goes away with the run. Other users may pass through it, as PostgreSQL's has to. */
export function testFolder(): string {
  const folder = join(variable(FOLDER), `suite-${randomBytes(6).toString('hex')}`);
  mkdirSync(folder, { mode: 0o711 });
  return folder;
}

/** @returns the url of its maintenance database. */
async function startPostgres(home: Home): Promise<string> {
  const password = randomBytes(16).toString('hex');
  const options = { home, port: await freePort(), password, database: TEMPLATE, durable: false, ownGroup: false };
  await initialisePostgres(options);
  await postgresService(options).start(() => undefined);
  await migrate(home, postgresUrl(options));
  return postgresUrl({ ...options, database: 'postgres' });
}

/** Exactly what `npm run migrate` does. The other variables only have to be there. */
async function migrate(home: Home, databaseUrl: string): Promise<void> {
  const key = randomBytes(32).toString('base64');
  const env = {
    ...process.env,
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: '127.0.0.1:1',
    GUANJIA_CODEC_KEYS: `k1:${key}`,
    GUANJIA_VAULT_KEYS: `k1:${key}`,
    GUANJIA_INDEX_KEY: key,
  };
  const programs = { root: REPOSITORY, compiled: false, typescript: TYPESCRIPT };
  await runProgram(home, programs, { name: 'migrate', script: 'db/migrate', env }, () => undefined);
}

/** Ends and removes what runs left that were killed themselves. */
async function sweep(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const folder = join(tmpdir(), name);
    if (!name.startsWith(FOLDER_PREFIX) || !isAbandoned(folder)) continue;
    await stopServers(folder);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Whatever runs from there, and the clusters last. */
async function stopServers(folder: string): Promise<void> {
  const clusters = readdirSync(folder).filter((name) => name.startsWith(CLUSTER_PREFIX));
  for (const part of ['', ...clusters]) await stopLeftovers(prepareHome(join(folder, part)));
}

/** Jest counts its workers from 1. */
function postgresOfWorker(): string {
  const url = variable(POSTGRES).split(' ')[Number(variable('JEST_WORKER_ID')) - 1];
  if (!url) throw new Error(`No PostgreSQL was started for worker ${variable('JEST_WORKER_ID')}.`);
  return url;
}

async function onServer(statement: string): Promise<void> {
  const client = new Client({ connectionString: postgresOfWorker() });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function variable(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: jest must run with tests/support/global-setup.ts.`);
  return value;
}

/** It refuses everybody and throws out who is there, or takes them again. */
export async function setDatabase(databaseUrl: string, state: 'away' | 'back'): Promise<void> {
  const name = new URL(databaseUrl).pathname.slice(1);
  await onServer(`alter database ${name} with allow_connections ${state === 'back'}`);
  if (state === 'away') {
    await onServer(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`);
  }
}
