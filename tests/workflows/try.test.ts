import { BODY, URGENT, IMPORTANT, types } from '../domain/support';
import { HOUR, MINUTE } from '../../domain/instant';
import { MemoryInbox, MemoryJournal } from './support/memory';
import { World } from './support/world';
import { armedAfter, typeOf, count } from './support/history';

const journal = new MemoryJournal();
const inbox = new MemoryInbox();
let world: World;
beforeAll(async () => {
  world = await World.open({ writeJournal: journal.writeJournal, notify: inbox.notify });
});
afterAll(() => world.close());
const pause = (ms: number) => new Promise((r) => setTimeout(r, ms));
for (const [mode, early] of [['no update', 0], ['update before', 1], ['update after', 2]] as const)
test(mode, async () => {
  const t0 = await world.goTo(1, 9 * HOUR);
  const c = await world.start(IMPORTANT);
  await world.until(t0 + 59 * MINUTE + 59_000);
  const n = (await c.history()).length;
  await world.rest();
  try { console.log(await world.call(() => (world.client.connection as any).workflowService.resetStickyTaskQueue({ namespace: 'default', execution: { workflowId: c.no } }))); } catch (e) { console.log('reset', String(e)); }
  let pending: any;
  if (early === 1) { pending = c.do('acknowledge', BODY.acknowledge).catch((e) => e); await pause(200) }
  while (count(await c.history(), 'TIMER_FIRED') < 1) await pause(50);
  if (early === 2) { pending = c.do('acknowledge', BODY.acknowledge).catch((e) => e); await pause(200) }
  console.log((await c.history()).slice(n).map(typeOf).join(' '));
  let t = Date.now();
  await world.work();
  for (let i = 0; i < 30; i++) { await pause(500); if (journal.events(c.no).some((e) => e.type === 'acknowledged') || journal.events(c.no).some((e) => e.type === 'obligation-warned') && !early) break; }
  const h = await c.history();
  console.log(Date.now() - t, h.slice(n).map(typeOf).join(' '), Math.max(...armedAfter(h)));
  console.log(journal.events(c.no).map((e) => `${e.seq} ${Math.round((e.at - t0) / 1000)} ${e.type} ${'obligation' in e.data ? JSON.stringify(e.data.obligation).slice(0,40) : ''} ${e.via.kind === 'timer' ? e.at - e.via.plannedAt : ''}`).join('\n'));
  await c.end();
});
