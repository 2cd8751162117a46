import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { Client } from 'pg';
import { FEED_CHANNEL } from '../../../db/queries/feed';
import { newApiKey } from '../../../common/crypto/api-key';
import { insertKey, revokeKey } from '../../../db/queries/keys';
import { SECOND } from '../../../domain/instant';
import { HILL, KEYS, LAKE, type Caller } from './company';
import { EventReader } from './sse';
import { MONDAY, startOffice, until, type Json, type Office } from './support';

let office: Office;
beforeAll(async () => {
  office = await startOffice({ beatMs: 200, recheckMs: 200, flushMs: 50, pollMs: 300 });
});
afterAll(() => office.stop());

const open: EventReader[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) each.close();
  await until(() => office.feed.size === 0);
});

async function listen(as: Caller | { readonly key: string }, lastId?: string, query?: string): Promise<EventReader> {
  const key = typeof as === 'string' ? KEYS[as] : as.key;
  const reader = await EventReader.open(office.url, key, { lastId, query });
  open.push(reader);
  if (reader.status === 200) await reader.next('hello');
  return reader;
}

interface Row {
  readonly no: string;
  readonly project?: string;
  readonly seq?: number;
  readonly fence?: number | null;
  readonly kind?: 'case' | 'obligation' | 'notice';
}

async function change(...rows: Row[]): Promise<void> {
  await changeOn(office.deps.database.db, rows);
}

async function changeOn(db: Office['deps']['database']['db'], rows: readonly Row[], notify = true): Promise<void> {
  for (const { no, project = LAKE, seq = 1, fence = 1, kind = 'case' } of rows) {
    await sql`insert into change_feed (project, case_no, seq, fence, kind, at)
      values (${project}, ${no}, ${seq}, ${fence}, ${kind}, to_timestamp(${office.now / 1000}))`.execute(db);
  }
  if (notify) await sql`select pg_notify(${FEED_CHANNEL}, '')`.execute(db);
}

const changes = async (as: Caller, after?: string, query = ''): Promise<Json> =>
  (await office.call(as, 'GET', `/api/v1/changes?${after === undefined ? '' : `after=${after}&`}${query}`)).body;

