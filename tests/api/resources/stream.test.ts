import { sql } from 'kysely';
import { Client } from 'pg';
import { SECOND } from '../../../domain/instant';
import { HILL, LAKE } from './company';
import { StreamTools } from './stream-tools';
import { startOffice, until, type Office } from './support';

let office: Office;
let tools: StreamTools;
beforeAll(async () => {
  office = await startOffice({ beatMs: 200, recheckMs: 200, flushMs: 50, pollMs: 300 });
  tools = new StreamTools(office);
});
afterEach(() => tools.closeAll());
afterAll(() => office.stop());

describe('the stream', () => {
  test('begins with hello, is told what changes, and has a pulse', async () => {
    const reader = await tools.listen('engineering');
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
    await tools.change({ no: 'C-1', seq: 4, fence: 7 }, { no: 'C-1', seq: 4, fence: 7, kind: 'obligation' });
    await tools.change({ no: 'C-1', seq: 4, fence: null, kind: 'notice' });
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
    const [lake, hill, boss] = await Promise.all([
      tools.listen('engineering'),
      tools.listen('hill'),
      tools.listen('boss'),
    ]);
    await tools.change({ no: 'C-L' }, { no: 'C-H', project: HILL });
    await until(() => boss.cases().length === 2);
    await until(() => lake.cases().length === 1 && hill.cases().length === 1);
    expect([lake.cases(), hill.cases()]).toEqual([['C-L'], ['C-H']]);
  });

  test('holds ids, states and instants only', async () => {
    const reader = await tools.listen('engineering');
    await tools.change({ no: 'C-IDS' });
    const { data } = await reader.next('case');
    expect(Object.keys(data).sort()).toEqual(['at', 'case', 'fence', 'project', 'seq']);
  });

  test('tells of a burst about one case once, with the newest of a re-run that lowered seq', async () => {
    const reader = await tools.listen('engineering');
    await office.deps.database.db.transaction().execute((trx) =>
      tools.changeOn(trx, [
        { no: 'C-B', seq: 9, fence: 1 },
        { no: 'C-B', seq: 3, fence: 2 },
        { no: 'C-B', seq: 8, fence: 1 },
      ]),
    );
    expect((await reader.next('case')).data).toMatchObject({ seq: 3, fence: 2 });
    await tools.change({ no: 'C-END' });
    await until(() => reader.cases().includes('C-END'));
    expect(reader.cases()).toEqual(['C-B', 'C-END']);
  });

  test('finds what no notification told of', async () => {
    const reader = await tools.listen('engineering');
    await tools.changeOn(office.deps.database.db, [{ no: 'C-QUIET' }], false);
    await until(() => reader.cases().includes('C-QUIET'));
  });
});

