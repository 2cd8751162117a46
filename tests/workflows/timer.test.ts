import { requiredTsToMs } from '@temporalio/common/lib/time';
import { HOUR, MINUTE, SECOND, type Instant } from '../../domain/instant';
import { BODY, IMPORTANT, ROUTINE, text, types } from '../domain/support';
import type { Doing, TestCase } from './support/case';
import { armed, count, typeOf, type HistoryEvent } from './support/history';
import { MemoryInbox, MemoryJournal } from './support/memory';
import { about, allTold, expectSound, settled, timeline } from './support/sound';
import { until } from './support/until';
import { World } from './support/world';

/** The one timer of a case. */

const journal = new MemoryJournal();
const inbox = new MemoryInbox();
let world: World;

beforeAll(async () => {
  world = await World.open({ writeJournal: journal.writeJournal, notify: inbox.notify });
});
afterEach(() => world.clear());
afterAll(() => world.close());

/** What was done to the timer, in the order of the history: `started 60` is one of an hour. */
function timerEvents(history: readonly HistoryEvent[]): string[] {
  return history.flatMap((event) => {
    const started = event.timerStartedEventAttributes?.startToFireTimeout;
    // The lateness of the task that armed it is left out.
    if (started) return [`started ${Math.ceil(Number(started.seconds) / 60)}`];
    return /^TIMER_/.test(typeOf(event)) ? [typeOf(event).slice(6).toLowerCase()] : [];
  });
}

/** The timer fires and the message comes while the task of a note is still open: the next task holds both. */
async function inOneTask(played: TestCase, due: Instant, message: (doing: Doing) => Promise<unknown>): Promise<void> {
  await settled(played, journal);
  await world.until(due - SECOND / 2);
  const { reached, release } = journal.hold();
  const note = played.do('note', { text: text('meanwhile') });
  await reached;
  await until('it is time', async () => (await world.now()) > due + SECOND / 20);
  const answer = message({ updateId: 'message' });
  await until('the server has the message', () => played.hasReached('message'));
  release();
  await Promise.all([note, answer]);
  const { history } = await expectSound(played, journal);
  const task = history.slice(history.findIndex((event) => event.timerFiredEventAttributes));
  expect(task.slice(0, 5).map(typeOf).sort()).toEqual([
    'TIMER_FIRED',
    'WORKFLOW_EXECUTION_UPDATE_ACCEPTED',
    'WORKFLOW_TASK_COMPLETED',
    'WORKFLOW_TASK_SCHEDULED',
    'WORKFLOW_TASK_STARTED',
  ]);
}

test('a moment that moves later leaves the timer armed: it fires, does nothing, and is armed anew', async () => {
  const at = await world.goTo(1, 9 * HOUR);
  const played = await world.start({ ...ROUTINE, at });
  await world.until(at + 10 * MINUTE);
  await played.do('acknowledge', BODY.acknowledge);
  await world.until(at + 61 * MINUTE);

  const { events, history } = await expectSound(played, journal);
  expect(timerEvents(history)).toEqual(['started 60', 'fired', 'started 60']);
  const fired = history.findIndex((event) => event.timerFiredEventAttributes);
  // What follows is of the question that the test asked.
  expect(history.slice(fired + 1, fired + 5).map(typeOf)).toEqual([
    'WORKFLOW_TASK_SCHEDULED',
    'WORKFLOW_TASK_STARTED',
    'WORKFLOW_TASK_COMPLETED',
    'TIMER_STARTED',
  ]);
  expect(timeline(events, at)).toEqual([]);
});

test('a slow database makes no deadline late: the timer counts from the end of its task, and is set then', async () => {
  const at = await world.goTo(1, 9 * HOUR);
  const { reached, release } = journal.hold();
  const starting = world.start({ ...ROUTINE, at });
  await reached;
  await until('it has taken a second', async () => (await world.now()) > at + SECOND);
  release();
  const played = await starting;
  await world.until(at + 61 * MINUTE);

  const { history } = await expectSound(played, journal);
  expect(timerEvents(history)[0]).toBe('started 60');
  const fired = history.find((event) => event.timerFiredEventAttributes);
  expect(requiredTsToMs(fired?.eventTime, 'eventTime') - (at + HOUR)).toBeLessThan(SECOND / 2);
});

test('an earlier moment takes the place of the armed one, which never fires', async () => {
  const at = await world.goTo(1, 9 * HOUR);
  const played = await world.start({ ...ROUTINE, at });
  await world.until(at + 10 * MINUTE);
  await played.do('promise', { text: text('soon'), dueAt: at + 15 * MINUTE });
  await world.until(at + 16 * MINUTE);

  const { events, history } = await expectSound(played, journal);
  expect(timerEvents(history).slice(0, 3).sort()).toEqual(['canceled', 'started 3', 'started 60']);
  expect(about(timeline(events, at), 'promise:p1').filter((line) => / (warned|missed) /.test(line))).toEqual([
    '+12 warned promise:p1 0.5',
    '+14 warned promise:p1 0.8',
    '+15 missed promise:p1',
  ]);
  expect(count(history, 'TIMER_CANCELED')).toBe(1);
});

