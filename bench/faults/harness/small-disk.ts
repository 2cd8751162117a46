import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { appendFile, mkdir, rename, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Megabytes beside what lies in the folder already. */
const SPARE = 48;
/** From coarse to fine, so that not even a page is left. Bytes. */
const GRAINS = [1_048_576, 65_536, 4_096];

/** Why no small file system can be mounted here; null when one can. */
export function mountHindrance(): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'guanjia-mount-'));
  try {
    mount(folder, 1);
    execFileSync('umount', [folder], { stdio: 'pipe' });
    return null;
  } catch {
    return 'a small file system can only be mounted by root on Linux';
  } finally {
    rmdirSync(folder);
  }
}

/** A file system of its own for a folder that nobody uses meanwhile: in memory, and so small that it can be filled. */
export class SmallDisk {
  private readonly aside: string;
  private readonly filler: string;
  /** A harness that is ended in the middle leaves no mount behind. */
  private readonly unmount = (): void => void execFileSync('umount', ['--lazy', this.folder], { stdio: 'pipe' });

  private constructor(private readonly folder: string) {
    this.aside = `${folder}.aside`;
    this.filler = join(folder, 'filler');
  }

  static async under(folder: string): Promise<SmallDisk> {
    const disk = new SmallDisk(folder);
    const { stdout } = await run('du', ['--summarize', '--block-size=1M', folder]);
    await rename(folder, disk.aside);
    await mkdir(folder);
    mount(folder, parseInt(stdout, 10) + SPARE);
    process.once('exit', disk.unmount);
    await copy(disk.aside, folder);
    await rm(disk.aside, { recursive: true });
    return disk;
  }

  /** Takes what is left. */
  async fill(): Promise<void> {
    for (const grain of GRAINS) while (await this.grow(grain));
  }

  /** Gives it back. */
  clear(): Promise<void> {
    return rm(this.filler, { force: true });
  }

  /** Puts the folder back where it was. */
  async remove(): Promise<void> {
    await this.clear();
    await mkdir(this.aside);
    await copy(this.folder, this.aside);
    this.unmount();
    process.removeListener('exit', this.unmount);
    await rmdir(this.folder);
    await rename(this.aside, this.folder);
  }

  private async grow(bytes: number): Promise<boolean> {
    try {
      await appendFile(this.filler, Buffer.alloc(bytes));
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false;
      throw error;
    }
  }
}

function mount(folder: string, megabytes: number): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'guanjia-small', folder], { stdio: 'pipe' });
}

/** With owners and modes, those of the folder itself included. */
async function copy(from: string, to: string): Promise<void> {
  await run('cp', ['--archive', `${from}/.`, to]);
}