describe('the stream', () => {
  test('begins with hello, is told what changes, and has a pulse', async () => {
    const reader = await listen('engineering');
    expect(reader.response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    expect(reader.response.headers['content-encoding']).toBeUndefined();
    expect(reader.events[0]?.data).toEqual({
      epoch: expect.stringMatching(/^\d+-\d+-\d+$/),
      serverTime: office.now,
      beatMs: 200,
    });
    await change({ no: 'C-1', seq: 4, fence: 7 }, { no: 'C-1', seq: 4, fence: 7, kind: 'obligation' });
    await change({ no: 'C-1', seq: 4, fence: null, kind: 'notice' });
    const { data, id } = await reader.next('case');
    expect(data).toEqual({
      ...{ case: 'C-1', project: LAKE, seq: 4, fence: 7 },
      at: new Date(office.now).toISOString(),
    });
    await reader.next('obligation');
    expect((await reader.next('notice')).data).toMatchObject({ case: 'C-1', fence: null });
    expect(id ?? reader.lastId).toContain(`${String(reader.events[0]?.data.epoch)}:`);
    const beat = await reader.next('beat');
    expect(beat.data).toEqual({ serverTime: office.now, lagMs: expect.any(Number) });
  });

  test('tells nobody of other projects', async () => {
    const [lake, hill, boss] = await Promise.all([listen('engineering'), listen('hill'), listen('boss')]);
    await change({ no: 'C-L' }, { no: 'C-H', project: HILL });
    await until(() => boss.cases().length === 2);
    await until(() => lake.cases().length === 1 && hill.cases().length === 1);
    expect([lake.cases(), hill.cases()]).toEqual([['C-L'], ['C-H']]);
  });

  test('holds ids, states and instants only', async () => {
    const reader = await listen('engineering');
    await change({ no: 'C-IDS' });
    const { data } = await reader.next('case');
    expect(Object.keys(data).sort()).toEqual(['at', 'case', 'fence', 'project', 'seq']);
  });

  test('tells of a burst about one case once, with the newest of a re-run that lowered seq', async () => {
    const reader = await listen('engineering');
    await office.deps.database.db.transaction().execute((trx) =>
      changeOn(trx, [
        { no: 'C-B', seq: 9, fence: 1 },
        { no: 'C-B', seq: 3, fence: 2 },
        { no: 'C-B', seq: 8, fence: 1 },
      ]),
    );
    expect((await reader.next('case')).data).toMatchObject({ seq: 3, fence: 2 });
    await change({ no: 'C-END' });
    await until(() => reader.cases().includes('C-END'));
    expect(reader.cases()).toEqual(['C-B', 'C-END']);
  });

  test('finds what no notification told of', async () => {
    const reader = await listen('engineering');
    await changeOn(office.deps.database.db, [{ no: 'C-QUIET' }], false);
    await until(() => reader.cases().includes('C-QUIET'));
  });
});

describe('going on where one was', () => {
  test('each change once, in order, by header or by address', async () => {
    const first = await listen('engineering');
    await change({ no: 'C-R0' });
    await until(() => first.cases().length === 1);
    const { lastId } = first;
    first.close();
    await change({ no: 'C-R1' }, { no: 'C-R2' });
    await change({ no: 'C-HILL', project: HILL }, { no: 'C-R3' });
    for (const again of [
      await listen('engineering', lastId),
      await listen('engineering', undefined, `?lastEventId=${lastId}`),
    ]) {
      await until(() => again.cases().length === 3);
      expect(again.cases()).toEqual(['C-R1', 'C-R2', 'C-R3']);
      expect(again.of('resync')).toEqual([]);
    }
  });

  test('without a gap while changes keep coming', async () => {
    const first = await listen('engineering');
    await until(() => first.lastId !== '');
    const { lastId } = first;
    first.close();
    const numbers = Array.from({ length: 60 }, (_, index) => `C-G${String(index).padStart(3, '0')}`);
    const writing = (async () => {
      for (const no of numbers) await change({ no });
    })();
    const readers = [await listen('engineering', lastId)];
    await new Promise((resolve) => setTimeout(resolve, 60));
    readers.push(await listen('engineering', lastId));
    await writing;
    for (const reader of readers) {
      await until(() => reader.cases().length >= numbers.length);
      expect(reader.cases()).toEqual(numbers);
    }
  });

  test('a beat takes a client on past what is not his', async () => {
    const hill = await listen('hill');
    await until(() => hill.lastId !== '');
    const before = hill.lastId;
    await change({ no: 'C-NOT-HIS' });
    await until(() => hill.lastId !== before);
    expect(hill.cases()).toEqual([]);
  });

  test.each([
    ['of another database', '7000000000000000000-1-16384:5.5'],
    ['of nobody', 'nonsense'],
    ['beyond what there is', '99999999999999999.1'],
    ['that no number can be', '99999999999999999999.1'],
  ])('from an id %s: read everything anew', async (_what, id) => {
    const { next } = await changes('engineering');
    const epoch = String(next).split(':')[0] ?? '';
    const lastId = id.includes('.') && !id.includes(':') ? `${epoch}:${id}` : id;
    const reader = await listen('engineering', lastId);
    expect((await reader.next('resync')).data).toEqual({ reason: 'unknown-position' });
    await change({ no: 'C-ANEW' });
    await until(() => reader.cases().length === 1);
    expect(await changes('engineering', reader.lastId)).toMatchObject({ resync: null });
  });

  test('from before what is kept: the same', async () => {
    const { next } = await changes('engineering');
    await change({ no: 'C-OLD' }, { no: 'C-NEW' });
    await sql`delete from change_feed where case_no <> 'C-NEW'`.execute(office.deps.database.db);
    const reader = await listen('engineering', String(next));
    expect((await reader.next('resync')).data).toEqual({ reason: 'too-old' });
    expect(reader.ended).toBe(false);
  });
});

describe('a long transaction', () => {
  test('holds back what came after it, so that its own changes are never passed', async () => {
    const reader = await listen('engineering');
    const slow = new Client(office.deps.database.pool.options);
    await slow.connect();
    await slow.query('begin');
    const insert = `insert into change_feed (project, case_no, seq, fence, kind, at) values ('${LAKE}', 'C-SLOW', 1, 1, 'case', now())`;
    await slow.query(insert);
    await change({ no: 'C-FAST' });
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(reader.cases()).toEqual([]);
    office.now += 5 * SECOND;
    await until(() => reader.of('beat').some(({ data }) => Number(data.lagMs) >= 5_000));
    expect(await changes('engineering', reader.lastId)).toMatchObject({ items: [], more: false });
    await slow.query('commit');
    await slow.end();
    await until(() => reader.cases().length === 2);
    expect(reader.cases()).toEqual(['C-SLOW', 'C-FAST']);
  });
});

describe('who may listen', () => {
  async function key(projects: string[]) {
    const { id, plain, hash } = newApiKey();
    const nobody = { staff: null, resident: null, household: null, expiresAt: null };
    const about = { label: 'machine', role: 'engineering' as const, createdAt: MONDAY, createdBy: 'test', projects };
    await insertKey(office.deps.database.db, { id, hash, ...about, ...nobody });
    return { id, key: plain };
  }

  test('a revoked key is told bye', async () => {
    const { id, key: plain } = await key([LAKE]);
    const reader = await listen({ key: plain });
    await revokeKey(office.deps.database.db, id, office.now);
    office.now += 3 * SECOND;
    expect((await reader.next('bye')).data).toEqual({ reason: 'revoked' });
    await until(() => reader.ended);
    const again = await EventReader.open(office.url, plain);
    expect(again.status).toBe(401);
  });

  test('rights that were taken count for the next message', async () => {
    const { id, key: plain } = await key([LAKE, HILL]);
    const reader = await listen({ key: plain });
    await change({ no: 'C-BOTH', project: HILL });
    await until(() => reader.cases().length === 1);
    await sql`update api_key set projects = array[${LAKE}] where id = ${id}`.execute(office.deps.database.db);
    office.now += 3 * SECOND;
    await new Promise((resolve) => setTimeout(resolve, 500));
    await change({ no: 'C-HILL-2', project: HILL }, { no: 'C-LAKE-2' });
    await until(() => reader.cases().includes('C-LAKE-2'));
    expect(reader.cases()).toEqual(['C-BOTH', 'C-LAKE-2']);
  });

  test('not more than twenty at once with one key', async () => {
    const { key: plain } = await key([LAKE]);
    await Promise.all(Array.from({ length: 20 }, () => listen({ key: plain })));
    const one = await listen({ key: plain });
    expect(one.status).toBe(429);
    expect(one.response.headers['retry-after']).toBe('30');
  });
});

describe('a database that goes away', () => {
  test('and comes back: the stream goes on without a gap', async () => {
    const reader = await listen('engineering');
    await change({ no: 'C-BEFORE' });
    await until(() => reader.cases().length === 1);
    await office.database('away');
    try {
      await until(() => reader.of('beat').some(({ data }) => Number(data.lagMs) > 800));
      const late = await listen('engineering');
      expect([200, 503]).toContain(late.status);
    } finally {
      await office.database('back');
    }
    await change({ no: 'C-AFTER' });
    await until(() => reader.cases().length === 2);
    expect(reader.cases()).toEqual(['C-BEFORE', 'C-AFTER']);
    expect(reader.of('resync')).toEqual([]);
    expect(reader.ended).toBe(false);
    expect(office.logs.filter((line) => line.includes('the change feed'))).toHaveLength(2);
  });

  test('and is set back: everybody reads anew', async () => {
    const { db } = office.deps.database;
    const reader = await listen('engineering');
    await change({ no: 'C-KEPT' }, { no: 'C-LOST' });
    await until(() => reader.cases().length === 2);
    const lost = reader.lastId;
    const failures = () => office.logs.filter((line) => line.includes('the change feed cannot be read')).length;
    const before = failures();
    await sql`alter table change_feed rename to elsewhere`.execute(db);
    await until(() => failures() > before);
    await sql`delete from elsewhere where case_no = 'C-LOST'`.execute(db);
    await sql`alter table elsewhere rename to change_feed`.execute(db);
    expect((await reader.next('resync')).data).toEqual({ reason: 'database-changed' });
    expect(reader.lastId).not.toBe(lost);
    await change({ no: 'C-GOES-ON' });
    await until(() => reader.cases().includes('C-GOES-ON'));
  });
});

describe('as a question', () => {
  test('from now on, page by page, with the same ids as the stream', async () => {
    const start = await changes('engineering');
    expect(start).toMatchObject({ items: [], more: false, resync: null, serverTime: office.now });
    await change({ no: 'C-P1' }, { no: 'C-P2', project: HILL }, { no: 'C-P3' });
    const first = await changes('engineering', String(start.next), 'limit=2');
    expect(first).toMatchObject({ items: [{ type: 'case', case: 'C-P1', project: LAKE }], more: true });
    const second = await changes('engineering', String(first.next), 'limit=2');
    expect(second).toMatchObject({ items: [{ case: 'C-P3' }], more: false });
    const reader = await listen('engineering', String(first.next));
    await until(() => reader.cases().length === 1);
    expect(reader.cases()).toEqual(['C-P3']);
    expect(await changes('engineering', 'nonsense')).toMatchObject({ items: [], resync: 'unknown-position' });
  });
});

test('the reader rests while nobody listens', async () => {
  const reader = await listen('engineering');
  reader.close();
  await until(() => office.feed.size === 0);
  await until(async () => {
    const { rows } = await sql<{ count: number }>`select count(*)::int as count from pg_stat_activity
      where datname = current_database() and query ilike 'listen%'`.execute(office.deps.database.db);
    return rows[0]?.count === 0;
  });
});
