import { complaint } from '../../domain/complaint';
import { repair } from '../../domain/repair';
import { outside } from '../replay/repairs';
import { playEightCommands, playRepair, playThirtyDays, COMMANDS, fewest } from './support/cost';
import { count } from './support/history';
import { MemoryInbox, MemoryJournal } from './support/memory';
import { expectSound, settled } from './support/sound';
import { World } from './support/world';

/** What a case costs in history events (quality.md M4). */

const BAR = 1.3;
/** From here on the server suggests to continue as new. */
const SUGGESTED = 4_096;

const journal = new MemoryJournal();
const inbox = new MemoryInbox();
let world: World;

beforeAll(async () => {
  world = await World.open({ writeJournal: journal.writeJournal, notify: inbox.notify, ...outside });
});
afterEach(() => world.clear());
afterAll(() => world.close());

test('a complaint of eight commands costs at most 1.3 times the events that its messages and timers need', async () => {
  const played = await playEightCommands(world, journal);
  const history = await played.history();
  const { events } = await expectSound(played, journal);
  expect(await played.state()).toMatchObject({ stage: 'closed' });
  const needed = fewest(complaint, played.opening, events, COMMANDS);
  const ratio = history.length / needed;
  process.stdout.write(`M4: ${history.length} history events, ${needed} needed: ${ratio.toFixed(2)} × (bar ${BAR})\n`);
  expect(ratio).toBeLessThanOrEqual(BAR);
  // One write per command and round of messages at the most.
  expect(count(history, 'MARKER_RECORDED')).toBeLessThanOrEqual(1 + 2 * COMMANDS);
});

test('a repair of eight commands costs at most 1.3 times the events that its messages, effects and timers need', async () => {
  const played = await playRepair(world, journal);
  const history = await played.history();
  const events = await settled(played, journal);
  expect(await played.state()).toMatchObject({ stage: 'closed' });
  const needed = fewest(repair, played.opening, events, COMMANDS);
  const ratio = history.length / needed;
  process.stdout.write(`M4: a repair: ${history.length} history events, ${needed} needed: ${ratio.toFixed(2)} ×\n`);
  expect(ratio).toBeLessThanOrEqual(BAR);
});

test('a complaint of thirty days with an update every day stays under the roll-over', async () => {
  const played = await playThirtyDays(world);
  const history = await played.history();
  const { events } = await expectSound(played, journal);
  expect(events.filter(({ type }) => type === 'progress-recorded')).toHaveLength(30);
  process.stdout.write(`M4: ${history.length} history events in 30 days with an update each (bar ${SUGGESTED})\n`);
  expect(history.length).toBeLessThan(SUGGESTED);
});