test('a message and the timer in one task: what was due comes first, then the command', async () => {
  const at = await world.goTo(1, 9 * HOUR);
  const played = await world.start({ ...IMPORTANT, at });

  await inOneTask(played, at + HOUR, (doing) => played.do('acknowledge', BODY.acknowledge, doing));

  const events = await settled(played, journal);
  const seen = types(events).filter((type) => ['obligation-warned', 'acknowledged'].includes(type));
  expect(seen).toEqual(['obligation-warned', 'obligation-warned', 'acknowledged']);
  expect((await played.state()).obligations.acknowledge).toMatchObject({ state: 'met', warned: 1 });
});

test('the timer fires in the very task in which an earlier moment comes up: that one is armed', async () => {
  const at = await world.goTo(1, 9 * HOUR);
  const played = await world.start({ ...ROUTINE, at });
  const dueAt = at + HOUR + 4 * MINUTE;

  await inOneTask(played, at + HOUR, (doing) => played.do('promise', { text: text('soon'), dueAt }, doing));

  await world.until(dueAt + SECOND);
  const { events, history } = await expectSound(played, journal);
  expect(about(timeline(events, at), 'promise:p1').slice(0, 3)).toEqual([
    '+62 warned promise:p1 0.5',
    '+63 warned promise:p1 0.8',
    '+64 missed promise:p1',
  ]);
  expect(timerEvents(history).slice(0, 3)).toEqual(['started 60', 'fired', 'started 2']);
  expect(count(history, 'TIMER_CANCELED')).toBe(0);
});

test('the timer fires in the very task in which nothing is owed any more', async () => {
  const at = await world.goTo(1, 9 * HOUR);
  const played = await world.start({ ...ROUTINE, at });

  await inOneTask(played, at + HOUR, (doing) => played.do('withdraw', { reason: text('settled') }, doing));

  const { history } = await expectSound(played, journal);
  expect(await played.state()).toMatchObject({ stage: 'withdrawn' });
  expect(timerEvents(history)).toEqual(['started 60', 'fired', `started ${30 * 24 * 60}`]);
  expect(armed(history).at(-1)).toBe(1);
});

test('a command that comes with the start waits for the opening', async () => {
  const at = await world.goTo(1, 9 * HOUR);
  const { played, answer } = await world.startWith({ ...ROUTINE, at }, 'acknowledge', BODY.acknowledge);

  const { events } = await expectSound(played, journal);
  expect(types(events)[0]).toBe('received');
  expect(types(events.slice(0, answer.seq))).toContain('acknowledged');
});

test('the worker is away over two days: each miss is a fact, the newest is owed, and people hear of it once', async () => {
  await world.close();
  world = await World.open({ writeJournal: journal.writeJournal, notify: inbox.notify }, { cached: false });
  const at = await world.goTo(1, 9 * HOUR);
  const played = await world.start({ ...ROUTINE, at });
  await played.do('acknowledge', BODY.acknowledge);
  const { seq } = await played.do('set-measure', BODY.measure(at + 200 * HOUR));
  // Without a question to the case: SDK 1.24 mislays a task of a worker that keeps nothing when two come at once.
  await until('all is told', () => journal.events(played.no).length > seq && allTold(journal.events(played.no)));
  const before = inbox.sent.length;

  await world.awayUntil(at + 56.5 * HOUR, played);

  const last = `progress:${day(at + 48 * HOUR)}`;
  await until('it has caught up', () => {
    const events = journal.events(played.no);
    return events.some((event) => event.type === 'escalated' && event.data.obligation === last) && allTold(events);
  });
  const { events } = await expectSound(played, journal, { late: 56 * HOUR });
  const gaps = events.filter(({ type }) => type === 'wake-gap');
  expect(gaps).toHaveLength(1);
  const lines = timeline(events, at);
  expect(lines.filter((line) => line.includes(' missed '))).toEqual([
    `+${8 * 60} missed progress:${day(at)}`,
    `+${24 * 60} missed part:engineering`,
    `+${24 * 60} missed resolve`,
    `+${32 * 60} missed progress:${day(at + 24 * HOUR)}`,
    `+${48 * 60} missed close`,
    `+${56 * 60} missed progress:${day(at + 48 * HOUR)}`,
  ]);
  const heard = inbox.sent.slice(before).filter(({ obligation }) => obligation?.startsWith('progress:'));
  expect([...new Set(heard.map(({ obligation }) => obligation))]).toEqual([last]);
  expect(new Set(inbox.sent.map(({ key }) => key)).size).toBe(inbox.sent.length);
});

function day(instant: Instant): string {
  return new Date(instant + 8 * HOUR).toISOString().slice(0, 10);
}
