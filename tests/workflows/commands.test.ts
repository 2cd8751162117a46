import { HOUR } from '../../domain/instant';
import { BODY, CLERK, ENGINEER, ROUTINE, text } from '../domain/support';
import { typeOf } from './support/history';
import { MemoryInbox, MemoryJournal } from './support/memory';
import { expectSound, settled } from './support/sound';
import { World } from './support/world';

/** How commands reach a case: refused, repeated, crowded. */

const journal = new MemoryJournal();
const inbox = new MemoryInbox();
let world: World;

beforeAll(async () => {
  world = await World.open({ writeJournal: journal.writeJournal, notify: inbox.notify });
});
afterEach(() => world.clear());
afterAll(() => world.close());

async function aCase() {
  const at = await world.goTo(1, 9 * HOUR);
  const played = await world.start({ ...ROUTINE, at });
  const before = await settled(played, journal);
  return { played, at, before };
}

test('a refused command changes nothing and leaves nothing in the history that is ours', async () => {
  const { played, before } = await aCase();
  const state = await played.state();
  const { length } = await played.history();

  expect(await played.refused('close', BODY.close)).toMatchObject({ refused: 'not-allowed-now' });
  expect(await played.refused('close', BODY.close, { by: ENGINEER })).toMatchObject({ refused: 'role-not-allowed' });
  expect(await played.refused('note', { text: text('old') }, { ifSeq: 1 })).toEqual({
    refused: 'stale',
    args: { current: state.seq },
  });

  const left = (await played.history()).slice(length).map(typeOf);
  expect(left.filter((type) => !type.startsWith('WORKFLOW_TASK_'))).toEqual([]);
  expect(await played.state()).toEqual(state);
  expect(journal.events(played.no)).toEqual(before);
});

test('the same command twice is done once and answered alike; with another body it is refused', async () => {
  const { played, before } = await aCase();
  const first = await played.do('note', { text: text('one') }, { id: 'n', bodyHash: 'one' });
  const again = await played.do('note', { text: text('one') }, { id: 'n', bodyHash: 'one' });
  expect(again).toEqual(first);
  expect(first).toEqual({ seq: before.length + 1, projection: 'written' });

  const other = await played.refused('note', { text: text('two') }, { id: 'n', bodyHash: 'two' });

  expect(other.refused).toBe('idempotency-mismatch');
  // Also when it would not be allowed any more, and when it goes by another name.
  await played.do('acknowledge', BODY.acknowledge, { id: 'a', bodyHash: 'a' });
  expect(await played.do('acknowledge', BODY.acknowledge, { id: 'a', bodyHash: 'a' })).toMatchObject({
    seq: expect.any(Number) as number,
  });
  const { events } = await expectSound(played, journal);
  expect(events.filter(({ type }) => type === 'noted')).toHaveLength(1);
  expect(events.filter(({ type }) => type === 'acknowledged')).toHaveLength(1);
});

test('fifty commands at once are written in one order, without a gap, in a few batches', async () => {
  const { played, before } = await aCase();
  const batches = journal.batches.length;
  const refs = Array.from({ length: 50 }, (_, index) => `note-${index}`);

  const answers = await Promise.all(refs.map((ref) => played.do('note', { text: text(ref) }, { id: ref })));

  const { events } = await expectSound(played, journal);
  const noted = events.flatMap((event) => (event.type === 'noted' ? [event.data.text.ref] : []));
  expect([...noted].sort()).toEqual([...refs].sort());
  const seqs = answers.map(({ seq }) => seq);
  expect([...seqs].sort((a, b) => a - b)).toEqual(refs.map((_, index) => before.length + index + 1));
  // Everybody was told the number that his own event has.
  for (const [index, ref] of refs.entries()) expect(noted.indexOf(ref)).toBe((seqs[index] ?? 0) - before.length - 1);
  expect(answers.every(({ projection }) => projection === 'written')).toBe(true);
  expect(journal.batches.length - batches).toBeLessThanOrEqual(25);
  const receipts = journal.batches.slice(batches).flatMap((batch) => batch.receipts);
  expect(receipts.map(({ id, seq }) => [id, seq])).toEqual(noted.map((ref, index) => [ref, before.length + index + 1]));
});

test('one command fifty times at once is done once', async () => {
  const { played, before } = await aCase();

  const answers = await Promise.all(
    Array.from({ length: 50 }, () => played.do('note', { text: text('one') }, { id: 'n', bodyHash: 'one' })),
  );

  expect(new Set(answers.map(({ seq }) => seq))).toEqual(new Set([before.length + 1]));
  const { events } = await expectSound(played, journal);
  expect(events).toHaveLength(before.length + 1);
});

test('of two that exclude each other and come at once, one is refused', async () => {
  const { played } = await aCase();
  const results = await Promise.allSettled([
    played.do('acknowledge', BODY.acknowledge, { by: CLERK }),
    played.do('acknowledge', BODY.acknowledge, { by: ENGINEER }),
  ]);

  expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  const { events } = await expectSound(played, journal);
  expect(events.filter(({ type }) => type === 'acknowledged')).toHaveLength(1);
});
