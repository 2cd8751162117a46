import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { StackError } from './error';

/** As whom PostgreSQL runs. */
export interface PostgresUser {
  /** Who must own its files; null: the caller, who has them anyway. */
  readonly owner: { readonly uid: number; readonly gid: number } | null;
  /** For `spawn`. */
  readonly spawnAs: { readonly uid?: number; readonly gid?: number };
  /** What its command lines are put behind, [] in most cases. */
  readonly prefix: readonly string[];
}

const NAME = 'postgres';

/**
 * PostgreSQL refuses to run as root (in a container one usually is), so a root start runs it as user `postgres`,
 * who is made if missing. Anybody else runs it himself.
 *
 * @param folders all that the user must be able to enter.
 * @throws StackError when he can't be made or can't get there.
 */
export function postgresUser(folders: readonly string[]): PostgresUser {
  if (process.getuid?.() !== 0) return { owner: null, spawnAs: {}, prefix: [] };
  const owner = lookUp() ?? create();
  const { uid, gid } = owner;
  const closed = folders.map((folder) => closedTo(folder, uid, gid)).find((path) => path !== null);
  if (!closed) return { owner, spawnAs: owner, prefix: [] };

  // Typically a clone below /root, which nobody else may enter: on Linux the one capability that is needed can be
  // left to him. (Without the secure bit, access(2) would still answer for a user without it.)
  const prefix = ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--securebits=+no_setuid_fixup'];
  prefix.push('--inh-caps=+dac_override', '--ambient-caps=+dac_override', '--');
  if (succeeds([...prefix, 'true'])) return { owner, spawnAs: {}, prefix };
  throw new StackError(
    `As root, PostgreSQL has to run as user "${NAME}", who may not enter ${closed}. Start as an ordinary user, ` +
      `use a clone and a GUANJIA_HOME elsewhere (for example below /srv or /opt), or set DATABASE_URL.`,
  );
}

function lookUp(): { uid: number; gid: number } | null {
  try {
    const id = (flag: string): number => Number(execFileSync('id', [flag, NAME], { encoding: 'utf8', stdio: 'pipe' }));
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return null;
  }
}

function create(): { uid: number; gid: number } {
  try {
    execFileSync('groupadd', ['--system', '--force', NAME], { stdio: 'pipe' });
    execFileSync('useradd', ['--system', '--gid', NAME, '--no-create-home', NAME], { stdio: 'pipe' });
  } catch (error) {
    // Another start may have made him a moment ago; then all is well.
    const made = lookUp();
    if (made) return made;
    throw new StackError(
      `PostgreSQL doesn't run as root, and user "${NAME}" can't be made (${(error as Error).message}). ` +
        `Start as an ordinary user, or set DATABASE_URL.`,
    );
  }
  const made = lookUp();
  if (!made) throw new StackError(`User "${NAME}" was made but can't be found.`);
  return made;
}

/** @returns the first folder on the way to `path`, itself included, that this user may not pass; null if none. */
function closedTo(path: string, uid: number, gid: number): string | null {
  for (let folder = path; ; folder = dirname(folder)) {
    const { mode, uid: owner, gid: group } = statSync(folder);
    const bit = owner === uid ? 0o100 : group === gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return folder;
    if (folder === dirname(folder)) return null;
  }
}

function succeeds([command, ...args]: string[]): boolean {
  try {
    execFileSync(command ?? '', args, { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
}
