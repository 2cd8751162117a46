import { DAY, HOUR, MINUTE } from '../../domain/instant';
import {
  BODY,
  CLERK,
  ENGINEER,
  IMPORTANT,
  MANAGER,
  NOISE,
  RESIDENT,
  ROUTINE,
  SUPERVISOR,
  URGENT,
  text,
  types,
} from '../domain/support';
import type { TestCase } from './support/case';
import { MemoryInbox, MemoryJournal } from './support/memory';
import { about, expectSound, timeline } from './support/sound';
import { World } from './support/world';

/** What a complaint goes through in days and weeks, through its real timers. */

const journal = new MemoryJournal();
const inbox = new MemoryInbox();
let world: World;

beforeAll(async () => {
  world = await World.open({ writeJournal: journal.writeJournal, notify: inbox.notify });
});
afterEach(() => world.clear());
afterAll(() => world.close());

/** What came by itself. */
async function told(played: TestCase): Promise<string[]> {
  const { events } = await expectSound(played, journal);
  return timeline(events, played.opening.receivedAt);
}

test('a complaint that lasts from Thursday to Monday owes an update every day, the weekend too', async () => {
  const thursday = await world.goTo(4, 9 * HOUR);
  const played = await world.start({ ...ROUTINE, at: thursday });
  await played.do('acknowledge', BODY.acknowledge);
  await played.do('set-measure', BODY.measure(thursday + 10 * DAY));
  // Friday's comes before the reminder (and late for Thursday), Saturday's after it, Sunday's never, Monday's at 16:59.
  await world.until(thursday + DAY + 2 * HOUR);
  await played.do('progress', BODY.progress);
  await world.until(thursday + 2 * DAY + 7.5 * HOUR);
  await played.do('progress', BODY.progress);
  await world.until(thursday + 4 * DAY + 8 * HOUR - MINUTE);
  await played.do('progress', BODY.progress);
  await world.until(thursday + 4 * DAY + 8.1 * HOUR);

  const days = Object.values((await played.state()).obligations).filter(({ kind }) => kind === 'progress');
  expect(days.map(({ id, state, missedAt }) => [id.slice(-2), state, missedAt !== null])).toEqual([
    [dayOf(thursday), 'met', true],
    [dayOf(thursday + DAY), 'met', false],
    [dayOf(thursday + 2 * DAY), 'met', false],
    [dayOf(thursday + 3 * DAY), 'cancelled', true],
    [dayOf(thursday + 4 * DAY), 'met', false],
  ]);
  const lines = (await told(played)).filter((line) => line.includes('missed progress'));
  expect(lines.map((line) => Number(line.slice(1).split(' ')[0]))).toEqual([8 * 60, (3 * 24 + 8) * 60]);
});

test('an outage is reported on every hour, on the hour of its confirmation, until it is restored', async () => {
  const at = await world.goTo(1, 9 * HOUR);
  const played = await world.start({ ...URGENT, at });
  await played.do('acknowledge', BODY.acknowledge);
  await world.until(at + 10 * MINUTE);
  await played.do('confirm-outage', { text: text('no power') });
  const { outage } = await played.state();
  const confirmed = outage?.confirmedAt ?? 0;
  await world.until(confirmed + 31 * MINUTE);
  await played.do('outage-update', { text: text('a cable') });
  await world.until(confirmed + 3.6 * HOUR);
  await played.do('restore', { text: null });
  await world.until(confirmed + 6.1 * HOUR);

  const rounds = Object.values((await played.state()).obligations).filter(({ kind }) => kind === 'outage-update');
  expect(rounds.map(({ state, dueAt, missedAt }) => [state, (dueAt - confirmed) / HOUR, missedAt !== null])).toEqual([
    ['met', 1, false],
    ['cancelled', 2, true],
    ['met', 3, true],
    ['met', 4, false],
  ]);
  const lines = timeline(journal.events(played.no), confirmed).filter((line) => line.includes('missed outage-update'));
  expect(lines.map((line) => line.split(' ')[0])).toEqual(['+120', '+180']);
  await told(played);
});

