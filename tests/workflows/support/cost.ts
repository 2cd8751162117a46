import { evolve, nextWake } from '../../../domain/engine';
import type { JournalEvent } from '../../../domain/event';
import type { Family } from '../../../domain/family';
import type { RepairOpening } from '../../../domain/repair/state';
import type { CaseState } from '../../../domain/state';
import { ENGINEER as PLUMBER } from '../../domain/repair/support';
import { DAY, HOUR, MINUTE } from '../../../domain/instant';
import { BODY, CLERK, ENGINEER, MANAGER, NOISE, OTHER_CLERK, RESIDENT, ROUTINE, text } from '../../domain/support';
import type { TestCase } from './case';
import type { MemoryJournal } from './memory';
import { allTold } from './sound';
import { until } from './until';
import type { World } from './world';

/** What a case costs in history events (quality.md M4): three that are played, and the fewest that they need. */

export const COMMANDS = 8;
/** Scheduled, started, completed. */
const TASK = 3;
/** The marker of a local activity: a write of the journal, or messages that are sent. */
const LOCAL = 1;

/** A routine complaint from its start to its closing by eight commands, 25 minutes apart. */
export async function playEightCommands(world: World, journal: MemoryJournal): Promise<TestCase> {
  const at = await world.goTo(1, 9 * HOUR);
  const played = await world.start({ ...ROUTINE, at });
  const commands = [
    () => played.do('acknowledge', BODY.acknowledge),
    () => played.do('accept-part', { department: 'engineering' }, { by: ENGINEER }),
    () => played.do('set-measure', BODY.measure(at + 6 * HOUR)),
    () => played.do('note', { text: text('a lamp is on its way') }),
    () => played.do('complete-part', { department: 'engineering', result: text('done') }, { by: ENGINEER }),
    () => played.do('feed-back', BODY.feedBack),
    () => played.do('owner-answer', BODY.accept, { by: RESIDENT }),
    () => played.do('close', BODY.close, { by: CLERK }),
  ];
  for (const [index, command] of commands.entries()) {
    await world.until(at + (index + 1) * 25 * MINUTE);
    await command();
    // Nobody asks the case: a question is a task of its own on a server that skips time.
    await until(`${played.no} has told everybody`, () => allTold(journal.events(played.no)));
  }
  return played;
}

/** A repair from its report to the resident's answer, offered to who is on duty, by eight commands 15 minutes apart. */
export async function playRepair(world: World, journal: MemoryJournal): Promise<TestCase<RepairOpening>> {
  const at = await world.goTo(1, 9 * HOUR);
  const played = await world.startRepair({ at, subtype: 'leak', photoConsent: true });
  const his = { by: PLUMBER };
  const answer = { score: 5, solved: true, conduct: true, comment: null };
  const commands = [
    () => played.do('accept', {}, his),
    () => played.do('contact', { note: null, eta: null }, his),
    () => played.do('depart', { eta: at + HOUR }, his),
    () => played.do('arrive', { checklist: ['badge_shown'] }, his),
    () => played.do('survey', { findings: text('f'), plan: text('p'), finishAt: at + 3 * HOUR }, his),
    () => played.do('note', { text: text('a new seal') }),
    () => played.do('complete', { result: text('done'), siteCleared: true, files: [] }, his),
    () => played.do('callback', answer, { by: OTHER_CLERK }),
  ];
  for (const [index, command] of commands.entries()) {
    // An urgent offer lapses after two minutes.
    await world.until(at + MINUTE + index * 15 * MINUTE);
    await command();
    await until(`${played.no} has told everybody`, () => allTold(journal.events(played.no)));
  }
  return played;
}

/** A complaint that is open for thirty days and has an update on each. */
export async function playThirtyDays(world: World): Promise<TestCase> {
  const at = await world.goTo(1, 9 * HOUR);
  const played = await world.start({ ...NOISE, at });
  await played.do('survey', BODY.survey, { by: ENGINEER });
  await played.do('propose-plan', BODY.plan(at + 31 * DAY), { by: ENGINEER });
  await played.do('owner-answer', BODY.accept, { by: RESIDENT });
  await played.do('extend', { dueAt: at + 32 * DAY, reason: text('a new pump') }, { by: MANAGER });
  for (let day = 0; day < 30; day += 1) {
    await world.until(at + day * DAY + 7.5 * HOUR);
    await played.do('progress', BODY.progress);
  }
  return played;
}

/**
 * The fewest events that the server lets the same messages and timers have: the start with its task and its write; a
 * task, the acceptance, the completion and the write of each command; one more local activity for each moment at which
 * people are told; one for each effect, and the write of its answer; and the timers.
 */
export function fewest<S extends CaseState, O>(
  family: Family<S, O>,
  opening: O,
  events: readonly JournalEvent[],
  commands: number,
): number {
  const toldAt = new Set(events.filter(({ type }) => type === 'notify-requested').map(({ at }) => at));
  const effects = events.filter(({ type }) => type === 'effect-requested').length;
  const local = 1 + commands + toldAt.size + 2 * effects;
  return 1 + TASK + commands * (TASK + 2) + local * LOCAL + timers(family, opening, events);
}

/**
 * Timers that follow the next moment of the case, by the cheaper way: cancelled and started anew whenever it moves, or
 * left to fire when it moves later. One that fires has a task.
 */
function timers<S extends CaseState, O>(family: Family<S, O>, opening: O, events: readonly JournalEvent[]): number {
  let state = family.initial(opening);
  const moved = { count: 0, armed: Number.NaN };
  const left = { count: 0, armed: Number.NaN };
  for (const [index, event] of events.entries()) {
    for (const way of [moved, left]) {
      if (!(way.armed <= event.at)) continue;
      way.count += 1 + TASK;
      way.armed = Number.NaN;
    }
    state = evolve(family, state, event);
    if (events[index + 1]?.at === event.at) continue;
    const next = nextWake(family, state)?.at ?? Number.NaN;
    arm(moved, next, next !== moved.armed);
    arm(left, next, !(next >= left.armed));
  }
  return Math.min(moved.count, left.count);
}

function arm(way: { count: number; armed: number }, next: number, needed: boolean): void {
  if (!needed || Number.isNaN(next)) return;
  way.count += Number.isNaN(way.armed) ? 1 : 2;
  way.armed = next;
}
