import { BODY, URGENT, types } from '../domain/support';
import { HOUR, MINUTE } from '../../domain/instant';
import { MemoryInbox, MemoryJournal } from './support/memory';
import { World } from './support/world';
import { armedAfter, typeOf } from './support/history';

const journal = new MemoryJournal();
const inbox = new MemoryInbox();
let world: World;
beforeAll(async () => {
  const t = Date.now();
  world = await World.open({ writeJournal: journal.writeJournal, notify: inbox.notify });
  console.log('open', Date.now() - t);
});
afterAll(() => world.close());

test('try', async () => {
  const t0 = await world.goTo(1, 9 * HOUR);
  const c = await world.start(URGENT);
  await world.sleep(20 * MINUTE);
  await c.do('acknowledge', BODY.acknowledge);
  await world.sleep(30 * HOUR);
  const h = await c.history();
  console.log(journal.events(c.no).map((e) => `${e.seq} ${Math.round((e.at - t0) / 1000)} ${e.type} ${'obligation' in e.data ? JSON.stringify(e.data.obligation).slice(0,40) : ''} ${e.via.kind === 'timer' ? e.at - e.via.plannedAt : ''}`).join('\n'));
  console.log(h.map(typeOf).join(' '), Math.max(...armedAfter(h)));
  expect(types(journal.events(c.no))).toContain('obligation-missed');
});
