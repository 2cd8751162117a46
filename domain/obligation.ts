import type { Role } from './actor';
import { advance, elapsed, type Calendar, type Interval } from './calendar';
import type { Instant, Millis } from './instant';
import type { Ladder } from './policy';

/**
 * An obligation (时限责任): somebody owes something by an instant. Everything with a deadline is one, and nothing else
 * has a timer (architecture.md). All functions are pure; `Terms` hold what they need of the case's policy.
 */
export interface OwedBy {
  readonly as: 'owner' | 'department' | 'role' | 'assignee' | 'resident';
  readonly role: Role;
  readonly department: string | null;
  readonly person: string | null;
}

export interface Escalation {
  readonly rung: number;
  readonly role: Role;
  readonly at: Instant;
  readonly acknowledgedAt?: Instant;
}

export interface DueMove {
  readonly cause: DueCause;
  readonly at: Instant;
  readonly by: string;
  readonly old: Instant;
  readonly new: Instant;
}

/** `pause`, `plan-confirmed` and `reclassified` move the base that is scored; `extended` and `promise-moved` only the due instant. */
export type DueCause = 'pause' | 'plan-confirmed' | 'reclassified' | 'extended' | 'promise-moved';

export interface Obligation {
  /** Unique in its case: `resolve`, `progress:2026-11-23`, `plan@2` in the second episode. */
  readonly id: string;
  readonly kind: string;
  readonly episode: number;
  readonly owedBy: OwedBy;
  /** The instant its clock counts from (t0), which may lie before it was opened. */
  readonly start: Instant;
  readonly openedAt: Instant;
  /** Nothing is owed before it, though the obligation is already shown. */
  readonly windowFrom: Instant | null;
  readonly limit: Millis;
  readonly calendar: string | null;
  readonly calendarVersion: string | null;
  readonly ladder: string | null;
  readonly pausable: boolean;
  readonly urgent: boolean;
  /** Due by policy, pauses, confirmed plan and reclassification: what is scored. */
  readonly dueBase: Instant;
  /** `dueBase` and extensions: what runs the timer. */
  readonly dueAt: Instant;
  /** Opened when it was already past due, and why. */
  readonly bornLate: 'typed-late' | 'reclassified' | null;
  readonly warn: readonly number[];
  /** How many warn points have gone out. */
  readonly warned: number;
  readonly remind: { readonly every: Millis; readonly times: number } | null;
  readonly reminded: number;
  readonly pauses: readonly Interval[];
  readonly moves: readonly DueMove[];
  readonly state: 'open' | 'met' | 'cancelled';
  /** The first miss: a fact that later moves do not undo. */
  readonly missedAt: Instant | null;
  /** Past its present due instant, so that the ladder runs. */
  readonly overdue: boolean;
  readonly rung: number;
  readonly maxRung: number;
  readonly exhausted: boolean;
  readonly escalations: readonly Escalation[];
  readonly endedAt: Instant | null;
  /** Milliseconds past `dueAt` when it was met; negative when early; null unless met. */
  readonly lateMs: Millis | null;
  readonly endReason: string | null;
}

/** What the functions here need of the case: its zone, and the calendar and ladder that the obligation names. */
export interface Terms {
  readonly zone: string;
  readonly calendar: Calendar | null;
  readonly ladder: Ladder | null;
}

export type MomentPurpose = 'warn' | 'remind' | 'miss' | 'rung' | 'unacknowledged';

/** Something that happens by itself at an instant. */
export interface ObligationMoment {
  readonly at: Instant;
  readonly purpose: MomentPurpose;
  readonly obligation: string;
  /** Index of the warn point, the reminder or the rung. */
  readonly index: number;
}

export function isPaused(obligation: Obligation): boolean {
  return obligation.pauses.some((pause) => pause.to === undefined);
}

/** Its pauses when the open one, if there is any, ends at an instant. */
export function pausesUntil(obligation: Obligation, to: Instant): Interval[] {
  return obligation.pauses.map((pause) => (pause.to === undefined ? { from: pause.from, to } : pause));
}

/** The instant at which `amount` of the obligation's own time has run; null while it stands still before that. */
export function instantAt(obligation: Obligation, amount: Millis, terms: Terms): Instant | null {
  return advance(obligation.start, amount, terms.calendar, terms.zone, obligation.pauses);
}

/** The obligation's own time that has run at an instant. */
export function ranAt(obligation: Obligation, at: Instant, terms: Terms): Millis {
  return elapsed(obligation.start, at, terms.calendar, terms.zone, obligation.pauses);
}

/** The instant of a warn point, to the millisecond; null while the clock stands still before it. */
export function warnInstant(obligation: Obligation, fraction: number, terms: Terms): Instant | null {
  return instantAt(obligation, Math.round(fraction * obligation.limit), terms);
}

/** How many warn points already lie behind an instant: they are not sent again when the due instant moves. */
export function warnedBefore(obligation: Obligation, at: Instant, terms: Terms): number {
  let count = 0;
  for (const fraction of obligation.warn) {
    const point = warnInstant(obligation, fraction, terms);
    if (point !== null && point <= at) count += 1;
  }
  return count;
}

export type OutcomeClass = 'met' | 'late' | 'missed' | 'ext-kept' | 'ext-broken' | 'void' | 'open';

/**
 * The class in which an obligation is counted at `asOf` (management.md section 3). `met` is judged by `dueBase`; one
 * that was extended is judged by its new date, and never counted as `met`. A miss is never undone, so what ends
 * without having been met is void only if it was not missed before.
 */
export function outcomeOf(obligation: Obligation, asOf: Instant): OutcomeClass {
  const { state, missedAt } = obligation;
  if (obligation.bornLate === 'reclassified') return 'void';
  if (state === 'cancelled' && missedAt === null) return 'void';
  const extension = obligation.moves.find((move) => move.cause === 'extended');
  const extended = extension !== undefined && (missedAt === null || missedAt >= extension.at);
  const doneAt = state === 'met' ? obligation.endedAt : null;
  const broken = missedAt !== null || (doneAt ?? asOf) > (extended ? obligation.dueAt : obligation.dueBase);
  if (extended && broken) return 'ext-broken';
  if (doneAt === null) return broken ? 'missed' : 'open';
  return extended ? 'ext-kept' : broken ? 'late' : 'met';
}
