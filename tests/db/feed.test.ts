import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { HOUR } from '../../domain/instant';
import {
  FEED_CHANNEL,
  FEED_START,
  feedBounds,
  feedPage,
  isBefore,
  pruneFeed,
  type FeedEntry,
  type FeedPosition,
} from '../../db/queries/feed';
import { writeBatch } from '../../db/queries/journal';
import { openTestDatabase, sealer, type OpenDatabase } from './open';
import { MONDAY, PlayedCase } from './played-case';

let database: OpenDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.drop());

const write = (no: string, at = MONDAY) => writeBatch(database, PlayedCase.open({ no, at }).batch, { sealer });

async function readOn(after: FeedPosition): Promise<FeedEntry[]> {
  const entries = await feedPage(database.db, after, 2);
  return entries.length === 0 ? entries : [...entries, ...(await readOn(entries.at(-1) as FeedPosition))];
}

test('a new feed, then every change once, in order', async () => {
  const empty = await feedBounds(database.db);
  expect(empty).toMatchObject({ oldest: null, newest: FEED_START });
  for (let number = 0; number < 3; number += 1) await write(`C-FEED-000${number}`);
  const entries = await readOn(empty.newest);
  expect(entries.map(({ caseNo, kind }) => `${caseNo} ${kind}`)).toEqual(
    [0, 1, 2].flatMap((number) => [`C-FEED-000${number} case`, `C-FEED-000${number} obligation`]),
  );
  expect(entries[0]).toMatchObject({ project: 'lakeside', fence: MONDAY, at: MONDAY, seq: expect.any(Number) });
  const bounds = await feedBounds(database.db);
  const { xid, n } = entries.at(-1) as FeedPosition;
  expect(bounds).toMatchObject({ epoch: empty.epoch, newest: { xid, n }, oldest: { n: entries[0]?.n } });
});

test('a transaction that commits late is not passed by', async () => {
  const { newest } = await feedBounds(database.db);
  const slow = await database.pool.connect();
  await slow.query('begin');
  await slow.query(
    `insert into change_feed (project, case_no, seq, kind, at) values ('p', 'C-SLOW', 1, 'case', to_timestamp(0))`,
  );
  await write('C-FEED-0010');
  // The younger one is committed, but the older one could still come before it.
  expect(await feedPage(database.db, newest, 10)).toEqual([]);
  expect((await feedBounds(database.db)).newest).toEqual(newest);
  await slow.query('commit');
  slow.release();
  const entries = await feedPage(database.db, newest, 10);
  expect(entries.map(({ caseNo }) => caseNo)).toEqual(['C-SLOW', 'C-FEED-0010', 'C-FEED-0010']);
});

test('who listens is woken by a commit, and only then', async () => {
  const listener = await database.pool.connect();
  await listener.query(`listen ${FEED_CHANNEL}`);
  const woken = new Promise<string>((resolve) => listener.on('notification', ({ channel }) => resolve(channel)));
  const began = performance.now();
  await write('C-FEED-0020');
  expect(await woken).toBe(FEED_CHANNEL);
  expect(performance.now() - began).toBeLessThan(2_000);
  listener.release(true);
});

test('old entries go, the newest stays', async () => {
  await write('C-FEED-0030', MONDAY + HOUR);
  const before = await feedBounds(database.db);
  expect(await pruneFeed(database.db, MONDAY + HOUR)).toBeGreaterThan(3);
  const after = await feedBounds(database.db);
  expect(after.newest).toEqual(before.newest);
  expect(isBefore(before.oldest as FeedPosition, after.oldest as FeedPosition)).toBe(true);
  await pruneFeed(database.db, MONDAY + 2 * HOUR);
  const last = await feedBounds(database.db);
  expect(last.oldest).toEqual(last.newest);
  expect(last.newest).toEqual(before.newest);
});

test('positions', () => {
  expect(isBefore({ xid: '9', n: 5 }, { xid: '10', n: 1 })).toBe(true);
  expect(isBefore({ xid: '10', n: 1 }, { xid: '10', n: 2 })).toBe(true);
  expect(isBefore({ xid: '10', n: 2 }, { xid: '10', n: 2 })).toBe(false);
});

test('a role with no special rights can read it', async () => {
  await sql`create role plain_reader login`.execute(database.db).catch(() => undefined);
  await sql`grant select on change_feed to plain_reader`.execute(database.db);
  await database.db.transaction().execute(async (trx) => {
    await sql`set local role plain_reader`.execute(trx);
    expect((await feedBounds(trx)).epoch).toMatch(/^\d+-\d+-\d+$/);
  });
});
