import { HOUR } from '../../domain/instant';
import { IMPORTANT, NOISE, ROUTINE, UNCLASSIFIED, URGENT, type OpenOptions } from '../domain/support';
import { MemoryInbox, MemoryJournal } from './support/memory';
import { expectSound, timeline } from './support/sound';
import { World } from './support/world';

/** Every clock of a complaint that nobody looks at, through its real timers. */

const journal = new MemoryJournal();
const inbox = new MemoryInbox();
let world: World;

beforeAll(async () => {
  world = await World.open({ writeJournal: journal.writeJournal, notify: inbox.notify });
});
afterAll(() => world.close());

async function unattended(options: OpenOptions, time: number): Promise<string[]> {
  const t0 = await world.goTo(1, 9 * HOUR);
  const played = await world.start(options);
  await world.until(t0 + time);
  const events = journal.events(played.no);
  await expectSound(played, events);
  await played.drop();
  return timeline(events, played.opening.receivedAt);
}

test('urgent', async () => {
  const lines = await unattended(URGENT, 49 * HOUR);
  console.log(lines.join('\n'));
});
test('important', async () => {
  console.log((await unattended(NOISE, 73 * HOUR)).join('\n'));
});
test('routine', async () => {
  console.log((await unattended(ROUTINE, 49 * HOUR)).join('\n'));
});
test('unclassified', async () => {
  console.log((await unattended(UNCLASSIFIED, 49 * HOUR)).join('\n'));
});
