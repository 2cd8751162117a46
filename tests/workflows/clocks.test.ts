import { HOUR } from '../../domain/instant';
import { IMPORTANT, NOISE, ROUTINE, UNCLASSIFIED, URGENT, type OpenOptions } from '../domain/support';
import { MemoryInbox, MemoryJournal } from './support/memory';
import { about, expectSound, timeline } from './support/sound';
import { World } from './support/world';

/** Every clock of a complaint that nobody looks at, through its real timers. Times are minutes after the report. */

const journal = new MemoryJournal();
const inbox = new MemoryInbox();
let world: World;

beforeAll(async () => {
  world = await World.open({ writeJournal: journal.writeJournal, notify: inbox.notify });
});
afterEach(() => world.clear());
afterAll(() => world.close());

async function unattended(options: OpenOptions, hours: number): Promise<string[]> {
  const at = await world.goTo(1, 9 * HOUR);
  const played = await world.start({ ...options, at });
  await world.until(at + hours * HOUR);
  const { events } = await expectSound(played, journal);
  // The daily update has tests of its own.
  return timeline(events, at).filter((line) => !line.includes('progress:'));
}

/** Warnings and misses alone. */
function due(lines: readonly string[]): string[] {
  return lines.filter((line) => / (warned|missed) /.test(line));
}

test('urgent: answered in 15 minutes, solved in 24 hours, closed in 48, and each miss climbs fast', async () => {
  const lines = await unattended(URGENT, 48.6);

  expect(due(lines)).toEqual([
    '+7 warned acknowledge 0.5',
    '+12 warned acknowledge 0.8',
    '+15 missed acknowledge',
    '+720 warned part:engineering 0.5',
    '+720 warned resolve 0.5',
    '+1152 warned part:engineering 0.8',
    '+1152 warned resolve 0.8',
    '+1440 warned close 0.5',
    '+1440 missed part:engineering',
    '+1440 missed resolve',
    '+2304 warned close 0.8',
    '+2880 missed close',
  ]);
  // A quarter of 15 minutes is less than the least gap of 5, and so is the silence that is waited for.
  expect(about(lines, 'acknowledge').slice(3)).toEqual([
    '+15 acknowledge to department_head, missed',
    '+20 acknowledge to senior_cs_supervisor, time',
    '+25 acknowledge to duty_manager, time',
    '+30 acknowledge to manager, time',
    '+35 acknowledge to general_manager, unacknowledged',
    '+40 acknowledge at the top',
  ]);
  expect(about(lines, 'part:engineering').slice(3)).toEqual([
    '+1440 part:engineering to department_head, missed',
    '+1445 part:engineering to duty_manager, unacknowledged',
    '+1450 part:engineering at the top',
  ]);
  expect(about(lines, 'close').slice(3)).toEqual([
    '+2880 close to department_head, missed',
    '+2885 close to senior_cs_supervisor, unacknowledged',
    '+2890 close to duty_manager, unacknowledged',
    '+2895 close to manager, unacknowledged',
    '+2900 close to general_manager, unacknowledged',
    '+2905 close at the top',
  ]);
});

test('important, with an outside measurement: surveyed in 2 hours, planned in 24, the result in 72', async () => {
  const lines = await unattended(NOISE, 72.1);

  expect(due(lines)).toEqual([
    '+60 warned acknowledge 0.5',
    '+60 warned survey 0.5',
    '+96 warned acknowledge 0.8',
    '+96 warned survey 0.8',
    '+120 missed acknowledge',
    '+120 missed survey',
    '+720 warned part:engineering 0.5',
    '+720 warned plan 0.5',
    '+720 warned resolve 0.5',
    '+1152 warned part:engineering 0.8',
    '+1152 warned plan 0.8',
    '+1152 warned resolve 0.8',
    '+1440 warned close 0.5',
    '+1440 missed part:engineering',
    '+1440 missed plan',
    '+1440 missed resolve',
    '+2160 warned test-result 0.5',
    '+2304 warned close 0.8',
    '+2880 missed close',
    '+3456 warned test-result 0.8',
    '+4320 missed test-result',
  ]);
  expect(about(lines, 'survey').slice(3)).toEqual([
    '+120 survey to department_head, missed',
    '+135 survey to senior_cs_supervisor, unacknowledged',
    '+150 survey to duty_manager, unacknowledged',
    '+165 survey to manager, unacknowledged',
    '+180 survey to general_manager, unacknowledged',
    '+195 survey at the top',
  ]);
});

test('important, without one: no test result is owed', async () => {
  const lines = await unattended(IMPORTANT, 2.9);

  expect(due(lines)).toEqual([
    '+60 warned acknowledge 0.5',
    '+60 warned survey 0.5',
    '+96 warned acknowledge 0.8',
    '+96 warned survey 0.8',
    '+120 missed acknowledge',
    '+120 missed survey',
  ]);
});

test('routine: a measure is named in 4 hours', async () => {
  const lines = await unattended(ROUTINE, 48.1);

  expect(due(lines)).toEqual([
    '+60 warned acknowledge 0.5',
    '+96 warned acknowledge 0.8',
    '+120 warned measure 0.5',
    '+120 missed acknowledge',
    '+192 warned measure 0.8',
    '+240 missed measure',
    '+720 warned part:engineering 0.5',
    '+720 warned resolve 0.5',
    '+1152 warned part:engineering 0.8',
    '+1152 warned resolve 0.8',
    '+1440 warned close 0.5',
    '+1440 missed part:engineering',
    '+1440 missed resolve',
    '+2304 warned close 0.8',
    '+2880 missed close',
  ]);
});

test('unclassified: somebody looks in 15 minutes, for it may be an urgent one', async () => {
  const lines = await unattended(UNCLASSIFIED, 48.1);

  expect(due(lines)).toEqual([
    '+7 warned classify 0.5',
    '+12 warned classify 0.8',
    '+15 missed classify',
    '+60 warned acknowledge 0.5',
    '+96 warned acknowledge 0.8',
    '+120 missed acknowledge',
    '+1440 warned close 0.5',
    '+2304 warned close 0.8',
    '+2880 missed close',
  ]);
  expect(about(lines, 'classify').slice(3)).toEqual([
    '+15 classify to department_head, missed',
    '+20 classify to senior_cs_supervisor, time',
    '+25 classify to duty_manager, time',
    '+30 classify to manager, time',
    '+45 classify to general_manager, unacknowledged',
    '+60 classify at the top',
  ]);
});
