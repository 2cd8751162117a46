import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { makeBundle } from '../../worker/bundle';
import { rebuild, type RebuildDeps, type Totals } from '../../worker/rebuild/rebuild';
import type { RebuildOptions } from '../../worker/rebuild/options';
import { writeBatch } from '../../db/queries/journal';
import { ERASED, readTexts, sealText, shred } from '../../db/queries/vault';
import { clearCase, contentOf } from '../db/content';
import { sealer, silent } from '../db/open';
import { PlayedCase } from '../db/played-case';
import { BODY, ROUTINE, text } from '../domain/support';
import type { TestCase } from '../workflows/support/case';
import { dataConverter } from '../workflows/support/converter';
import { Live } from '../workflows/support/live';
import { settled } from '../workflows/support/sound';

jest.setTimeout(120_000);

/** The read model folded anew from real histories, beside a live one in which something is not as it should be. */

const NONE: Totals = { compared: 0, partly: 0, different: 0, orphaned: 0, archived: 0, failed: 0, mended: 0 };
let live: Live;
let bundle: RebuildDeps['bundle'];
beforeAll(async () => {
  [live, bundle] = [await Live.open(), await makeBundle()];
});
const cases: TestCase[] = [];
afterEach(async () => {
  for (const played of cases.splice(0)) await played.drop();
});
afterAll(() => live.close());

async function aCase(options: Parameters<Live['start']>[0] = {}): Promise<TestCase> {
  const played = await live.start({ ...ROUTINE, ...options });
  cases.push(played);
  await played.do('acknowledge', BODY.acknowledge);
  await played.do('note', { text: text(`note of ${played.no}`) });
  await settled(played, live.journal);
  return played;
}

async function run(
  options: Partial<RebuildOptions> = {},
  changed: Partial<RebuildDeps> = {},
): Promise<{ totals: Totals; lines: string[] }> {
  const { database, client } = live;
  const lines: string[] = [];
  const deps: RebuildDeps = {
    ...{ database, databaseUrl: database.url, client, dataConverter, bundle, sealer, logger: silent },
    ...{ clock: { now: () => Date.now() }, lanes: 2, settleMs: 50 },
    ...changed,
  };
  const output = { say: (line: string) => void lines.push(line), progress: () => undefined };
  const nos = cases.map(({ no }) => no);
  const totals = await live.call(() =>
    rebuild(deps, { cases: nos, openOnly: false, apply: false, ...options }, output),
  );
  return { totals, lines };
}

function spoil(statement: ReturnType<typeof sql>): Promise<unknown> {
  return statement.execute(live.database.db);
}

test('there is no difference, and the live read model is not touched', async () => {
  const played = [await aCase(), await aCase({ rollOverAt: 30 })];
  const before = await Promise.all(played.map(({ no }) => contentOf(live.database.db, no)));

  expect(await run()).toEqual({ totals: { ...NONE, compared: 2 }, lines: [] });
  // Without names: all that the database and Temporal know.
  expect(await run({ cases: [] })).toEqual({ totals: { ...NONE, compared: 2 }, lines: [] });

  expect(await Promise.all(played.map(({ no }) => contentOf(live.database.db, no)))).toEqual(before);
});

test('every spoilt row is named with what it should be, and mended when that is asked for', async () => {
  const [played, other] = [await aCase(), await aCase()];
  const { no } = played;
  const before = await contentOf(live.database.db, no);
  await spoil(sql`update "case" set stage = 'closed' where no = ${no}`);
  await spoil(sql`delete from journal where case_no = ${no} and seq = 3`);
  await spoil(sql`update journal set data = '{"x": "请打 13800009911"}' where case_no = ${no} and seq = 1`);
  await spoil(sql`update obligation set due_at = '2020-01-01' where case_no = ${no} and state = 'open'`);
  await spoil(sql`delete from segment_fact where case_no = ${no}`);
  await spoil(sql`insert into timer_fact select ${no}, 900, 'lakeside', 'warn', null, '2020-01-01', '2020-01-01'`);
  await spoil(sql`update command_receipt set seq = 99 where case_no = ${no} and command = 'acknowledge'`);

  const { totals, lines } = await run();

  expect(totals).toEqual({ ...NONE, compared: 2, different: 1 });
  const said = lines.join('\n');
  expect(lines[0]).toBe(`${no} differs from its history`);
  expect(lines).toEqual(
    expect.arrayContaining([
      '  case: stage is closed, should be handling',
      '  journal 3 is missing',
      '  timer_fact 900 should not be there',
      expect.stringMatching(/^ {2}journal 1: data\.x is a text of \d+ characters, should be missing$/),
      expect.stringMatching(/^ {2}obligation \S+: due_at is 2020-01-01T00:00:00\+00:00, should be 20/),
      expect.stringMatching(/^ {2}command_receipt acknowledge-\d+: seq is 99, should be \d+$/),
      expect.stringMatching(/^ {2}segment_fact \d+ is missing$/),
    ]),
  );
  expect(said).not.toMatch(/13800009911|\p{Script=Han}/u);
  expect(said).not.toContain(other.no);

  expect((await run({ apply: true })).totals).toEqual({ ...NONE, compared: 2, different: 1, mended: 1 });
  expect(await contentOf(live.database.db, no)).toEqual(before);
  expect((await run()).totals).toEqual({ ...NONE, compared: 2 });
  expect((await played.do('note', { text: text('after') })).projection).toBe('written');
});

