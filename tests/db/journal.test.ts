import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { foldTally, EMPTY_TALLY } from '../../domain/facts';
import { HOUR, MINUTE } from '../../domain/instant';
import { InvalidBatchError, JournalGapError, writeBatch } from '../../db/queries/journal';
import { isTransient } from '../../db/database';
import { BEGIN, LOCK } from '../../db/queries/journal-sql';
import { journalPage } from '../../db/queries/journal-read';
import type { JournalBatch } from '../../workflows/contracts/journal';
import { openTestDatabase, sealer, type OpenDatabase } from './open';
import { CLERK, ENGINEER, joined, MONDAY, PlayedCase, textRef, wholeComplaint } from './played-case';
import { clearCase, contentOf } from './content';

let database: OpenDatabase;
/** Where the same case is written once, in order. */
let reference: OpenDatabase;
let count = 0;
beforeAll(async () => {
  [database, reference] = await Promise.all([openTestDatabase(), openTestDatabase()]);
});
afterAll(() => Promise.all([database.drop(), reference.drop()]));

const write = (batch: JournalBatch) => writeBatch(database, batch, { sealer });
const freshNo = (): string => `C-TEST-${String((count += 1)).padStart(4, '0')}`;

/** What the tables hold when these batches come in order and once. */
async function expectedFor(batches: readonly JournalBatch[]) {
  const no = batches[0]?.no ?? '';
  await clearCase(reference.db, no);
  for (const batch of batches) await writeBatch(reference, batch, { sealer });
  return contentOf(reference.db, no);
}

describe('in order', () => {
  test('a whole case: journal, row, obligations, receipts and feed', async () => {
    const no = freshNo();
    const batches = wholeComplaint(no);
    for (const batch of batches) expect(await write(batch)).toBe('written');

    const events = batches.flatMap((batch) => batch.events);
    const last = batches.at(-1) as JournalBatch;
    expect(await journalPage(database.db, no, { after: 0, limit: 1_000 })).toEqual(events);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));

    const row = await database.db.selectFrom('case').selectAll().where('no', '=', no).executeTakeFirstOrThrow();
    expect(row).toMatchObject({ seq: events.length, fence: last.fence, stage: 'feedback', type: 'facility' });
    expect(row).toMatchObject({ building: '3', asset: 'lift-3-2', channel: 'phone', priority: 'important' });
    expect(row.snapshot).toEqual(JSON.parse(JSON.stringify(last.snapshot)));
    expect(row.updated_at.getTime()).toBe(events.at(-1)?.at);

    const obligations = await database.db.selectFrom('obligation').selectAll().where('case_no', '=', no).execute();
    const wanted = Object.values(last.snapshot.state.obligations);
    expect(obligations.map(({ id, state }) => [id, state]).sort()).toEqual(wanted.map((o) => [o.id, o.state]).sort());
    const due = new Map(wanted.map((o) => [o.id, o.dueAt]));
    for (const obligation of obligations) expect(obligation.due_at.getTime()).toBe(due.get(obligation.id));
    const open = wanted.filter((o) => o.state === 'open');
    expect(row.next_due_at?.getTime()).toBe(Math.min(...open.map((o) => o.dueAt)));
    expect(row.overdue_count).toBe(open.filter((o) => o.overdue).length);

    const receipts = await database.db.selectFrom('command_receipt').selectAll().where('case_no', '=', no).execute();
    expect(receipts.map(({ id }) => id).sort()).toEqual(batches.flatMap((b) => b.receipts.map(({ id }) => id)).sort());
    const feed = await database.db.selectFrom('change_feed').selectAll().where('case_no', '=', no).execute();
    expect(feed.filter(({ kind }) => kind === 'case').map(({ seq }) => seq)).toEqual(
      batches.map(({ snapshot }) => snapshot.state.seq),
    );
    expect(feed.filter(({ kind }) => kind === 'obligation').length).toBeGreaterThan(0);
  });

  test('a batch that changes no obligation says nothing of obligations in the feed', async () => {
    const no = freshNo();
    const { played, batch } = PlayedCase.open({ no });
    await write(batch);
    await write(played.command('note', { text: textRef() }).batch);
    const feed = await database.db
      .selectFrom('change_feed')
      .select(['kind', 'seq'])
      .where('case_no', '=', no)
      .where('seq', '>', batch.snapshot.state.seq)
      .execute();
    expect(feed.map(({ kind }) => kind)).toEqual(['case']);
  });

  test('facts are those of a fresh fold', async () => {
    const no = freshNo();
    const batches = wholeComplaint(no);
    for (const batch of batches) await write(batch);
    expect(await contentOf(database.db, no)).toEqual(await expectedFor([joined(batches)]));

    const { tally, ended } = foldTally(EMPTY_TALLY, joined(batches).events);
    const fact = await database.db
      .selectFrom('case_fact')
      .selectAll()
      .where('case_no', '=', no)
      .executeTakeFirstOrThrow();
    expect(fact).toMatchObject({ reported_day: '2026-11-23', reported_hour: 9, visits: 1, population: 'live' });
    expect(fact.first_arrived_at?.getTime()).toBe(tally.firstArrivedAt);
    const segments = await database.db.selectFrom('segment_fact').selectAll().where('case_no', '=', no).execute();
    expect(segments).toHaveLength(tally.running.length + ended.length);
    expect(segments.filter(({ left_at }) => left_at === null).map(({ track }) => track)).toEqual(['stage']);
    const outcomes = await database.db
      .selectFrom('obligation_fact')
      .select(['kind', 'outcome'])
      .where('case_no', '=', no)
      .execute();
    expect(Object.fromEntries(outcomes.map(({ kind, outcome }) => [kind, outcome]))).toMatchObject({
      acknowledge: 'met',
      survey: 'met',
      progress: 'missed',
      resolve: 'late',
    });
    const timers = await database.db.selectFrom('timer_fact').selectAll().where('case_no', '=', no).execute();
    expect(timers.length).toBeGreaterThan(3);
    for (const timer of timers) expect(timer.fired_at.getTime()).toBeGreaterThanOrEqual(timer.planned_at.getTime());
  });
});

