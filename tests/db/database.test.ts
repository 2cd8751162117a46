import { Writable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { createLogger } from '../../common/logger';
import { createDatabase, isPermanentData, isTransient, transact } from '../../db/database';
import { freePort } from '../../stack/ports';
import { openTestDatabase, silent, type OpenDatabase } from './open';

let database: OpenDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.drop());

async function errorOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => error,
  );
}

async function expectTransient(work: Promise<unknown>): Promise<void> {
  const error = await errorOf(work);
  expect([error, isTransient(error), isPermanentData(error)]).toEqual([error, true, false]);
}

async function expectPermanent(work: Promise<unknown>): Promise<void> {
  const error = await errorOf(work);
  expect([error, isTransient(error), isPermanentData(error)]).toEqual([error, false, true]);
}

test('data that can never be stored is permanent', async () => {
  await expectPermanent(sql`select ${'a\u0000b'}::text`.execute(database.db));
  await expectPermanent(sql`select ${'{"a":"\\u0000"}'}::jsonb`.execute(database.db));
  await expectPermanent(sql`select ${'{"a":"\\ud800"}'}::jsonb`.execute(database.db));
  await expectPermanent(sql`select ${'no number'}::int`.execute(database.db));
  await expectPermanent(sql`insert into company values (null, 'x', '2026-01-01Z')`.execute(database.db));
});

test('a server that is not there, or goes away, is transient', async () => {
  const nobody = createDatabase(`postgresql://x@127.0.0.1:${await freePort()}/x`, { logger: silent });
  await expectTransient(sql`select 1`.execute(nobody.db));
  await nobody.close();
  await expectTransient(sql`select pg_terminate_backend(pg_backend_pid())`.execute(database.db));
});

test('time-outs and locks are transient', async () => {
  const hasty = createDatabase(database.url, {
    logger: silent,
    statementTimeoutMs: 50,
    lockTimeoutMs: 30,
    poolSize: 1,
  });
  await expectTransient(sql`select pg_sleep(2)`.execute(hasty.db));
  await database.db.transaction().execute(async (trx) => {
    await sql`lock table company`.execute(trx);
    await expectTransient(sql`select * from company`.execute(hasty.db));
  });
  await hasty.close();
  await expectTransient(sql`select 1`.execute(hasty.db));
  await expectTransient(hasty.pool.query('select 1'));
});

test('a pool with nothing free is transient', async () => {
  const small = createDatabase(database.url, { logger: silent, poolSize: 1, connectTimeoutMs: 50 });
  const client = await small.pool.connect();
  await expectTransient(sql`select 1`.execute(small.db));
  client.release();
  await small.close();
});

test('neither of both: a mistake in the program', async () => {
  const error = await errorOf(sql`select * from no_such_table`.execute(database.db));
  expect([isTransient(error), isPermanentData(error)]).toEqual([false, false]);
  expect([isTransient('text'), isTransient(null), isTransient(new Error('x')), isPermanentData(null)]).toEqual([
    false,
    false,
    false,
    false,
  ]);
});

test('an idle connection that the server ends is reported and does not end the process', async () => {
  const lines: string[] = [];
  const destination = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      lines.push(chunk.toString());
      done();
    },
  });
  const logger = createLogger('warn', { service: 'test' }, { destination });
  const other = createDatabase(database.url, { logger, poolSize: 1 });
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(other.db);
  const lost = new Promise((resolve) => other.pool.once('error', resolve));
  await sql`select pg_terminate_backend(${rows[0]?.pid})`.execute(database.db);
  await lost;
  expect(lines.join('')).toContain('57P01');
  expect((await sql<{ one: number }>`select 1 as one`.execute(other.db)).rows).toEqual([{ one: 1 }]);
  await other.close();
});

test('a connection that is lost between two statements fails the transaction alone', async () => {
  const cut = database.db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx);
    const client = await database.pool.connect();
    await client.query('select pg_terminate_backend($1, 1000)', [rows[0]?.pid]);
    client.release();
    await new Promise((resolve) => setImmediate(resolve));
    return sql`select 1`.execute(trx);
  });
  await expectTransient(cut);
  expect((await sql<{ one: number }>`select 1 as one`.execute(database.db)).rows).toEqual([{ one: 1 }]);
});

test('numbers and days', async () => {
  const { rows } = await sql<Record<string, unknown>>`
    select 9007199254740991::int8 as big, count(*) as count, '2026-03-01'::date as day from company`.execute(
    database.db,
  );
  expect(rows).toEqual([{ big: 9_007_199_254_740_991, count: 0, day: '2026-03-01' }]);
  await expect(sql`select 9007199254740993::int8`.execute(database.db)).rejects.toThrow(RangeError);
});

test('a process that is frozen inside a transaction does not keep its locks for ever', async () => {
  const { rows } = await sql<{ limit: string }>`
    select current_setting('idle_in_transaction_session_timeout') as "limit"`.execute(database.db);
  expect(rows).toEqual([{ limit: '5s' }]);
});

test('a transaction that fails leaves nothing, and its connection is used again', async () => {
  const one = createDatabase(database.url, { logger: silent, poolSize: 1 });
  const insert = `insert into company values ('c', 'C', '2026-01-01Z')`;
  await expect(
    transact(one.pool, 'begin', async (client) => {
      await client.query(insert);
      await client.query(insert);
    }),
  ).rejects.toMatchObject({ code: '23505' });
  await expect(
    transact(one.pool, 'begin', async (client) => {
      await client.query(insert);
      throw new Error('changed my mind');
    }),
  ).rejects.toThrow('changed my mind');
  expect(await one.db.selectFrom('company').selectAll().execute()).toEqual([]);
  await one.close();
});
