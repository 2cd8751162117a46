import { closeSync, existsSync, mkdirSync, openSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { StackError } from './error';
import { identify, isRunning, type ProcessIdentity } from './processes';
import { until } from './until';

/** One folder, one start: whoever comes second is told who is there. */
export class HomeBusyError extends StackError {
  override readonly name = 'HomeBusyError';
  constructor(
    folder: string,
    readonly pid: number,
  ) {
    super(
      `Guanjia is already running on ${folder} (process ${pid}). ` +
        `Stop that one first (Ctrl-C in its terminal, or: kill ${pid}), or choose another folder with GUANJIA_HOME.`,
    );
  }
}

const HELD = '.held';
const DECIDED_WITHIN_MS = 5_000;

/**
 * Takes the folder for this process. Needs no clean end: a claim counts only while the very process that made it
 * runs, so nothing has to be removed after `kill -9`, and a pid that was given out again fools nobody.
 *
 * Every process first puts down its own claim and looks at the others only then, so of two that come at once at
 * least one sees the other. The smaller name withdraws in favour of a holder, the larger in favour of the smaller;
 * a claim never changes its name, because a listing may miss a file that is being renamed.
 *
 * @returns a function that gives the folder back.
 * @throws HomeBusyError when another start has it.
 */
export async function takeLock(folder: string): Promise<() => void> {
  const locks = join(folder, 'lock');
  mkdirSync(locks, { recursive: true });
  const me = identify(process.pid);
  if (!me) throw new Error(`This process (${process.pid}) can't be found in the system's process table.`);
  const mine = claimName(me);
  const release = (): void => {
    rmSync(join(locks, mine + HELD), { force: true });
    rmSync(join(locks, mine), { force: true });
  };

  if (!claim(join(locks, mine))) throw new HomeBusyError(folder, process.pid);
  try {
    for (const other of others(locks, mine)) {
      if (!isRunning(other)) {
        rmSync(join(locks, claimName(other) + HELD), { force: true });
        rmSync(join(locks, claimName(other)), { force: true });
        continue;
      }
      const withdrawn = (): boolean => !existsSync(join(locks, claimName(other))) || !isRunning(other);
      const holds = (): boolean => existsSync(join(locks, claimName(other) + HELD));
      if (claimName(other) < mine) throw new HomeBusyError(folder, other.pid);
      const decided = await until(() => (withdrawn() ? 'withdrawn' : holds() && 'holds'), DECIDED_WITHIN_MS);
      if (decided !== 'withdrawn') throw new HomeBusyError(folder, other.pid);
    }
    claim(join(locks, mine + HELD));
  } catch (error) {
    release();
    throw error;
  }
  return release;
}

/** @returns whether a start had this folder and was killed. False where none ever had it. */
export function isAbandoned(folder: string): boolean {
  const locks = join(folder, 'lock');
  if (!existsSync(locks)) return false;
  const claims = others(locks, '');
  return claims.length > 0 && !claims.some(isRunning);
}

function claimName(identity: ProcessIdentity): string {
  return `${identity.pid}.${identity.token}`;
}

function claim(path: string): boolean {
  try {
    closeSync(openSync(path, 'wx', 0o600));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function others(locks: string, mine: string): ProcessIdentity[] {
  return readdirSync(locks)
    .filter((name) => name !== mine && !name.endsWith(HELD))
    .map((name) => ({ pid: Number(name.split('.')[0]), token: name.slice(name.indexOf('.') + 1) }))
    .filter((identity) => Number.isInteger(identity.pid));
}