describe('out of order', () => {
  test('the same batch twice changes nothing', async () => {
    const no = freshNo();
    const batches = wholeComplaint(no);
    for (const batch of batches) await write(batch);
    const before = await contentOf(database.db, no);
    for (const batch of batches) expect(await write(batch)).toBe('dropped');
    expect(await contentOf(database.db, no)).toEqual(before);
  });

  test('a gap is refused for now, and nothing of it is written', async () => {
    const no = freshNo();
    const [first, second, third] = wholeComplaint(no) as [JournalBatch, JournalBatch, JournalBatch];
    await expect(write(second)).rejects.toThrow(JournalGapError);
    await write(first);
    await expect(write(third)).rejects.toThrow(JournalGapError);
    expect(await contentOf(database.db, no)).toEqual(await expectedFor([first]));
    await write(second);
    await write(third);
    expect(await contentOf(database.db, no)).toEqual(await expectedFor([first, second, third]));
  });

  test('a late batch of an older run is dropped', async () => {
    const no = freshNo();
    const { played, batch } = PlayedCase.open({ no });
    await write(batch);
    const older = played.command('acknowledge', { note: null }, { after: MINUTE });
    const younger = played.command('acknowledge', { note: textRef() }, { after: 2 * MINUTE });
    expect(await write(younger.batch)).toBe('written');
    expect(await write(older.batch)).toBe('dropped');
    expect(await contentOf(database.db, no)).toEqual(await expectedFor([batch, younger.batch]));
  });

  test.each([
    ['fewer', (open: PlayedCase) => open.command('note', { text: textRef() }, { after: 2 * HOUR })],
    ['other', (open: PlayedCase) => open.command('survey', { findings: textRef() }, { by: ENGINEER, after: 2 * HOUR })],
  ])('a second run that decides %s events takes the place of the first', async (_name, rerun) => {
    const no = freshNo();
    const { played, batch } = PlayedCase.open({ no });
    const acknowledged = played.command('acknowledge', { note: null });
    const waited = acknowledged.played.wait(30 * HOUR, acknowledged.batch.fence);
    await write(batch);
    await write(acknowledged.batch);
    await write(waited.batch);
    const second = rerun(played);
    expect(second.batch.snapshot.state.seq).toBeLessThan(waited.batch.snapshot.state.seq);
    const fenced = { ...second.batch, fence: acknowledged.batch.fence + 10_000 };
    expect(await write(fenced)).toBe('written');
    expect(await contentOf(database.db, no)).toEqual(await expectedFor([batch, fenced]));
    // What the dropped run still sends is not heard any more.
    expect(await write(waited.batch)).toBe('dropped');
    expect(await contentOf(database.db, no)).toEqual(await expectedFor([batch, fenced]));
  });

  test('a second run of the very first task takes its place too', async () => {
    const no = freshNo();
    const first = PlayedCase.open({ no });
    const second = PlayedCase.open({ no, at: MONDAY + MINUTE });
    await write(first.batch);
    await write(first.played.command('acknowledge', { note: null }, { fence: MONDAY }).batch);
    expect(await write(second.batch)).toBe('written');
    expect(await contentOf(database.db, no)).toEqual(await expectedFor([second.batch]));
  });

  test('a command without events still has its answer kept', async () => {
    const no = freshNo();
    const { played, batch } = PlayedCase.open({ no });
    const { batch: noted } = played.command('note', { text: textRef() });
    await write(batch);
    await write(noted);
    const [receipt] = noted.receipts;
    if (!receipt) throw new Error('no receipt');
    const empty = { ...noted, events: [], receipts: [{ ...receipt, id: 'without-events' }] };
    await write(empty);
    await write({ ...empty, fence: empty.fence + 1, receipts: [{ ...receipt, id: 'later-without-events' }] });
    const rows = await database.db.selectFrom('command_receipt').select('id').where('case_no', '=', no).execute();
    expect(rows.map(({ id }) => id).sort()).toEqual(['later-without-events', receipt.id, 'without-events'].sort());
  });

  test('two first batches at once', async () => {
    for (let round = 0; round < 10; round += 1) {
      const no = freshNo();
      const one = PlayedCase.open({ no });
      const other = PlayedCase.open({ no, at: MONDAY + MINUTE });
      const written = await Promise.all([write(one.batch), write(other.batch), write(one.batch)]);
      expect(written).toContain('written');
      expect(await contentOf(database.db, no)).toEqual(await expectedFor([other.batch]));
    }
  });
});

