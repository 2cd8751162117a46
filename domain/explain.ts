import { elapsed, windowsOn, type Calendar } from './calendar';
import type { Instant, Millis } from './instant';
import type { DueMove, Obligation, Terms } from './obligation';
import { addDays, instantOfLocal, localDateOf } from './zone';

/**
 * Why an obligation is due when it is: everything needed to compute the instant again with pencil and paper. The
 * stretches sum up to `limit` and the last one ends at `dueAt`; only a date that people agreed on may lie where the
 * clock stands still, and then the last move gives it.
 */
export interface Explanation {
  readonly obligation: string;
  readonly kind: string;
  readonly policy: { readonly id: string; readonly version: number };
  readonly calendar: { readonly name: string; readonly version: string } | null;
  readonly zone: string;
  /** Why the case has a priority that is not its policy's, and so these clocks; null when it has the policy's. */
  readonly priorityReason: string | null;
  readonly start: Instant;
  readonly limit: Millis;
  /** Stretches in which the clock ran, ascending. */
  readonly ran: readonly { readonly from: Instant; readonly to: Instant }[];
  readonly pauses: readonly { readonly from: Instant; readonly to: Instant | null }[];
  readonly moves: readonly DueMove[];
  readonly dueBase: Instant;
  /** null while an open pause keeps the clock still. */
  readonly dueAt: Instant | null;
}

export function explain(
  obligation: Obligation,
  terms: Terms,
  policy: { readonly id: string; readonly version: number },
  priorityReason: string | null = null,
): Explanation {
  const paused = obligation.pauses.some((pause) => pause.to === undefined);
  return {
    obligation: obligation.id,
    kind: obligation.kind,
    policy: { id: policy.id, version: policy.version },
    calendar: obligation.calendar ? { name: obligation.calendar, version: obligation.calendarVersion ?? '' } : null,
    zone: terms.zone,
    priorityReason,
    start: obligation.start,
    limit: obligation.limit,
    ran: stretches(obligation, terms),
    pauses: obligation.pauses.map((pause) => ({ from: pause.from, to: pause.to ?? null })),
    moves: obligation.moves,
    dueBase: obligation.dueBase,
    dueAt: paused ? null : obligation.dueAt,
  };
}

/** Cut at window edges and pauses, so that a reader can add them up. */
function stretches(obligation: Obligation, terms: Terms): { from: Instant; to: Instant }[] {
  const edges = new Set<Instant>([obligation.start, obligation.dueAt]);
  for (const pause of obligation.pauses) {
    edges.add(pause.from);
    edges.add(pause.to ?? obligation.dueAt);
  }
  if (terms.calendar) addWindowEdges(edges, obligation, terms.calendar, terms.zone);
  const sorted = [...edges]
    .filter((edge) => edge >= obligation.start && edge <= obligation.dueAt)
    .sort((a, b) => a - b);
  const ran: { from: Instant; to: Instant }[] = [];
  for (const [index, from] of sorted.entries()) {
    const to = sorted[index + 1];
    if (to === undefined) break;
    if (elapsed(from, to, terms.calendar, terms.zone, obligation.pauses) === to - from) ran.push({ from, to });
  }
  return ran;
}

function addWindowEdges(edges: Set<Instant>, obligation: Obligation, calendar: Calendar, zone: string): void {
  const last = localDateOf(obligation.dueAt, zone);
  for (let date = localDateOf(obligation.start, zone); date <= last; date = addDays(date, 1)) {
    for (const [from, to] of windowsOn(date, calendar)) {
      edges.add(instantOfLocal(date, from, zone));
      edges.add(to === '24:00' ? instantOfLocal(addDays(date, 1), '00:00', zone) : instantOfLocal(date, to, zone));
    }
  }
}
