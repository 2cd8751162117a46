import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { Connection } from '@temporalio/client';
import { stackEnvironment } from '../../common/config';
import { isRunning } from '../../stack/processes';
import { prepareHome, stopLeftovers, type RunRecord } from '../../stack/home';
import { temporalCli, testFolder } from '../support/servers';
import { killScripts, startScript, type Started } from './fixtures/start';

/** Stands for worker and API: what is tested here is how they are started, watched and stopped. */
const PROGRAM = (name: string): string => `
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
if (process.env.BROKEN === '${name}') throw new Error('the ${name} is broken');
const server = createServer((request, response) => response.writeHead(request.url === '/readyz' ? 200 : 404).end());
server.listen(Number(process.env.GUANJIA_${name.toUpperCase()}_PORT), '127.0.0.1');
appendFileSync('journal', '${name} started\\n');
process.on('SIGTERM', () => {
  appendFileSync('journal', '${name} stopped\\n');
  process.exit(0);
});
`;

const root = testFolder();
const folder = join(root, 'home');
const programs = { 'worker/main.ts': PROGRAM('worker'), 'api/main.ts': PROGRAM('api') };
const migrate = `import { appendFileSync } from 'node:fs'; appendFileSync('journal', 'migrated ' + process.env.DATABASE_URL + '\\n');`;

beforeAll(() => {
  for (const [path, text] of Object.entries({ ...programs, 'db/migrate.ts': migrate })) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  }
});

// A start is some three seconds of work for several processes; the machine may have other work too.
jest.setTimeout(60_000);

afterEach(async () => {
  await killScripts();
  await stopLeftovers(prepareHome(folder));
});

test('starts in order, tells a newcomer what he needs, and lets nobody else into the folder', async () => {
  const stack = startStack();
  const output = await stack.says(/Ready after [\s\S]*Ctrl-C/);

  expect(journal().map((line) => line.split(' postgresql')[0])).toEqual(['migrated', 'worker started', 'api started']);
  const variables = parseEnv(readFileSync(join(folder, 'env'), 'utf8')) as Record<string, string>;
  expect(journal()[0]).toBe(`migrated ${variables.DATABASE_URL}`);
  expect(await searchAttributesOf(variables.TEMPORAL_ADDRESS ?? '')).toContain('GuanjiaProject');
  const apiUrl = /API +(http\S+)/.exec(output)?.[1] ?? '';
  expect((await fetch(`${apiUrl}/readyz`)).status).toBe(200);
  expect(output).toContain(`${apiUrl}/docs`);
  expect(output).toContain(variables.TEMPORAL_UI_URL);
  expect(output).toMatch(/general_manager +gj_[0-9a-f]{16}_\S{43}/);
  expect(output.match(/curl -sS/g)).toHaveLength(3);

  const second = startStack();
  expect(await second.ended).toBe(1);
  expect(second.output()).toContain(`Guanjia is already running on ${folder} (process ${stack.pid})`);

  stack.kill('SIGTERM');
  expect(await stack.ended).toBe(0);
});

test('starts again what dies, servers too', async () => {
  const stack = startStack();
  await stack.says(/Ctrl-C/);
  const before = records();

  for (const { pid } of before) process.kill(pid, 'SIGKILL');

  const output = await stack.says(/(is back[\s\S]*){4}/);
  for (const { name, pid } of before) {
    expect(output).toContain(`${name} (pid ${pid}) ended by signal SIGKILL; starting it again in 1 s`);
  }
  const after = records();
  expect(after.map(({ name }) => name)).toEqual(['api', 'postgres', 'temporal', 'worker']);
  expect(after.every(isRunning)).toBe(true);
});

test('finds and stops what a killed start left running, then stops cleanly in order', async () => {
  const killed = startStack();
  await killed.says(/Ctrl-C/);
  killed.kill('SIGKILL');
  await killed.ended;
  const left = records();
  expect(left.map(isRunning)).toEqual([true, true, true, true]);

  const stack = startStack();
  const output = await stack.says(/Ctrl-C/);

  expect(output).toContain('Stopped what an earlier start left running: api, postgres, temporal, worker');
  expect(left.some(isRunning)).toBe(false);
  const running = records();
  expect(running.every(isRunning)).toBe(true);
  const before = journal().length;

  stack.kill('SIGINT');

  expect(await stack.ended).toBe(0);
  expect(stack.output()).toMatch(/Stopped\.\n$/);
  expect(journal().slice(before)).toEqual(['api stopped', 'worker stopped']);
  expect(running.some(isRunning)).toBe(false);
  expect(records()).toEqual([]);
  expect(existsSync(join(folder, 'postgres', 'postmaster.pid'))).toBe(false);
  expect(readFileSync(join(folder, 'logs', 'postgres.log'), 'utf8')).toMatch(/database system is shut down\n$/);
});

test('says why a program would not start, with the end of its log, and stops the rest', async () => {
  const stack = startStack({ BROKEN: 'worker' });

  expect(await stack.ended).toBe(1);

  expect(stack.output()).toMatch(
    /worker ended before it was ready \(code 1\)[\s\S]*the worker is broken[\s\S]*worker\.log/,
  );
  expect(records()).toEqual([]);
});

test('can be stopped while it is still starting', async () => {
  const stack = startStack();
  await stack.says(/PostgreSQL on/);

  stack.kill('SIGTERM');

  expect(await stack.ended).toBe(0);
  expect(stack.output()).not.toContain('Ready');
  expect(records()).toEqual([]);
});

/** Free ports, and no seed: its tables are not here. */
function startStack(more: Record<string, string> = {}): Started {
  const anyPort = ['POSTGRES', 'TEMPORAL', 'TEMPORAL_UI', 'WORKER', 'API'].map((name) => [`GUANJIA_${name}_PORT`, '0']);
  return startScript('run-stack', [root], {
    ...stackEnvironment(),
    DATABASE_URL: '',
    TEMPORAL_ADDRESS: '',
    NODE_ENV: 'production',
    GUANJIA_HOME: folder,
    GUANJIA_TEMPORAL_CLI: temporalCli(),
    ...Object.fromEntries(anyPort),
    ...more,
  });
}

async function searchAttributesOf(address: string): Promise<string[]> {
  const connection = await Connection.connect({ address });
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: 'default' });
  await connection.close();
  return Object.keys(customAttributes ?? {});
}

function journal(): string[] {
  return readFileSync(join(root, 'journal'), 'utf8').trim().split('\n');
}

function records(): RunRecord[] {
  const run = join(folder, 'run');
  return readdirSync(run)
    .sort()
    .map((name) => JSON.parse(readFileSync(join(run, name), 'utf8')) as RunRecord);
}
