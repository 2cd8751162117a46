import { nextMoment } from './moments';
import { isPaused, warnInstant, type Obligation } from './obligation';
import { termsOf } from './book';
import type { Instant } from './instant';
import type { CaseState } from './state';

/**
 * What the read model keeps of a case: its state without the policy's text, and the full clock of every obligation so
 * that no client computes (console.md section 9, 2).
 */
export interface ObligationClock {
  /** The next warn point; null when none is left or the clock stands still. */
  readonly warnAt: Instant | null;
  /** When something happens to it by itself next, and what. */
  readonly nextAt: Instant | null;
  readonly next: string | null;
  readonly pausedSince: Instant | null;
}

export interface CaseSnapshot<S extends CaseState = CaseState> {
  readonly state: Omit<S, 'policy'> & { readonly policy: { readonly id: string; readonly version: number } };
  readonly clocks: Readonly<Record<string, ObligationClock>>;
}

export function snapshotOf<S extends CaseState>(state: S): CaseSnapshot<S> {
  const clocks: Record<string, ObligationClock> = {};
  for (const obligation of Object.values(state.obligations)) {
    if (obligation.state === 'open') clocks[obligation.id] = clockOf(state, obligation);
  }
  return { state: { ...state, policy: { id: state.policy.id, version: state.policy.version } }, clocks };
}

export function clockOf(state: CaseState, obligation: Obligation): ObligationClock {
  const terms = termsOf(state, obligation);
  const next = nextMoment(obligation, terms);
  const fraction = obligation.warn[obligation.warned];
  const warnAt = fraction === undefined || obligation.overdue ? null : warnInstant(obligation, fraction, terms);
  return {
    warnAt,
    nextAt: next?.at ?? null,
    next: next?.purpose ?? null,
    pausedSince: isPaused(obligation) ? (obligation.pauses.at(-1)?.from ?? null) : null,
  };
}
