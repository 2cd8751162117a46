import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Environment } from '../common/config';
import { takeLock } from './lock';
import { isRunning, stopProcess, type ProcessIdentity } from './processes';
import { loadSecrets, writePrivately, type Secrets } from './secrets';

/** The one folder in which the embedded start keeps everything. */
export interface Home {
  readonly folder: string;
  readonly logs: string;
  /** One small file per process that was started from here: what a start finds that follows a `kill -9`. */
  readonly run: string;
  readonly postgres: string;
  readonly temporalDb: string;
  /** Photos, encrypted. */
  readonly files: string;
}

/** What a process leaves in `run/` about itself. */
export interface RunRecord extends ProcessIdentity {
  readonly name: string;
  /** The signal that ends it cleanly. */
  readonly signal: NodeJS.Signals;
}

const LEFTOVER_GRACE_MS = 3_000;

/** `GUANJIA_HOME`, or `.guanjia` in the repository. */
export function homeFolder(env: Environment, root: string): string {
  return env.GUANJIA_HOME ? resolve(env.GUANJIA_HOME) : join(root, '.guanjia');
}

/** Makes the folder with what belongs in it. Takes no lock. */
export function prepareHome(path: string): Home {
  mkdirSync(path, { recursive: true });
  // One spelling for one folder: command lines of running servers are compared with it.
  const folder = realpathSync(path);
  const home: Home = {
    folder,
    logs: join(folder, 'logs'),
    run: join(folder, 'run'),
    postgres: join(folder, 'postgres'),
    temporalDb: join(folder, 'temporal.db'),
    files: join(folder, 'files'),
  };
  // A root start runs PostgreSQL as another user, who has to pass through here to reach his data.
  chmodSync(folder, process.getuid?.() === 0 ? 0o711 : 0o700);
  for (const inner of [home.logs, home.run]) mkdirSync(inner, { recursive: true, mode: 0o700 });
  return home;
}

/**
 * Opens the folder for this process alone.
 * @throws HomeBusyError when another start has it; StackError when its keys are damaged or missing.
 */
export async function openHome(folder: string): Promise<{ home: Home; secrets: Secrets; release: () => void }> {
  const home = prepareHome(folder);
  const release = await takeLock(home.folder);
  try {
    return { home, secrets: loadSecrets(home.folder), release };
  } catch (error) {
    release();
    throw error;
  }
}

export function recordProcess(home: Home, record: RunRecord): void {
  writePrivately(join(home.run, `${record.name}.json`), JSON.stringify(record));
}

export function forgetProcess(home: Home, identity: ProcessIdentity): void {
  for (const record of records(home)) {
    if (record.pid === identity.pid && record.token === identity.token) {
      rmSync(join(home.run, `${record.name}.json`), { force: true });
    }
  }
}

/**
 * Stops what an earlier start left running because it was killed itself.
 * @returns the names of those that were still there.
 */
export async function stopLeftovers(home: Home): Promise<string[]> {
  const left = records(home);
  const running = left.filter(isRunning);
  // Nobody loses what he still needs: first our own programs, then Temporal, then PostgreSQL.
  const rank = ({ name }: RunRecord): number => (name.startsWith('postgres') ? 2 : name.startsWith('temporal') ? 1 : 0);
  for (const wanted of [0, 1, 2]) {
    const group = running.filter((record) => rank(record) === wanted);
    await Promise.all(group.map((record) => stopProcess(record, record.signal, LEFTOVER_GRACE_MS)));
  }
  for (const record of left) forgetProcess(home, record);
  return running.map(({ name }) => name).sort();
}

/** Writes `env`: what `node --env-file=.guanjia/env …` needs to work with the running servers. Mode 0600. */
export function writeEnvironmentFile(home: Home, variables: Readonly<Record<string, string>>): void {
  const lines = Object.entries(variables).map(([name, value]) => {
    const plain = /^[\w./:@%+=,?&~-]*$/.test(value);
    return `${name}=${plain ? value : `'${value}'`}`;
  });
  writePrivately(join(home.folder, 'env'), lines.join('\n') + '\n');
}

function records(home: Home): RunRecord[] {
  if (!existsSync(home.run)) return [];
  return readdirSync(home.run)
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(home.run, name), 'utf8')) as RunRecord);
}
