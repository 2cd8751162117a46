import type { JournalRow, ObligationRow } from '../rows';
import type { Check } from './evidence';

/** Real time that the engine may take over a due instant once everything runs. Milliseconds. */
const TARDY = 15_000;

interface Clock {
  dueAt: number;
  paused: boolean;
  missed: boolean;
  end: 'met' | 'cancelled' | null;
}

/** I3: every obligation ends in exactly one of met, missed-then-met, missed and cancelled; never earlier than due. */
export const everyObligationEndsOnce: Check = ({ rows, readAt }) => {
  const wrong: string[] = [];
  const stored = new Map(rows.obligations.map((row) => [`${row.no} ${row.id}`, row]));
  for (const [no, events] of rows.journal) {
    const clocks = fold(no, events, wrong);
    const hasEnded = events.some(({ type }) => type === 'archived');
    for (const [id, clock] of clocks) {
      const what = `${no} ${id}`;
      if (clock.end === null && hasEnded) wrong.push(`${what} is still owed by a case that has ended`);
      const isLate = clock.end === null && !clock.paused && !clock.missed && clock.dueAt < readAt - TARDY;
      if (isLate) wrong.push(`${what} was due ${readAt - clock.dueAt} ms ago, and nobody has said so`);
      wrong.push(...contradictions(what, clock, stored.get(what)));
    }
  }
  return wrong;
};

function fold(no: string, events: readonly JournalRow[], wrong: string[]): Map<string, Clock> {
  const clocks = new Map<string, Clock>();
  for (const event of events) {
    if (event.type === 'obligation-opened') {
      const { id, dueAt } = event.data.obligation as { id: string; dueAt: number };
      if (clocks.has(id)) wrong.push(`${no} ${id} was opened twice`);
      clocks.set(id, { dueAt, paused: false, missed: false, end: null });
      continue;
    }
    const id = event.data.obligation;
    if (typeof id !== 'string' || !CHANGES.has(event.type)) continue;
    const clock = clocks.get(id);
    if (!clock) wrong.push(`${no} ${id}: ${event.type} at ${event.seq}, before it was owed`);
    else if (clock.end) wrong.push(`${no} ${id}: ${event.type} at ${event.seq}, after it was ${clock.end}`);
    else change(clock, event, `${no} ${id}`, wrong);
  }
  return clocks;
}

const CHANGES = new Set([
  ...['obligation-met', 'obligation-cancelled', 'obligation-missed', 'obligation-paused', 'obligation-resumed'],
  'due-moved',
]);

function change(clock: Clock, { type, at, data }: JournalRow, what: string, wrong: string[]): void {
  switch (type) {
    case 'obligation-met':
      clock.end = 'met';
      break;
    case 'obligation-cancelled':
      clock.end = 'cancelled';
      break;
    case 'obligation-missed':
      if (at < clock.dueAt) wrong.push(`${what} was missed ${clock.dueAt - at} ms before it was due`);
      if (clock.missed && data.again !== true) wrong.push(`${what} was missed twice`);
      clock.missed = true;
      break;
    case 'due-moved':
      clock.dueAt = Number(data.new);
      break;
    default:
      clock.paused = type === 'obligation-paused';
  }
}

function contradictions(what: string, clock: Clock, row: ObligationRow | undefined): string[] {
  if (!row) return [`${what} has no row`];
  const state = clock.end ?? 'open';
  const wrong: string[] = [];
  if (row.state !== state) wrong.push(`${what} is ${row.state} in its row and ${state} by the journal`);
  if (row.missed !== clock.missed) wrong.push(`${what}: row and journal differ on whether it was missed`);
  return wrong;
}
