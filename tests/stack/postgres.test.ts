import { existsSync, mkdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import type { Child } from '../../stack/child';
import { prepareHome, stopLeftovers, type Home } from '../../stack/home';
import { freePort } from '../../stack/ports';
import { initialisePostgres, postgresService, postgresUrl, type PostgresOptions } from '../../stack/postgres';
import { restoreLinks } from '../../stack/postgres-binaries';
import { until } from '../../stack/until';
import { createTestDatabase, testFolder } from '../support/servers';

jest.setTimeout(30_000);

describe('the embedded server', () => {
  let home: Home;
  let options: PostgresOptions;
  let child: Child;

  const start = async (): Promise<Child> => {
    child = await postgresService(options).start(() => undefined);
    return child;
  };

  beforeAll(async () => {
    home = prepareHome(testFolder());
    options = {
      home,
      port: await freePort(),
      password: 'p@ss/word',
      database: 'guanjia',
      durable: false,
      ownGroup: false,
    };
  });

  afterAll(() => child.stop());

  test('is made on the first start, whatever a killed one left', async () => {
    mkdirSync(join(home.folder, 'postgres.new'));
    writeFileSync(join(home.folder, 'postgres.new', 'PG_VERSION'), '18\n');

    expect(await initialisePostgres(options)).toEqual({ created: true });
    await start();

    await query('create table kept (word text)');
    await query(`insert into kept values ('湖畔花园')`);
    expect(await query('show server_encoding')).toEqual([{ server_encoding: 'UTF8' }]);
    expect(existsSync(join(home.folder, 'postgres.new'))).toBe(false);
  });

  test('lets nobody in without the password', async () => {
    await expect(query('select 1', 'guess')).rejects.toThrow('password authentication failed');
  });

  test('goes on with the same data on the second start', async () => {
    await child.stop();
    expect(child.exitCode()).toBe(0);

    expect(await initialisePostgres(options)).toEqual({ created: false });
    await start();

    expect(await query('select word from kept')).toEqual([{ word: '湖畔花园' }]);
  });

  test('recovers after kill -9, also from a query that is still computing', async () => {
    await query(`insert into kept values ('second')`);
    const busy = query('select count(*) /* busy */ from generate_series(1, 20000000)').catch(() => 'cut off');
    const running = `select 1 from pg_stat_activity where query like '%/* busy */%' and pid <> pg_backend_pid()`;
    expect(await until(async () => (await query(running)).length > 0, 5_000)).toBe(true);
    child.kill();
    await child.exited;
    expect(existsSync(join(home.postgres, 'postmaster.pid'))).toBe(true);

    await start();

    expect(await query('select count(*)::int from kept')).toEqual([{ count: 2 }]);
    await busy;
  });

  test('is not fooled by a pid that another process got meanwhile', async () => {
    child.kill();
    await child.exited;
    const pidFile = join(home.postgres, 'postmaster.pid');
    const [, ...rest] = readFileSync(pidFile, 'utf8').split('\n');
    writeFileSync(pidFile, [process.ppid, ...rest].join('\n'));

    await start();

    expect(await query('select count(*)::int from kept')).toEqual([{ count: 2 }]);
  });

  test('that an earlier start left running is ended first', async () => {
    const leftover = child;

    expect(await stopLeftovers(home)).toEqual(['postgres']);

    expect(await leftover.exited).toBe('code 0');
    await start();
    expect(await stopLeftovers(home)).toEqual(['postgres']);
  });

  test('even one of which there is no record', async () => {
    await start();
    const unrecorded = child;

    await start();

    expect(unrecorded.hasExited()).toBe(true);
    expect(await query('select count(*)::int from kept')).toEqual([{ count: 2 }]);
  });

  test('does not touch data of another major version', async () => {
    const other = prepareHome(testFolder());
    mkdirSync(other.postgres);
    writeFileSync(join(other.postgres, 'PG_VERSION'), '16\n');

    await expect(initialisePostgres({ ...options, home: other })).rejects.toThrow(
      /was made by PostgreSQL 16; this Guanjia brings 18/,
    );
  });

  async function query(text: string, password = options.password): Promise<unknown[]> {
    const client = new Client({ connectionString: postgresUrl({ ...options, password }) });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(text)).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
});

test('links of shared libraries are made where install scripts were blocked, as often as one likes', () => {
  const root = testFolder();
  mkdirSync(join(root, 'native', 'lib'), { recursive: true });
  const list = join(root, 'native', 'pg-symlinks.json');
  writeFileSync(join(root, 'native', 'lib', 'libpq.so.5.18'), 'library');
  writeFileSync(list, '[{"source":"native/lib/libpq.so.5.18","target":"native/lib/libpq.so.5"}]');

  restoreLinks(root, list);
  restoreLinks(root, list);

  expect(readlinkSync(join(root, 'native', 'lib', 'libpq.so.5'))).toBe('libpq.so.5.18');
  expect(readFileSync(join(root, 'native', 'lib', 'libpq.so.5'), 'utf8')).toBe('library');
});

test('every suite gets a database of its own', async () => {
  const [first, second] = await Promise.all([createTestDatabase(), createTestDatabase({ empty: true })]);
  const client = new Client({ connectionString: first.url });
  await client.connect();
  await client.query('create table mine (id int)');
  await client.end();
  const other = new Client({ connectionString: second.url });
  await other.connect();
  const tables = await other.query(`select 1 from pg_tables where schemaname = 'public'`);
  await other.end();

  expect(tables.rows).toEqual([]);
  await Promise.all([first.drop(), second.drop()]);
  await expect(new Client({ connectionString: first.url }).connect()).rejects.toThrow('does not exist');
});
