import { advance } from './calendar';
import { SECOND, type Instant } from './instant';
import type { Escalation, Obligation, ObligationMoment, Terms } from './obligation';
import type { Ladder } from './policy';
import { isBetween } from './zone';

/**
 * The ladder that a missed obligation climbs (policies.md "Ladder"): rung 0 at the miss, the others by time past due
 * as fractions of the limit, and one higher whenever an escalation is not acknowledged in time.
 */

/** Timers fire a little late: within this the plan of the ladder stands. */
const PUNCTUAL = SECOND;

/** The next rung, by time or by silence; null when the top has been told or nobody is to be. */
export function nextRung(obligation: Obligation, terms: Terms): ObligationMoment | null {
  const { ladder } = terms;
  if (!ladder || obligation.exhausted) return null;
  const byTime = nextByTime(obligation, ladder, terms);
  const bySilence = silentAt(obligation, ladder);
  if (bySilence !== null && (!byTime || bySilence < byTime.at)) {
    return { at: bySilence, purpose: 'unacknowledged', obligation: obligation.id, index: obligation.rung };
  }
  return byTime;
}

/**
 * Counted from the miss, or from the opening of what was born late: nobody could have reacted before. When the engine
 * was away the plan lies behind; then the rungs keep their gap to what was really told.
 */
function nextByTime(obligation: Obligation, ladder: Ladder, terms: Terms): ObligationMoment | null {
  const base = Math.max(obligation.dueAt, obligation.openedAt);
  let at: Instant = base;
  for (const [index, rung] of ladder.rungs.entries()) {
    if (index === 0 || rung.after === null) continue;
    const past = Math.round(rung.after * obligation.limit);
    const reached = advance(base, past, terms.calendar, terms.zone, obligation.pauses);
    if (reached === null) return null;
    at = Math.max(reached, at + ladder.gap);
    if (index <= obligation.rung) continue;
    const told = obligation.escalations.at(-1)?.at;
    const tooClose = told !== undefined && at - told < ladder.gap - PUNCTUAL;
    return { at: tooClose ? told + ladder.gap : at, purpose: 'rung', obligation: obligation.id, index };
  }
  return null;
}

function silentAt(obligation: Obligation, ladder: Ladder): Instant | null {
  const last: Escalation | undefined = obligation.escalations[obligation.escalations.length - 1];
  if (!last || last.acknowledgedAt !== undefined) return null;
  return last.at + (obligation.urgent ? ladder.acknowledgeUrgentWithin : ladder.acknowledgeWithin);
}

/** The rung to tell, at least `wanted`: at night an urgent matter starts higher. */
export function rungToTell(wanted: number, obligation: Obligation, ladder: Ladder, at: Instant, zone: string): number {
  const top = ladder.rungs.length - 1;
  if (!obligation.urgent || !isNight(ladder, at, zone)) return Math.min(wanted, top);
  const start = ladder.rungs.findIndex((rung) => rung.role === ladder.night.startAt);
  return Math.min(Math.max(wanted, start), top);
}

export function isNight(ladder: Ladder, at: Instant, zone: string): boolean {
  return isBetween(at, ladder.night, zone);
}
