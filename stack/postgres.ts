import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { earlyEnd, spawnChild, ChildError, type Child } from './child';
import { StackError } from './error';
import type { Home } from './home';
import { postgresBinaries, type PostgresBinaries } from './postgres-binaries';
import { postgresUser, type PostgresUser } from './postgres-user';
import { commandLine, identify, stopProcess } from './processes';
import type { Service } from './supervisor';
import { until } from './until';

const run = promisify(execFile);

export interface PostgresOptions {
  readonly home: Home;
  readonly port: number;
  readonly password: string;
  /** The database that is made if it isn't there. */
  readonly database: string;
  /** False gives up safety after a power cut, not after a `kill -9`, for speed: for tests. Default true. */
  readonly durable?: boolean;
  /** See ChildOptions. */
  readonly ownGroup?: boolean;
}

const SUPERUSER = 'guanjia';
const HOST = '127.0.0.1';
const READY_WITHIN_MS = 60_000;
const CONNECT_WITHIN_MS = 3_000;
const STOP_WITHIN_MS = 10_000;
/** After `kill -9` of the server a query that is still computing holds the shared memory for a moment. */
const MEMORY_FREE_WITHIN_MS = 15_000;
const MEMORY_ASK_EVERY_MS = 250;
/** Not `synchronous_commit`: without it a mere `kill -9` would lose commits. */
const NOT_DURABLE = ['fsync=off', 'full_page_writes=off'];

/** `postgresql://guanjia:…@127.0.0.1:5432/guanjia` */
export function postgresUrl(options: Pick<PostgresOptions, 'port' | 'password' | 'database'>): string {
  return `postgresql://${SUPERUSER}:${encodeURIComponent(options.password)}@${HOST}:${options.port}/${options.database}`;
}

/**
 * Makes the data folder if there is none yet. It is filled under another name and renamed when complete, so a
 * first start that is killed leaves nothing that a second one could take for a database.
 * @returns whether it was made just now.
 * @throws StackError when the folder belongs to another major version, or initdb fails.
 */
export async function initialisePostgres(options: PostgresOptions): Promise<{ created: boolean }> {
  const { home } = options;
  const binaries = postgresBinaries();
  if (existsSync(home.postgres)) {
    const major = readFileSync(join(home.postgres, 'PG_VERSION'), 'utf8').trim();
    if (Number(major) === binaries.major) return { created: false };
    throw new StackError(
      `${home.postgres} was made by PostgreSQL ${major}; this Guanjia brings ${binaries.major}. ` +
        `Dump it with the old version and restore it into an empty folder (docs/operations.md).`,
    );
  }
  const user = postgresUser([binaries.native, home.folder]);
  const unfinished = `${home.postgres}.new`;
  const passwordFile = join(home.folder, `postgres-password-${randomBytes(6).toString('hex')}`);
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  writeFileSync(passwordFile, options.password + '\n', { mode: 0o600 });
  try {
    for (const path of [unfinished, passwordFile]) if (user.owner) chownSync(path, user.owner.uid, user.owner.gid);
    const args = [`--pgdata=${unfinished}`, `--username=${SUPERUSER}`, `--pwfile=${passwordFile}`];
    // One order of characters on every machine, whatever locales it has.
    args.push('--auth=scram-sha-256', '--encoding=UTF8', '--locale=C');
    args.push('--locale-provider=builtin', '--builtin-locale=C.UTF-8');
    if (options.durable === false) args.push('--no-sync');
    const [command = '', ...rest] = [...user.prefix, binaries.initdb, ...args];
    await run(command, rest, { ...user.spawnAs, env: plainEnvironment(), cwd: '/' });
    renameSync(unfinished, home.postgres);
  } catch (error) {
    throw new StackError(`initdb failed: ${(error as { stderr?: string }).stderr || (error as Error).message}`);
  } finally {
    rmSync(passwordFile, { force: true });
  }
  return { created: true };
}

/** @returns why a PostgreSQL server doesn't answer; null when it does. */
export async function refusalOf(url: string): Promise<string | null> {
  try {
    await query(url, 'select 1');
    return null;
  } catch (error) {
    // Several addresses of one name give several errors and no message of their own.
    return (error as Error).message || ((error as NodeJS.ErrnoException).code ?? 'no answer');
  }
}

