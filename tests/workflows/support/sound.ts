import type { JournalEvent } from '../../../domain/event';
import { MINUTE, SECOND, type Instant } from '../../../domain/instant';
import { snapshotOf } from '../../../domain/projection';
import { folded } from '../../domain/support';
import type { TestCase } from './case';
import { armedAfter, type HistoryEvent } from './history';

/** Real time that a wake may take, which passes in a skipping server too. */
const TARDY = 10 * SECOND;

/**
 * What holds of every case at any time: a journal without a gap that folds to the state, nothing that came by itself
 * before its time, no obligation that ended twice, and one timer at the most after every event of the history.
 */
export async function expectSound(
  of: TestCase,
  journal: readonly JournalEvent[],
  { late = TARDY }: { readonly late?: number } = {},
): Promise<HistoryEvent[]> {
  expect(journal.map(({ seq }) => seq)).toEqual(journal.map((_event, index) => index + 1));
  expect(asJson(snapshotOf(folded(of.opening, journal)).state)).toEqual(asJson(await of.state()));
  for (const event of journal) {
    if (event.via.kind !== 'timer') continue;
    expect(event.at).toBeGreaterThanOrEqual(event.via.plannedAt);
    expect(event.at - event.via.plannedAt).toBeLessThan(late);
  }
  const ended = journal.flatMap((event) =>
    event.type === 'obligation-met' || event.type === 'obligation-cancelled' ? [event.data.obligation] : [],
  );
  expect(ended).toEqual([...new Set(ended)]);
  const history = await of.history();
  expect(Math.max(...armedAfter(history))).toBeLessThanOrEqual(1);
  return history;
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