test('a worker frozen in the middle of a write loses to the one that took over', async () => {
  const no = freshNo();
  const { played, batch } = PlayedCase.open({ no });
  await write(batch);
  const frozen = await database.pool.connect();
  await frozen.query(BEGIN);
  await frozen.query({ ...LOCK, values: [no] });
  const lost = new Promise((resolve) => frozen.once('error', resolve));
  const taken = played.command('acknowledge', { note: null }, { fence: MONDAY + 10_000 });
  await expect(write(taken.batch)).rejects.toMatchObject({ code: '55P03' });
  expect(isTransient(await lost)).toBe(true);
  expect(await write(taken.batch)).toBe('written');
  await expect(frozen.query('commit')).rejects.toThrow();
  frozen.release(true);
  expect(await write(played.command('note', { text: textRef() }, { fence: MONDAY + 5_000 }).batch)).toBe('dropped');
  expect(await contentOf(database.db, no)).toEqual(await expectedFor([batch, taken.batch]));
});

describe('what can not be', () => {
  test('a batch that contradicts itself', async () => {
    const { batch } = PlayedCase.open({ no: freshNo() });
    await expect(write({ ...batch, events: batch.events.filter(({ seq }) => seq !== 3) })).rejects.toThrow(
      InvalidBatchError,
    );
    await expect(write({ ...batch, no: freshNo() })).rejects.toThrow(InvalidBatchError);
    const state = { ...batch.snapshot.state, seq: batch.snapshot.state.seq + 1 };
    await expect(write({ ...batch, snapshot: { ...batch.snapshot, state } })).rejects.toThrow(InvalidBatchError);
  });

  test('a case that somebody else holds: it gives up in time and leaves a clean connection', async () => {
    const no = freshNo();
    const { played, batch } = PlayedCase.open({ no });
    await write(batch);
    const other = await database.pool.connect();
    try {
      await other.query('begin');
      await other.query('select 1 from "case" where no = $1 for update', [no]);
      const begun = performance.now();
      await expect(write(played.command('note', { text: textRef() }).batch)).rejects.toMatchObject({ code: '55P03' });
      expect(performance.now() - begun).toBeLessThan(1_500);
    } finally {
      await other.query('rollback');
      other.release();
    }
    expect(await write(played.command('note', { text: textRef() }, { by: CLERK }).batch)).toBe('written');
  });
});