/** The server as a service of the stack. The data folder must have been made by `initialisePostgres`. */
export function postgresService(options: PostgresOptions): Service {
  return {
    name: 'postgres',
    start: async (onSpawn) => {
      const binaries = postgresBinaries();
      await clearStalePid(options.home);
      const user = postgresUser([binaries.native, options.home.folder]);
      const start = (): Promise<Child | null> => startOnce(options, binaries, user, onSpawn);
      const child = await until(start, MEMORY_FREE_WITHIN_MS, MEMORY_ASK_EVERY_MS);
      if (!child) throw new StackError(`A query of a PostgreSQL that was killed still runs. Try again in a moment.`);
      await createDatabase(options);
      return child;
    },
  };
}

/** @returns null while a query of a server that was killed still holds the memory that both would share. */
async function startOnce(
  options: PostgresOptions,
  binaries: PostgresBinaries,
  user: PostgresUser,
  onSpawn: (child: Child) => void,
): Promise<Child | null> {
  const child = await spawnPostgres(options, binaries, user);
  onSpawn(child);
  const answers = async (): Promise<boolean> => (await refusalOf(maintenanceUrl(options))) === null;
  const ready = await until(async () => child.hasExited() || (await answers()), READY_WITHIN_MS);
  if (child.hasExited()) {
    if (child.lastLines().includes('shared memory block')) return null;
    throw earlyEnd(child, await child.exited);
  }
  if (ready) return child;
  await child.stop();
  throw new ChildError(`PostgreSQL didn't answer within ${READY_WITHIN_MS / 1000} s.\n${child.lastLines()}`);
}

function spawnPostgres(options: PostgresOptions, binaries: PostgresBinaries, user: PostgresUser): Promise<Child> {
  const settings = [`listen_addresses=${HOST}`, 'unix_socket_directories=', 'timezone=UTC', 'log_timezone=UTC'];
  settings.push('max_connections=200', ...(options.durable === false ? NOT_DURABLE : []));
  const args = ['-D', options.home.postgres, '-p', String(options.port), ...settings.flatMap((text) => ['-c', text])];
  const [command = '', ...rest] = [...user.prefix, binaries.postgres, ...args];
  return spawnChild(options.home, 'postgres', command, rest, {
    ...user.spawnAs,
    env: plainEnvironment(),
    cwd: '/',
    signal: 'SIGINT',
    graceMs: STOP_WITHIN_MS,
    ownGroup: options.ownGroup,
  });
}

/**
 * After `kill -9` a pid file is left. PostgreSQL sees by itself when that pid is free again, but where another
 * process got it (soon, in a container) it would refuse to start; and a server that still runs must end first.
 */
async function clearStalePid(home: Home): Promise<void> {
  const path = join(home.postgres, 'postmaster.pid');
  if (!existsSync(path)) return;
  const pid = Number(readFileSync(path, 'utf8').split('\n')[0]);
  const identity = identify(pid);
  if (!identity) return;
  if (commandLine(pid).includes(home.postgres)) await stopProcess(identity, 'SIGINT', STOP_WITHIN_MS);
  else rmSync(path, { force: true });
}

async function createDatabase(options: PostgresOptions): Promise<void> {
  const name = options.database;
  const known = await query(maintenanceUrl(options), 'select 1 from pg_database where datname = $1', [name]);
  if (known.length === 0) await query(maintenanceUrl(options), `create database "${name.replaceAll('"', '""')}"`);
}

function maintenanceUrl(options: PostgresOptions): string {
  return postgresUrl({ ...options, database: 'postgres' });
}

async function query(url: string, text: string, values: string[] = []): Promise<unknown[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_WITHIN_MS });
  // Without a listener an error between two queries would end this process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query<Record<string, unknown>>(text, values)).rows;
  } finally {
    await client.end();
  }
}

/** Messages in English, whatever the machine speaks, and none of the caller's PG… variables. */
function plainEnvironment(): Record<string, string> {
  return { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };
}
