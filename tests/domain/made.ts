import { DAY, HOUR } from '../../domain/instant';
import type { Obligation, Terms } from '../../domain/obligation';
import { MONDAY_9, POLICY, SHANGHAI } from './support';

/** An obligation of 24 hours from Monday 09:00, by hand. */
export function obligationOf(over: Partial<Obligation> = {}): Obligation {
  const start = over.start ?? MONDAY_9;
  const limit = over.limit ?? DAY;
  const dueAt = over.dueAt ?? start + limit;
  return {
    id: 'resolve',
    kind: 'resolve',
    episode: 1,
    owedBy: { as: 'owner', role: 'customer_service', department: 'customer_service', person: 'clerk-li' },
    start,
    openedAt: start,
    windowFrom: null,
    limit,
    calendar: null,
    calendarVersion: null,
    ladder: 'default',
    pausable: true,
    urgent: false,
    dueBase: dueAt,
    dueAt,
    bornLate: null,
    warn: [0.5, 0.8],
    warned: 0,
    remind: null,
    reminded: 0,
    pauses: [],
    moves: [],
    state: 'open',
    missedAt: null,
    overdue: false,
    rung: -1,
    maxRung: -1,
    exhausted: false,
    escalations: [],
    endedAt: null,
    lateMs: null,
    endReason: null,
    ...over,
  };
}

export const TERMS: Terms = { zone: SHANGHAI, calendar: null, ladder: POLICY.ladders['default'] ?? null };

/** Due on Tuesday 09:00. */
export const DUE = MONDAY_9 + 24 * HOUR;