test('a pause stops the clocks that allow it and ends by itself', async () => {
  const at = await world.goTo(1, 9 * HOUR);
  const played = await world.start({ ...IMPORTANT, at });
  await world.until(at + HOUR / 2);
  await played.do('pause', BODY.pause(at + 5 * HOUR));
  const paused = (await played.state()).pause?.from ?? 0;
  await world.until(at + 6.9 * HOUR);

  const { obligations, pause } = await played.state();
  expect(pause).toBeNull();
  const stood = at + 5 * HOUR - paused;
  expect(obligations.survey?.dueAt).toBe(at + 2 * HOUR + stood);
  expect(obligations.resolve?.dueAt).toBe(at + 24 * HOUR + stood);
  expect(obligations.acknowledge?.dueAt).toBe(at + 2 * HOUR);
  const lines = await told(played);
  expect(about(lines, 'survey').slice(0, 4)).toEqual([
    '+300 moved survey',
    '+329 warned survey 0.5',
    '+365 warned survey 0.8',
    '+389 missed survey',
  ]);
  expect(lines).toContain('+300 resumed');
  expect(lines).toContain('+120 missed acknowledge');
});

test('an owner who never answers is reminded three times, then a manager decides', async () => {
  const at = await world.goTo(1, 9 * HOUR);
  const played = await world.start({ ...NOISE, at });
  await played.do('survey', BODY.survey, { by: ENGINEER });
  await played.do('propose-plan', BODY.plan(at + 3 * DAY), { by: ENGINEER });
  const asked = Object.values((await played.state()).obligations).find(({ kind }) => kind === 'owner-confirm');
  expect(await played.refused('decide-for-owner', { accepted: true, reason: text('silent') }, { by: MANAGER })).toEqual(
    {
      refused: 'owner-may-still-answer',
      args: {},
    },
  );
  await world.until(at + 97 * HOUR);
  await played.do('decide-for-owner', { accepted: true, reason: text('silent') }, { by: MANAGER });

  const state = await played.state();
  expect(state.plan.state).toBe('accepted');
  expect(state.obligations['owner-decision:plan:1']?.state).toBe('met');
  const lines = timeline(journal.events(played.no), asked?.start ?? 0);
  expect(about(lines, 'owner-confirm:plan:1')).toEqual([
    '+1440 reminded owner-confirm:plan:1 1',
    '+2880 reminded owner-confirm:plan:1 2',
    '+4320 reminded owner-confirm:plan:1 3',
    '+5760 missed owner-confirm:plan:1',
  ]);
  expect(lines).toContain('+5760 opened owner-decision:plan:1');
  await told(played);
});

test('a closed complaint is reopened within 30 days and begins anew; 30 days after the last closing it is archived', async () => {
  const at = await world.goTo(1, 9 * HOUR);
  const played = await world.start({ ...ROUTINE, at });
  await close(played);
  await world.until(at + 29 * DAY);
  await played.do('reopen', { reason: text('again') }, { by: RESIDENT });
  expect(await played.state()).toMatchObject({ stage: 'classified', episode: 2, reopenCount: 1 });
  await world.until(at + 29 * DAY + 3 * HOUR);
  expect((await played.state()).obligations['acknowledge@2']?.missedAt).not.toBeNull();
  await close(played);
  await world.until(at + 58 * DAY);
  expect(await played.status()).toBe('RUNNING');
  await world.until(at + 60 * DAY);

  expect(await played.status()).toBe('COMPLETED');
  const { events, history } = await expectSound(played, journal);
  expect(types(events).slice(-2)).toEqual(['timer-fired', 'archived']);
  expect(await played.state()).toMatchObject({ stage: 'closed', ended: true, seq: events.length });
  expect(history.at(-1)?.workflowExecutionCompletedEventAttributes).toBeDefined();
});

async function close(played: TestCase): Promise<void> {
  await played.do('complete-part', { department: 'engineering', result: text('done') }, { by: ENGINEER });
  await played.do('feed-back', BODY.feedBack);
  await played.do('owner-answer', BODY.accept, { by: RESIDENT });
  await played.do('close', BODY.close, { by: SUPERVISOR });
  await expect(played.do('note', { text: text('late') }, { by: CLERK })).rejects.toThrow();
}

function dayOf(instant: number): string {
  return new Date(instant + 8 * HOUR).toISOString().slice(8, 10);
}
