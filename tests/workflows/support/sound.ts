import type { JournalEvent } from '../../../domain/event';
import { MINUTE, SECOND, type Instant } from '../../../domain/instant';
import { snapshotOf } from '../../../domain/projection';
import { folded } from '../../domain/support';
import type { Opening } from '../../../domain/event';
import type { ShownState, TestCase } from './case';
import { armed, type HistoryEvent } from './history';
import { until } from './until';

/** Real time that a wake may take, which passes in a skipping server too. */
const TARDY = 10 * SECOND;

/** Where the events of a case end up. */
export interface JournalOf {
  events(no: string): readonly JournalEvent[] | Promise<readonly JournalEvent[]>;
}

/** Waits until nothing of the case is under way: all is journalled, and every message has its outcome. */
export async function settled(of: TestCase<Opening>, journal: JournalOf): Promise<readonly JournalEvent[]> {
  return (await atRest(of, journal)).events;
}

async function atRest(
  of: TestCase<Opening>,
  journal: JournalOf,
): Promise<{ events: readonly JournalEvent[]; state: ShownState }> {
  return until(`${of.no} is settled`, async () => {
    const state = await of.state();
    const events = await journal.events(of.no);
    return events.length === state.seq && allTold(events) && { events, state };
  });
}

/** Whether every message that was asked for has its outcome. */
export function allTold(events: readonly JournalEvent[]): boolean {
  const asked = events.filter(({ type }) => type === 'notify-requested').length;
  return asked > 0 && asked === events.filter(({ type }) => type === 'notified').length;
}

/**
 * What holds of every case at any time: a journal without a gap that folds to the state, nothing that came by itself
 * before its time, no obligation that ended twice, and never more than one timer.
 */
export async function expectSound(
  of: TestCase,
  journal: JournalOf,
  { late = TARDY }: { readonly late?: number } = {},
): Promise<{ readonly events: readonly JournalEvent[]; readonly history: readonly HistoryEvent[] }> {
  const { events, state } = await atRest(of, journal);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_event, index) => index + 1));
  expect(asJson(snapshotOf(folded(of.opening, events)).state)).toEqual(asJson(state));
  for (const event of events) {
    if (event.via.kind !== 'timer') continue;
    expect(event.at).toBeGreaterThanOrEqual(event.via.plannedAt);
    expect(event.at - event.via.plannedAt).toBeLessThan(late);
  }
  const ended = events.flatMap((event) =>
    event.type === 'obligation-met' || event.type === 'obligation-cancelled' ? [event.data.obligation] : [],
  );
  expect(ended).toEqual([...new Set(ended)]);
  const history = await of.history();
  expect(Math.max(...armed(history))).toBeLessThanOrEqual(1);
  return { events, history };
}

/** What came by itself: `+15 missed acknowledge` is 15 whole minutes after t0. */
export function timeline(journal: readonly JournalEvent[], t0: Instant): string[] {
  return journal.flatMap((event) => {
    const words = event.via.kind === 'timer' ? wordsOf(event) : null;
    if (words === null || event.via.kind !== 'timer') return [];
    return [`+${Math.floor((event.via.plannedAt - t0) / MINUTE)} ${words}`];
  });
}

function wordsOf(event: JournalEvent): string | null {
  switch (event.type) {
    case 'obligation-warned':
      return `warned ${event.data.obligation} ${event.data.fraction}`;
    case 'obligation-reminded':
      return `reminded ${event.data.obligation} ${event.data.count}`;
    case 'obligation-missed':
      return `missed ${event.data.obligation}`;
    case 'escalated':
      return `${event.data.obligation} to ${event.data.role}, ${event.data.cause}`;
    case 'ladder-exhausted':
      return `${event.data.obligation} at the top`;
    case 'obligation-opened':
      return `opened ${event.data.obligation.id}`;
    case 'obligation-cancelled':
      return `cancelled ${event.data.obligation}, ${event.data.reason}`;
    case 'due-moved':
      return `moved ${event.data.obligation}`;
    case 'resumed':
    case 'archived':
    case 'wake-gap':
      return event.type;
    default:
      return null;
  }
}

/** Of one obligation alone. */
export function about(lines: readonly string[], obligation: string): string[] {
  return lines.filter((line) => line.split(/[ ,]/).includes(obligation));
}

function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
