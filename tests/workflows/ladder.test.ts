import { HOUR, MINUTE } from '../../domain/instant';
import { HEAD, ROUTINE, SUPERVISOR, URGENT } from '../domain/support';
import { MemoryInbox, MemoryJournal } from './support/memory';
import { about, expectSound, timeline } from './support/sound';
import { World } from './support/world';

/** The ladder that a missed clock climbs, through its real timers. */

const journal = new MemoryJournal();
const inbox = new MemoryInbox();
let world: World;

beforeAll(async () => {
  world = await World.open({ writeJournal: journal.writeJournal, notify: inbox.notify });
});
afterEach(async () => {
  inbox.vacant.clear();
  await world.clear();
});
afterAll(() => world.close());

test('whoever acknowledges an escalation keeps it from climbing by silence, not from climbing by time', async () => {
  const at = await world.goTo(1, 9 * HOUR);
  const played = await world.start({ ...ROUTINE, at });
  await world.until(at + 125 * MINUTE);
  await played.do('acknowledge-escalation', { obligation: 'acknowledge' }, { by: HEAD });
  await world.until(at + 155 * MINUTE);
  expect(await played.refused('acknowledge-escalation', { obligation: 'close' }, { by: HEAD })).toMatchObject({
    refused: 'no-open-escalation',
  });
  await played.do('acknowledge-escalation', { obligation: 'acknowledge' }, { by: SUPERVISOR });
  await world.until(at + 182 * MINUTE);

  const { events } = await expectSound(played, journal);
  expect(about(timeline(events, at), 'acknowledge').slice(3)).toEqual([
    '+120 acknowledge to department_head, missed',
    '+150 acknowledge to senior_cs_supervisor, time',
    '+180 acknowledge to duty_manager, time',
  ]);
});

test('an urgent matter at night begins with the duty manager', async () => {
  const at = await world.goTo(1, 23 * HOUR);
  const played = await world.start({ ...URGENT, at });
  await world.until(at + 31 * MINUTE);

  const { events } = await expectSound(played, journal);
  expect(about(timeline(events, at), 'acknowledge').slice(3)).toEqual([
    '+15 acknowledge to duty_manager, missed',
    '+20 acknowledge to manager, unacknowledged',
    '+25 acknowledge to general_manager, unacknowledged',
    '+30 acknowledge at the top',
  ]);
});

test('one that is not urgent climbs from the bottom at night too', async () => {
  const at = await world.goTo(1, 23 * HOUR);
  const played = await world.start({ ...ROUTINE, at });
  await world.until(at + 121 * MINUTE);

  const { events } = await expectSound(played, journal);
  expect(about(timeline(events, at), 'acknowledge').slice(3)).toEqual(['+120 acknowledge to department_head, missed']);
});

test('a rung that nobody holds is skipped upwards, and the next one is told after it', async () => {
  inbox.vacant.add('department_head').add('senior_cs_supervisor');
  const at = await world.goTo(1, 9 * HOUR);
  const played = await world.start({ ...ROUTINE, at });
  await world.until(at + 136 * MINUTE);

  const { events } = await expectSound(played, journal);
  expect(about(timeline(events, at), 'acknowledge').slice(3)).toEqual([
    '+120 acknowledge to department_head, missed',
    '+135 acknowledge to manager, unacknowledged',
  ]);
  const told = events.flatMap((event) =>
    event.type === 'notified' && event.data.template === 'escalated' ? [event.data] : [],
  );
  expect(told[0]).toMatchObject({ role: 'duty_manager', skipped: ['department_head', 'senior_cs_supervisor'] });
  expect((await played.state()).obligations.acknowledge).toMatchObject({ rung: 3, maxRung: 3 });
});
