import { HOUR, MINUTE } from '../../domain/instant';
import { BODY, ROUTINE, text, types } from '../domain/support';
import type { TestCase } from './support/case';
import { count } from './support/history';
import { MemoryInbox, MemoryJournal } from './support/memory';
import { expectSound, settled } from './support/sound';
import { until } from './support/until';
import { World } from './support/world';

/** The journal while its database is away: readers are delayed, commands never. */

const journal = new MemoryJournal();
const inbox = new MemoryInbox();
let world: World;

// A world for each: a case that is ended while a write of it hangs would hold up the time of its server.
beforeEach(async () => {
  world = await World.open({ writeJournal: journal.writeJournal, notify: inbox.notify });
});
const hanging: (() => void)[] = [];
afterEach(async () => {
  journal.before = null;
  for (const release of hanging.splice(0)) release();
  await world.close();
});

async function aCase(): Promise<{ played: TestCase; written: number }> {
  const at = await world.goTo(1, 9 * HOUR);
  const played = await world.start({ ...ROUTINE, at });
  const { length } = await settled(played, journal);
  return { played, written: length };
}

async function timed<R>(work: Promise<R>): Promise<{ result: R; took: number }> {
  const start = performance.now();
  return { result: await work, took: performance.now() - start };
}

function away(): void {
  throw new Error('the database is away');
}

test.each([
  ['fails', away],
  ['hangs', () => new Promise<void>((resolve) => hanging.push(resolve))],
])('a write that %s: the command is answered "pending" in two to three seconds', async (_how, before) => {
  const { played, written } = await aCase();
  journal.before = before;

  const first = await timed(played.do('acknowledge', BODY.acknowledge));

  expect(first.result.projection).toBe('pending');
  expect(first.took).toBeGreaterThan(1_400);
  expect(first.took).toBeLessThan(3_500);
  expect(journal.events(played.no)).toHaveLength(written);
  expect(await played.state()).toMatchObject({ stage: 'handling' });
});

test('while it is away commands are answered at once; later everything comes in its order', async () => {
  const { played, written } = await aCase();
  journal.before = away;
  await played.do('acknowledge', BODY.acknowledge);
  const batches = journal.batches.length;

  const notes = await Promise.all(
    ['a', 'b', 'c'].map((ref) => timed(played.do('note', { text: text(ref) }, { id: ref }))),
  );
  expect(notes.map(({ result }) => result.projection)).toEqual(['pending', 'pending', 'pending']);
  for (const { took } of notes) expect(took).toBeLessThan(1_000);
  expect(journal.events(played.no)).toHaveLength(written);
  journal.before = null;
  const { events, history } = await expectSound(played, journal);

  expect(types(events.slice(written)).slice(0, 2)).toEqual(['acknowledged', 'obligation-met']);
  expect(events.filter(({ type }) => type === 'noted')).toHaveLength(3);
  // The batch that failed is delivered as it was, and what came meanwhile queued behind it.
  const [first, second] = journal.batches.slice(batches);
  expect(first?.receipts.map(({ command }) => command)).toEqual(['acknowledge']);
  expect(second?.receipts.map(({ id }) => id).sort()).toEqual(['a', 'b', 'c']);
  expect(second?.events[0]?.seq).toBe((first?.events.at(-1)?.seq ?? 0) + 1);
  expect(history.some((event) => isWrite(event.activityTaskScheduledEventAttributes?.activityType?.name))).toBe(true);
  expect((await played.do('note', { text: text('d') })).projection).toBe('written');
});

test('timers go on while it is away', async () => {
  const { played } = await aCase();
  const at = played.opening.receivedAt;
  journal.before = away;
  await played.do('note', { text: text('first') });
  await world.until(at + 121 * MINUTE);
  expect((await played.state()).obligations.acknowledge).toMatchObject({ overdue: true, rung: 0 });
  journal.before = null;

  // The delivery is repeated a minute apart at the most, of the world's time.
  await world.until(at + 123 * MINUTE);
  const { events } = await expectSound(played, journal);
  const missed = events.find(({ type }) => type === 'obligation-missed');
  expect(missed?.at).toBeLessThan(at + 121 * MINUTE);
});

test('what the database refuses for good does not end the case, and is offered again with the next events', async () => {
  const { played, written } = await aCase();
  journal.refuse();

  const refused = await timed(played.do('acknowledge', BODY.acknowledge));
  expect(refused.result.projection).toBe('pending');
  // Nobody waits for what can't come.
  expect(refused.took).toBeLessThan(1_400);
  const refusals = async () => count(await played.history(), 'ACTIVITY_TASK_FAILED');
  // The receipt of the message about it is offered again by itself, so there may be more than one.
  await until('the refusal is final', async () => (await refusals()) >= 1);
  const before = await refusals();
  expect((await played.do('note', { text: text('meanwhile') })).projection).toBe('pending');
  await until('again', async () => (await refusals()) > before);
  journal.before = null;
  expect(journal.events(played.no)).toHaveLength(written);

  await played.do('note', { text: text('at last') });

  const { events } = await expectSound(played, journal);
  expect(types(events)).toContain('acknowledged');
  expect(events.filter(({ type }) => type === 'noted')).toHaveLength(2);
  expect((await played.do('note', { text: text('after') })).projection).toBe('written');
});

test('what comes while a batch is being written goes into the next one', async () => {
  const { played, written } = await aCase();
  const tries = journal.tries.length;
  const { reached, release } = journal.hold();
  const first = played.do('note', { text: text('first') });
  await reached;
  const others = ['a', 'b', 'c'].map((ref) => played.do('note', { text: text(ref) }));
  for (let call = 0; call < 3; call += 1) await played.status();
  expect(journal.tries).toHaveLength(tries + 1);
  release();

  await Promise.all([first, ...others]);

  expect(journal.tries.slice(tries).map(({ events }) => events.length)).toEqual([1, 3]);
  const { events } = await expectSound(played, journal);
  expect(events).toHaveLength(written + 4);
});

function isWrite(name: string | null | undefined): boolean {
  return name === 'writeJournal';
}
