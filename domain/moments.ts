import type { Instant } from './instant';
import { nextRung } from './ladder';
import { instantAt, isPaused, warnInstant, type Obligation, type ObligationMoment, type Terms } from './obligation';

/** What happens to this obligation next by itself, and when; null when nothing does. */
export function nextMoment(obligation: Obligation, terms: Terms): ObligationMoment | null {
  if (obligation.state !== 'open') return null;
  const candidates = obligation.overdue ? [nextRung(obligation, terms)] : beforeDue(obligation, terms);
  return earliest(candidates.filter((moment): moment is ObligationMoment => moment !== null));
}

function beforeDue(obligation: Obligation, terms: Terms): (ObligationMoment | null)[] {
  const { id } = obligation;
  if (isPaused(obligation)) return [];
  const due = obligation.bornLate === null ? obligation.dueAt : Math.max(obligation.dueAt, obligation.openedAt);
  const moments: ObligationMoment[] = [{ at: due, purpose: 'miss', obligation: id, index: 0 }];
  const fraction = obligation.warn[obligation.warned];
  if (fraction !== undefined) {
    const at = warnInstant(obligation, fraction, terms);
    if (at !== null && at < due) moments.push({ at, purpose: 'warn', obligation: id, index: obligation.warned });
  }
  if (obligation.remind && obligation.reminded < obligation.remind.times) {
    const at = instantAt(obligation, obligation.remind.every * (obligation.reminded + 1), terms);
    if (at !== null && at < due) moments.push({ at, purpose: 'remind', obligation: id, index: obligation.reminded });
  }
  return moments;
}

/** The first in time; of two at one instant the first in the list, so that the order never depends on arrival. */
export function earliest<M extends { readonly at: Instant }>(moments: readonly M[]): M | null {
  let first: M | null = null;
  for (const moment of moments) if (!first || moment.at < first.at) first = moment;
  return first;
}
