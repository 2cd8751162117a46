import {
  chownSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { Client } from 'pg';
import { systemClock, type Clock } from '../common/clock';
import { stackEnvironment } from '../common/config';
import { StackError } from './error';
import { homeFolder, prepareHome, type Home, type RunRecord } from './home';
import { postgresUrl } from './postgres';
import { isRunning, standStill } from './processes';
import { loadSecrets } from './secrets';

/** Of PostgreSQL's folder: what belongs to the running server, and the log, of which the end is copied last. */
const LATER = new Set(['postmaster.pid', 'postmaster.opts', 'pg_wal', 'pg_replslot']);
const EMPTY_FOLDERS = ['pg_replslot', 'pg_wal'];
const PORT_LINE = 3;

/**
 * Copies a running embedded stack into an empty folder: PostgreSQL and Temporal as of the same instant. PostgreSQL's
 * files are copied while everything runs. Then Temporal stands still (SIGSTOP) until its file and the end of
 * PostgreSQL's log are copied; it finds its file as after `kill -9`. `npm start` with the copy as `GUANJIA_HOME` goes on
 * from there.
 * @param databaseUrl of the PostgreSQL whose files are in `home`, for a superuser.
 * @returns how long Temporal stood still, in milliseconds.
 * @throws StackError when the folder is not empty, or Temporal doesn't run.
 */
export async function backUp(home: Home, databaseUrl: string, folder: string, clock: Clock): Promise<number> {
  if (existsSync(folder) && readdirSync(folder).length > 0) throw new StackError(`${folder} is not empty.`);
  const temporal = runningTemporal(home);
  const copy = prepareHome(folder);
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  let stoppedAt: number | null = null;
  try {
    // While this session lasts, the log that the copy needs is not recycled.
    await client.query(`select pg_create_physical_replication_slot('guanjia_backup', true, true)`);
    await client.query(`select pg_backup_start('guanjia', fast => true)`);
    copyTree(home.postgres, copy.postgres, LATER);
    for (const name of EMPTY_FOLDERS) copyTree(join(home.postgres, name), join(copy.postgres, name), null);
    stoppedAt = clock.now();
    await standStill(temporal.pid);
    copyBeside(home.temporalDb, copy.folder);
    const stop = 'select labelfile from pg_backup_stop(wait_for_archive => false)';
    const { rows } = await client.query<{ labelfile: string }>(stop);
    copyTree(join(home.postgres, 'pg_wal'), join(copy.postgres, 'pg_wal'));
    // Photos are written before the row that names them, so none of the copied rows lacks its own.
    copyTree(home.files, copy.files);
    writeFileSync(join(copy.postgres, 'backup_label'), rows[0]?.labelfile ?? '', { mode: 0o600 });
  } finally {
    if (stoppedAt !== null) process.kill(temporal.pid, 'SIGCONT');
    await client.end();
  }
  const { uid, gid } = lstatSync(home.postgres);
  chownSync(join(copy.postgres, 'backup_label'), uid, gid);
  return clock.now() - stoppedAt;
}

function runningTemporal(home: Home): RunRecord {
  const file = join(home.run, 'temporal.json');
  const record = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as RunRecord) : null;
  if (!record || !isRunning(record)) throw new StackError(`No Temporal server runs from ${home.folder}.`);
  return record;
}

/** The file and those that SQLite keeps beside it. */
function copyBeside(file: string, folder: string): void {
  for (const name of readdirSync(dirname(file))) {
    if (name.startsWith(basename(file))) copyFileSync(join(dirname(file), name), join(folder, name));
  }
}

/**
 * With owners and modes. What the server deletes in the meantime is left out, as its log says by itself.
 * @param without names that are left out at the top; null: everything, so that an empty folder is made.
 */
function copyTree(from: string, to: string, without: ReadonlySet<string> | null = new Set()): void {
  const stat = lstatSync(from, { throwIfNoEntry: false });
  if (!stat) return;
  if (stat.isSymbolicLink()) symlinkSync(readlinkSync(from), to);
  else if (stat.isDirectory()) {
    mkdirSync(to, { recursive: true, mode: stat.mode });
    const names = without === null ? [] : readdirSync(from).filter((name) => !without.has(name));
    for (const name of names) copyTree(join(from, name), join(to, name));
  } else if (!copied(from, to)) return;
  if (!stat.isSymbolicLink()) chownSync(to, stat.uid, stat.gid);
}

function copied(from: string, to: string): boolean {
  try {
    copyFileSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** `node --import tsx stack/backup.ts FOLDER`: of the stack that `npm start` runs from `GUANJIA_HOME`, keys included. */
async function main(folder: string | undefined): Promise<void> {
  if (!folder) throw new StackError('Say where to: an empty folder.');
  process.umask(0o077);
  const home = prepareHome(homeFolder(stackEnvironment(), resolve(__dirname, '..')));
  const { postgresPassword: password } = loadSecrets(home.folder);
  const port = Number(readFileSync(join(home.postgres, 'postmaster.pid'), 'utf8').split('\n')[PORT_LINE]);
  const begun = systemClock.now();
  const target = resolve(folder);
  const stoodStill = await backUp(home, postgresUrl({ port, password, database: 'guanjia' }), target, systemClock);
  copyFileSync(join(home.folder, 'secrets.json'), join(target, 'secrets.json'));
  console.log(`${target}: made in ${systemClock.now() - begun} ms, in which Temporal stood still for ${stoodStill} ms`);
}

if (require.main === module) {
  main(process.argv[2]).catch((error: unknown) => {
    console.error(error instanceof StackError ? error.message : error);
    process.exitCode = 1;
  });
}
