import { randomBytes } from 'node:crypto';
import { access, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '../clock';
import type { FilesConfig, FolderStore } from '../config-files';
import { s3Store } from './s3';
import { StoreAwayError, type FileStore } from './file-store';

export function createFileStore({ store }: FilesConfig, clock: Clock): FileStore {
  return 'folder' in store ? folderStore(store) : s3Store(store, clock);
}

/** Files in a folder of this machine, 256 folders in it. */
export function folderStore({ folder }: FolderStore): FileStore {
  const pathOf = (name: string): string => join(folder, name.slice(0, 2), name);
  return {
    put: (name, bytes) => reached(() => writeWhole(pathOf(name), bytes)),
    get: (name) =>
      reached(async () => {
        try {
          return await readFile(pathOf(name));
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
          throw error;
        }
      }),
    remove: (name) =>
      reached(async () => {
        // Without the folder itself this is a machine that does not have it: nothing has gone.
        await access(folder);
        await rm(pathOf(name), { force: true });
      }),
  };
}

/** Beside it first and then under its name: a process that dies in between leaves no half of a file there. */
async function writeWhole(path: string, bytes: Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const beside = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    const file = await open(beside, 'wx', 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

async function reached<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new StoreAwayError('the folder of files can not be used', { cause: error });
  }
}
