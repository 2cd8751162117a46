import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { isAbsolute, join, normalize } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Binary, Platform } from './binaries';
import { megabytes } from './terminal';

/** What `@temporalio/testing` asks as well. */
export const OFFICIAL_SITE = 'https://temporal.download';

/** In many company networks the site is closed, and a connection to it just hangs. */
const ANSWER_WITHIN_MS = 3_000;
const SILENCE_MS = 20_000;

export interface DownloadOptions {
  readonly site: string;
  readonly progress: (line: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Downloads and unpacks the official release of this very version.
 * @param folder an empty one to work in.
 * @returns the path of the binary below it. Its sum is for the caller to check.
 * @throws Error, with a reason that can be shown.
 */
export async function downloadOfficial(
  binary: Binary,
  platform: Platform,
  folder: string,
  options: DownloadOptions,
): Promise<string> {
  const [system = '', cpu] = platform.split('-');
  const query = new URLSearchParams({ platform: system, arch: cpu === 'x64' ? 'amd64' : 'arm64', format: 'tar.gz' });
  const about = await get(`${options.site}/${binary.artifact}/v${binary.version}?${query.toString()}`, options);
  const { archiveUrl, fileToExtract } = archiveOf(await about.response.json());
  about.done();

  const archive = await get(archiveUrl, options);
  try {
    await unpack(archive, folder, `Downloading ${binary.title} ${binary.version}`, options.progress);
  } finally {
    archive.done();
    options.progress('');
  }
  const path = join(folder, fileToExtract);
  if (!existsSync(path)) throw new Error(`${archiveUrl} holds no ${fileToExtract}`);
  return path;
}

interface Answer {
  readonly response: Response;
  /** To be called for every piece that comes; without one for 20 s the download is given up. */
  alive(): void;
  done(): void;
}

async function get(url: string, options: DownloadOptions): Promise<Answer> {
  const silence = new AbortController();
  const giveUp = (ms: number): NodeJS.Timeout =>
    setTimeout(() => silence.abort(new Error(`no answer within ${ms / 1000} s`)), ms);
  let timer = giveUp(ANSWER_WITHIN_MS);
  const alive = (): void => {
    clearTimeout(timer);
    timer = giveUp(SILENCE_MS);
  };
  try {
    const signals = options.signal ? [silence.signal, options.signal] : [silence.signal];
    const response = await fetch(url, { signal: AbortSignal.any(signals) });
    if (!response.ok) throw new Error(`it answered ${response.status}`);
    alive();
    return { response, alive, done: () => clearTimeout(timer) };
  } catch (error) {
    clearTimeout(timer);
    throw new Error(`${new URL(url).host}: ${reasonOf(error)}`, { cause: error });
  }
}

async function unpack(archive: Answer, folder: string, label: string, progress: (line: string) => void): Promise<void> {
  const { response } = archive;
  if (!response.body) throw new Error('the answer is empty');
  const total = Number(response.headers.get('content-length')) || null;
  let received = 0;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      archive.alive();
      received += chunk.length;
      progress(`${label}: ${megabytes(received)}${total ? ` of ${megabytes(total)}` : ''}`);
      done(null, chunk);
    },
  });
  const tar = spawn('tar', ['-xzf', '-', '--no-same-owner', '-C', folder], { stdio: ['pipe', 'ignore', 'ignore'] });
  const unpacked = new Promise<string | null>((resolve) => {
    tar.once('error', (error) => resolve(error.message));
    tar.once('close', (code) => resolve(code === 0 ? null : `tar ended with code ${code}`));
  });
  // When tar ends early its pipe breaks; then it is tar that knows why.
  const sent = await pipeline(Readable.fromWeb(response.body), count, tar.stdin).then(
    () => null,
    (error: unknown) => reasonOf(error),
  );
  const reason = (await unpacked) ?? sent;
  if (reason !== null) throw new Error(`the archive can't be unpacked: ${reason}`);
}

function archiveOf(value: unknown): { archiveUrl: string; fileToExtract: string } {
  const { archiveUrl, fileToExtract } = (value ?? {}) as { archiveUrl?: unknown; fileToExtract?: unknown };
  if (typeof archiveUrl !== 'string' || typeof fileToExtract !== 'string') throw new Error('it gave no archive');
  if (!new URL(archiveUrl).pathname.endsWith('.tar.gz')) throw new Error(`it gave another format: ${archiveUrl}`);
  if (isAbsolute(fileToExtract) || normalize(fileToExtract).startsWith('..')) throw new Error('it gave a path outside');
  return { archiveUrl, fileToExtract };
}

/** The innermost cause says what really happened ("getaddrinfo ENOTFOUND …"); fetch itself only says "failed". */
function reasonOf(error: unknown): string {
  let inner = error as { readonly message?: string; readonly cause?: unknown };
  while (inner.cause) inner = inner.cause;
  return inner.message ?? 'no reason given';
}
