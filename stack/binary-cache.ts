import { createHash } from 'node:crypto';
import {
  chmodSync,
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Environment } from '../common/config';
import type { Binary } from './binaries';
import { identify, isRunning } from './processes';

class ChecksumError extends Error {
  override readonly name = 'ChecksumError';
  constructor(binary: Binary, expected: string, actual: string) {
    super(`its SHA-256 is ${actual}, but ${binary.title} ${binary.version} has ${expected}; it was not run`);
  }
}

const STAGED = 'part-';

/** Downloaded binaries, by version and sum, shared by all clones of one user. */
export class BinaryCache {
  constructor(readonly folder: string) {}

  /** Where this binary belongs, whether it is there or not. */
  pathOf(binary: Binary, sum: string): string {
    return join(this.folder, `${binary.name}-${binary.version}-${sum.slice(0, 12)}`, binary.name);
  }

  /**
   * @returns the path of the binary, its sum checked just now; null when it isn't there.
   * @throws ChecksumError when it is damaged; it has been removed then.
   */
  async find(binary: Binary, sum: string): Promise<string | null> {
    const path = this.pathOf(binary, sum);
    if (!existsSync(path)) return null;
    const actual = await sha256(path);
    if (actual === sum) return path;
    rmSync(path, { force: true });
    throw new ChecksumError(binary, sum, actual);
  }

  /**
   * Gives `fetch` an empty folder of this process's own to work in, checks what it brought and puts it in its
   * place by renaming. Two that do this at once each bring their own file and the later one replaces an equal one.
   * @param fetch returns the path of the binary below the folder it was given.
   * @throws ChecksumError, or what `fetch` throws. The folder is removed in any case.
   */
  async adopt(binary: Binary, sum: string, fetch: (folder: string) => Promise<string>): Promise<string> {
    mkdirSync(this.folder, { recursive: true });
    this.sweep();
    const me = identify(process.pid);
    const staging = mkdtempSync(join(this.folder, `${STAGED}${process.pid}.${me?.token ?? ''}.`));
    try {
      const fetched = await fetch(staging);
      const actual = await sha256(fetched);
      if (actual !== sum) throw new ChecksumError(binary, sum, actual);
      chmodSync(fetched, 0o755);
      const path = this.pathOf(binary, sum);
      mkdirSync(join(path, '..'), { recursive: true });
      renameSync(fetched, path);
      return path;
    } finally {
      rmSync(staging, { recursive: true, force: true });
    }
  }

  /** Removes what killed processes left half done. */
  private sweep(): void {
    for (const name of readdirSync(this.folder)) {
      if (!name.startsWith(STAGED)) continue;
      const [pid, token = ''] = name.slice(STAGED.length).split('.');
      if (!isRunning({ pid: Number(pid), token })) rmSync(join(this.folder, name), { recursive: true, force: true });
    }
  }
}

/** `$XDG_CACHE_HOME/guanjia`, or the place that the system has for such things. */
export function cacheFolder(env: Environment): string {
  const told = env.XDG_CACHE_HOME;
  if (told && isAbsolute(told)) return join(told, 'guanjia');
  const home = env.HOME || homedir();
  return process.platform === 'darwin' ? join(home, 'Library', 'Caches', 'guanjia') : join(home, '.cache', 'guanjia');
}

/** @returns hex */
export async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}
