import { createJournalActivities } from '../../activities/journal';
import { createNotifyActivities } from '../../activities/notify';
import { writeBatch } from '../../db/queries/journal';
import { journalPage } from '../../db/queries/journal-read';
import { HOUR, MINUTE } from '../../domain/instant';
import { makeBundle } from '../../worker/bundle';
import { replayCase, type ReplayDeps } from '../../worker/replay';
import type { JournalBatch } from '../../workflows/contracts/journal';
import { contentOf } from '../db/content';
import { clock, openTestDatabase, sealer, type OpenDatabase } from '../db/open';
import { BODY, ENGINEER, MANAGER, NOISE, RESIDENT, ROUTINE, text } from '../domain/support';
import type { TestCase } from '../workflows/support/case';
import { dataConverter } from '../workflows/support/converter';
import { settled, type JournalOf } from '../workflows/support/sound';
import { World, type StartOptions } from '../workflows/support/world';

/** The read model made anew from Temporal's histories is the one that was written. */

let world: World;
let written: OpenDatabase;
let rebuilt: OpenDatabase;
let deps: ReplayDeps;
let journal: JournalOf;
let before: ((batch: JournalBatch) => void) | null = null;

beforeAll(async () => {
  [written, rebuilt] = await Promise.all([openTestDatabase(), openTestDatabase()]);
  const { writeJournal } = createJournalActivities({ database: written, sealer });
  const { notify } = createNotifyActivities({ database: written, clock });
  world = await World.open({
    notify,
    writeJournal: async (batch: JournalBatch) => {
      before?.(batch);
      await writeJournal(batch);
    },
  });
  deps = { client: world.client, dataConverter, bundle: await makeBundle() };
  journal = { events: (no) => journalPage(written.db, no, { after: 0, limit: 10_000 }) };
});
afterEach(() => world.clear());
afterAll(async () => {
  await world.close();
  await Promise.all([written.drop(), rebuilt.drop()]);
});

async function play(options: StartOptions): Promise<TestCase> {
  const at = await world.goTo(1, 9 * HOUR);
  const played = await world.start({ ...NOISE, ...options, at });
  await played.do('survey', BODY.survey, { by: ENGINEER });
  await played.do('propose-plan', BODY.plan(at + 60 * HOUR), { by: ENGINEER });
  await world.until(at + 3 * HOUR);
  await played.do('owner-answer', BODY.accept, { by: RESIDENT });
  await Promise.all(['a', 'b', 'c'].map((ref) => played.do('note', { text: text(ref) }, { id: ref })));
  await played.do('pause', BODY.pause(at + 5 * HOUR));
  await played.do('extend', { dueAt: at + 70 * HOUR, reason: text('a pump') }, { by: MANAGER });
  await world.until(at + 32.2 * HOUR);
  return played;
}

/** Writes it into an empty database, and compares every row of it. */
async function expectRebuilt(played: TestCase): Promise<JournalBatch> {
  const events = await settled(played, journal);
  const batch = await world.call(() => replayCase(deps, played.no));
  if (!batch) throw new Error('Temporal does not have the case');
  expect(batch.events).toEqual(events);
  await writeBatch(rebuilt, batch, { sealer });
  expect(await contentOf(rebuilt.db, played.no)).toEqual(await contentOf(written.db, played.no));
  return batch;
}

test('of one run', async () => {
  const batch = await expectRebuilt(await play({}));

  expect(batch.events.length).toBeGreaterThan(100);
  expect(batch.receipts.map(({ id }) => id)).toEqual(expect.arrayContaining(['start', 'a', 'b', 'c']));
});

test('of several runs that continued as new from each other', async () => {
  const played = await play({ rollOverAt: 60 });
  expect((await played.runs()).length).toBeGreaterThan(2);

  await expectRebuilt(played);
});

test('of a case whose database was away for a time', async () => {
  const at = await world.goTo(1, 9 * HOUR);
  const played = await world.start({ ...ROUTINE, at });
  before = () => {
    throw new Error('away');
  };
  await played.do('acknowledge', BODY.acknowledge);
  await played.do('note', { text: text('meanwhile') });
  before = null;
  await world.sleep(2 * MINUTE);
  await played.do('note', { text: text('after') });

  await expectRebuilt(played);
});

test('there is nothing to make of a case that Temporal does not have', async () => {
  expect(await world.call(() => replayCase(deps, 'C-NOWHERE'))).toBeNull();
});