describe('going on where one was', () => {
  test('each change once, in order, by header or by address', async () => {
    const first = await tools.listen('engineering');
    await tools.change({ no: 'C-R0' });
    await until(() => first.cases().length === 1);
    const { lastId } = first;
    first.close();
    await tools.change({ no: 'C-R1' }, { no: 'C-R2' });
    await tools.change({ no: 'C-HILL', project: HILL }, { no: 'C-R3' });
    for (const again of [
      await tools.listen('engineering', lastId),
      await tools.listen('engineering', undefined, `?lastEventId=${lastId}`),
    ]) {
      await until(() => again.cases().length === 3);
      expect(again.cases()).toEqual(['C-R1', 'C-R2', 'C-R3']);
      expect(again.of('resync')).toEqual([]);
    }
  });

  test('without a gap while changes keep coming', async () => {
    const first = await tools.listen('engineering');
    await until(() => first.lastId !== '');
    const { lastId } = first;
    first.close();
    const numbers = Array.from({ length: 60 }, (_, index) => `C-G${String(index).padStart(3, '0')}`);
    const writing = (async () => {
      for (const no of numbers) await tools.change({ no });
    })();
    const readers = [await tools.listen('engineering', lastId)];
    await new Promise((resolve) => setTimeout(resolve, 60));
    readers.push(await tools.listen('engineering', lastId));
    await writing;
    for (const reader of readers) {
      await until(() => reader.cases().length >= numbers.length);
      expect(reader.cases()).toEqual(numbers);
    }
  });

  test('a beat takes a client on past what is not his', async () => {
    const hill = await tools.listen('hill');
    await until(() => hill.lastId !== '');
    const before = hill.lastId;
    await tools.change({ no: 'C-NOT-HIS' });
    await until(() => hill.lastId !== before);
    expect(hill.cases()).toEqual([]);
  });

  test.each([
    ['of another database', '7000000000000000000-1-16384:5.5'],
    ['of nobody', 'nonsense'],
    ['beyond what there is', '99999999999999999.1'],
    ['that no number can be', '99999999999999999999.1'],
  ])('from an id %s: read everything anew', async (_what, id) => {
    const { next } = await tools.changes('engineering');
    const epoch = String(next).split(':')[0] ?? '';
    const lastId = id.includes('.') && !id.includes(':') ? `${epoch}:${id}` : id;
    const reader = await tools.listen('engineering', lastId);
    expect((await reader.next('resync')).data).toEqual({ reason: 'unknown-position' });
    await tools.change({ no: 'C-ANEW' });
    await until(() => reader.cases().length === 1);
    expect(await tools.changes('engineering', reader.lastId)).toMatchObject({ resync: null });
  });

  test('from before what is kept: the same', async () => {
    const { next } = await tools.changes('engineering');
    await tools.change({ no: 'C-OLD' }, { no: 'C-NEW' });
    await sql`delete from change_feed where case_no <> 'C-NEW'`.execute(office.deps.database.db);
    const reader = await tools.listen('engineering', String(next));
    expect((await reader.next('resync')).data).toEqual({ reason: 'too-old' });
    expect(reader.ended).toBe(false);
  });
});

describe('a long transaction', () => {
  test('holds back what came after it, so that its own changes are never passed', async () => {
    const reader = await tools.listen('engineering');
    const slow = new Client(office.deps.database.pool.options);
    await slow.connect();
    await slow.query('begin');
    const insert = `insert into change_feed (project, case_no, seq, fence, kind, at) values ('${LAKE}', 'C-SLOW', 1, 1, 'case', now())`;
    await slow.query(insert);
    await tools.change({ no: 'C-FAST' });
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(reader.cases()).toEqual([]);
    office.now += 5 * SECOND;
    await until(() => reader.of('beat').some(({ data }) => Number(data.lagMs) >= 5_000));
    expect(await tools.changes('engineering', reader.lastId)).toMatchObject({ items: [], more: false });
    await slow.query('commit');
    await slow.end();
    await until(() => reader.cases().length === 2);
    expect(reader.cases()).toEqual(['C-SLOW', 'C-FAST']);
  });
});

describe('as a question', () => {
  test('from now on, page by page, with the same ids as the stream', async () => {
    await tools.change({ no: 'C-P0' });
    const start = await tools.changes('engineering');
    expect(start).toMatchObject({ items: [], more: false, resync: null, serverTime: office.now });
    await tools.change({ no: 'C-P1' }, { no: 'C-P2', project: HILL }, { no: 'C-P3' });
    const first = await tools.changes('engineering', String(start.next), 'limit=2');
    expect(first).toMatchObject({ items: [{ type: 'case', case: 'C-P1', project: LAKE }], more: true });
    const second = await tools.changes('engineering', String(first.next), 'limit=2');
    expect(second).toMatchObject({ items: [{ case: 'C-P3' }], more: false });
    const reader = await tools.listen('engineering', String(first.next));
    await until(() => reader.cases().length === 1);
    expect(reader.cases()).toEqual(['C-P3']);
    expect(await tools.changes('engineering', 'nonsense')).toMatchObject({ items: [], resync: 'unknown-position' });
  });
});

test('the reader rests while nobody listens', async () => {
  const reader = await tools.listen('engineering');
  reader.close();
  await until(() => office.feed.size === 0);
  await until(async () => {
    const { rows } = await sql<{ count: number }>`select count(*)::int as count from pg_stat_activity
      where datname = current_database() and query ilike 'listen%'`.execute(office.deps.database.db);
    return rows[0]?.count === 0;
  });
});
