import { HOUR, MINUTE } from '../../domain/instant';
import { BODY, ROUTINE, text } from '../domain/support';
import { searchAttributes } from '../../workflows/contracts/search-attributes';
import type { TestCase } from './support/case';
import { armed } from './support/history';
import { MemoryInbox, MemoryJournal } from './support/memory';
import { about, expectSound, settled, timeline } from './support/sound';
import { until } from './support/until';
import { World } from './support/world';

/** A case continues as new after a few events: nothing of it is lost on the way. */

const ROLL_OVER_AT = 40;

const journal = new MemoryJournal();
const inbox = new MemoryInbox();
let world: World;

beforeAll(async () => {
  world = await World.open({ writeJournal: journal.writeJournal, notify: inbox.notify });
});
const held: (() => void)[] = [];
afterEach(async () => {
  inbox.before = null;
  for (const release of held.splice(0)) release();
  await world.clear();
});
afterAll(() => world.close());

/** Received now: this server holds time for ever for an activity that a run leaves behind. */
function aCase(): Promise<TestCase> {
  return world.start({ ...ROUTINE, rollOverAt: ROLL_OVER_AT });
}

async function rollOver(played: TestCase): Promise<void> {
  const before = await played.runs();
  for (let round = 0; (await played.runs()).length === before.length; round += 1) {
    if (round > ROLL_OVER_AT) throw new Error('it never rolled over');
    await played.do('note', { text: text(`filler ${before.length}/${round}`) });
  }
}

test('clocks go on over the roll-over', async () => {
  const at = await world.goTo(1, 9 * HOUR);
  const played = await world.start({ ...ROUTINE, at, rollOverAt: ROLL_OVER_AT });
  for (const minutes of [10, 70, 118]) {
    await world.until(at + minutes * MINUTE);
    await settled(played, journal);
    await rollOver(played);
  }
  await world.until(at + 136 * MINUTE);

  const { events } = await expectSound(played, journal);
  expect(about(timeline(events, at), 'acknowledge')).toEqual([
    '+60 warned acknowledge 0.5',
    '+96 warned acknowledge 0.8',
    '+120 missed acknowledge',
    '+120 acknowledge to department_head, missed',
    '+135 acknowledge to senior_cs_supervisor, unacknowledged',
  ]);
});

test('commands in a tight loop over many runs are each done once, numbered without a gap', async () => {
  const played = await aCase();
  await settled(played, journal);
  const refs = Array.from({ length: 6 }, (_, client) => Array.from({ length: 12 }, (_, n) => `note-${client}-${n}`));
  const answers = new Map<string, number>();

  await Promise.all(
    refs.map(async (mine) => {
      for (const ref of mine) answers.set(ref, (await played.do('note', { text: text(ref) }, { id: ref })).seq);
    }),
  );

  const { events } = await expectSound(played, journal);
  const noted = new Map(events.flatMap((event) => (event.type === 'noted' ? [[event.data.text.ref, event.seq]] : [])));
  expect(noted).toEqual(answers);
  expect(events.filter(({ type }) => type === 'noted')).toHaveLength(72);
  const runs = await played.runs();
  expect(runs.length).toBeGreaterThan(3);
  for (const run of runs) expect(Math.max(...armed(await played.history(run)))).toBeLessThanOrEqual(1);
  const shown = await played.shown();
  expect(shown.get(searchAttributes.stage)).toBe('classified');
  expect(shown.get(searchAttributes.priority)).toBe('routine');
});

test('a command of an earlier run that comes again gets the same answer, and another body is refused', async () => {
  const played = await aCase();
  const first = await played.do('acknowledge', BODY.acknowledge, { id: 'a', bodyHash: 'a' });
  await rollOver(played);
  await rollOver(played);

  expect(await played.do('acknowledge', BODY.acknowledge, { id: 'a', bodyHash: 'a' })).toEqual(first);
  expect(await played.refused('acknowledge', BODY.acknowledge, { id: 'a', bodyHash: 'b' })).toMatchObject({
    refused: 'idempotency-mismatch',
  });
  await expectSound(played, journal);
});

test('a message that is being sent goes over, under the same key, and its outcome is recorded once', async () => {
  const played = await aCase();
  await settled(played, journal);
  const tries = inbox.tries.length;
  inbox.before = () => {
    inbox.before = null;
    return new Promise((resolve) => held.push(resolve));
  };
  await played.do('acknowledge', BODY.acknowledge);
  await until('it is being sent', () => held.length === 1);

  await rollOver(played);

  const { events } = await expectSound(played, journal);
  const keys = inbox.tries.slice(tries).flatMap((requests) => requests.map(({ key }) => key));
  expect(keys).toHaveLength(2);
  expect(new Set(keys).size).toBe(1);
  expect(
    events.filter((event) => event.type === 'notified' && event.data.template === 'case-acknowledged'),
  ).toHaveLength(1);
});