test.each([
  ['all of it', ''],
  ['its row alone', 'case'],
])('a case of which %s is gone is found in Temporal and written anew', async (_what, table) => {
  const played = await aCase();
  const before = await contentOf(live.database.db, played.no);
  if (table === '') await clearCase(live.database.db, played.no);
  else await spoil(sql`delete from "case" where no = ${played.no}`);

  const { totals, lines } = await run({ cases: [], apply: true });

  expect(totals).toMatchObject({ different: 1, mended: 1 });
  expect(lines[0]).toMatch(new RegExp(`^${played.no} is missing \\(\\d+ rows\\)$`));
  expect(await contentOf(live.database.db, played.no)).toEqual(before);
});

test('a row that a run wrote which Temporal never took is taken back', async () => {
  const played = await aCase();
  const before = await contentOf(live.database.db, played.no);
  const last = live.batches.filter(({ no }) => no === played.no).at(-1);
  const event = last?.events.at(-1);
  if (!last || !event) throw new Error('nothing was written');
  const seq = last.snapshot.state.seq + 1;
  const snapshot = { ...last.snapshot, state: { ...last.snapshot.state, seq } };
  const ghost = { ...last, fence: last.fence + 60_000, events: [{ ...event, seq }], snapshot, receipts: [] };
  expect(await writeBatch(live.database, ghost, { sealer })).toBe('written');

  const { totals, lines } = await run({ apply: true });

  expect(totals).toEqual({ ...NONE, compared: 1, different: 1, mended: 1 });
  expect(lines).toContain(`  journal ${seq} should not be there`);
  expect(await contentOf(live.database.db, played.no)).toEqual(before);
  // What comes next is older than the ghost, and must be written all the same.
  expect((await played.do('note', { text: text('after') })).projection).toBe('written');
  expect(await played.state()).toMatchObject({ seq: (await live.journal.events(played.no)).length });
});

test('what Temporal does not have any more is counted apart', async () => {
  await writeBatch(live.database, PlayedCase.open({ no: 'C-GONE-0001' }).batch, { sealer });
  await writeBatch(live.database, PlayedCase.open({ no: 'C-GONE-0002' }).batch, { sealer });
  await spoil(sql`update "case" set ended = true where no = 'C-GONE-0002'`);
  await writeBatch(live.database, PlayedCase.open({ no: 'C-GONE-0003' }).batch, { sealer });
  await spoil(sql`delete from "case" where no = 'C-GONE-0003'`);

  const { totals, lines } = await run({ cases: [] });

  expect(totals).toMatchObject({ different: 0, archived: 1, orphaned: 2, failed: 0 });
  expect(lines).toEqual([
    'C-GONE-0001 is open, but Temporal does not have it',
    expect.stringMatching(/^C-GONE-0003 has rows in case_fact, journal, .*, but no case row$/),
  ]);
  expect((await run({ cases: ['C-NOWHERE'] })).lines).toEqual([
    'C-NOWHERE is neither in the read model nor in Temporal',
  ]);
  for (const no of ['C-GONE-0001', 'C-GONE-0002', 'C-GONE-0003']) await clearCase(live.database.db, no);
});

test('a text that travelled sealed is looked for in the vault, and only such a one', async () => {
  const played = await aCase();
  const ref = randomUUID();
  await played.do('note', { text: sealText(sealer, played.no, ref, 'a text') });
  expect((await run()).totals).toEqual({ ...NONE, compared: 1 });
  await spoil(sql`delete from vault_text where ref = ${ref}`);

  const { lines } = await run({ apply: true });

  expect(lines).toContain(`  vault_text ${ref} is missing`);
  expect((await readTexts(live.database.db, sealer, [ref])).get(ref)).toBe('a text');
});

test('a text whose key was deleted is not brought back from the history', async () => {
  const played = await aCase();
  const ref = randomUUID();
  await played.do('note', { text: sealText(sealer, played.no, ref, 'a text') });
  await shred(live.database.db, { kind: 'case', id: played.no }, Date.now());
  await spoil(sql`delete from journal where case_no = ${played.no}`);

  expect((await run({ apply: true })).totals).toMatchObject({ mended: 1 });

  expect(await readTexts(live.database.db, sealer, [ref])).toEqual(new Map([[ref, ERASED]]));
});

test('cases that are written meanwhile are not called different', async () => {
  const played = [await aCase(), await aCase(), await aCase()];
  let sent = 0;
  const commands = Promise.all(
    played.map(async (one) => {
      for (let note = 0; note < 12; note += 1, sent += 1) await one.do('note', { text: text(`note ${note}`) });
    }),
  );

  const { totals } = await run({}, { settleMs: 300 });
  const sentDuring = sent;
  await commands;

  expect(sentDuring).toBeGreaterThan(0);
  expect(totals).toMatchObject({ different: 0, orphaned: 0 });
  expect((await run()).totals).toEqual({ ...NONE, compared: 3 });
});
