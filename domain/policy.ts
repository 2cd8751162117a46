import type { Role } from './actor';
import type { Calendar } from './calendar';
import type { Millis } from './instant';

/**
 * The part of a policy that every family shares. Numbers live in `policies/*.yaml`; a case carries the version it
 * began with (policies.md).
 */
export const PRIORITIES = ['urgent', 'important', 'routine'] as const;
export type Priority = (typeof PRIORITIES)[number];

/** Drives authority, never clocks (product.md "Words"). Ascending. */
export const LEVELS = ['ordinary', 'medium', 'major'] as const;
export type Level = (typeof LEVELS)[number];

/** Who owes: the case's owner, one department's part, a role, whoever has the job, or the resident himself. */
export type Debtor =
  | { readonly as: 'owner' }
  | { readonly as: 'department' }
  | { readonly as: 'role'; readonly role: Role }
  | { readonly as: 'assignee' }
  | { readonly as: 'resident' };

export interface ClockRule {
  readonly limit: Millis;
  /** Name of a calendar of the policy; null is the wall clock. */
  readonly calendar: string | null;
  /** Fractions of the limit at which whoever owes it is warned, ascending. */
  readonly warn: readonly number[];
  /** Whether the time of a pause is left out. */
  readonly pausable: boolean;
  /** Name of the ladder a miss climbs; null for what is not escalated. */
  readonly ladder: string | null;
  readonly owedBy: Debtor;
  /** Reminders to whoever owes it, counted from the start. */
  readonly remind?: { readonly every: Millis; readonly times: number };
}

export interface Rung {
  readonly role: Role;
  /** Fraction of the limit past due at which the rung is reached by time; null: only when the rung below is silent. */
  readonly after: number | null;
}

export interface Ladder {
  /** Ascending; the first is told at the miss itself. */
  readonly rungs: readonly Rung[];
  /** Roles that get a copy of the miss. */
  readonly copy: readonly Role[];
  /** Least time between two rungs reached by time. */
  readonly gap: Millis;
  readonly acknowledgeWithin: Millis;
  readonly acknowledgeUrgentWithin: Millis;
  /** Local times between which urgent matters start at a higher rung. */
  readonly night: { readonly from: string; readonly to: string; readonly startAt: Role };
}

/** The call after the work is done (policies.md "Callback"). */
export interface CallbackPolicy {
  readonly rule: ClockRule;
  /** By the senior supervisor, after the first one of a major or repeated case. */
  readonly secondRule: ClockRule;
  /** Local times between which the resident is called. */
  readonly from: string;
  readonly to: string;
  /** Unreachable: this many attempts on at least this many local days. */
  readonly attempts: number;
  readonly days: number;
}

/** How a job finds its person. */
export interface DispatchPolicy {
  /** One offer: accepted or declined within it, else it goes to the next. */
  readonly offer: { readonly urgent: ClockRule; readonly ordinary: ClockRule };
}

export interface FamilyPolicy {
  /** `complaint` */
  readonly id: string;
  /** The published version, counted from 1. */
  readonly version: number;
  readonly calendars: Readonly<Record<string, Calendar>>;
  readonly ladders: Readonly<Record<string, Ladder>>;
  /** Departments that work can be assigned to. */
  readonly departments: readonly string[];
  /** A report older than this is not typed in but imported. */
  readonly lateEntryMax: Millis;
  /** The daily update (policies.md "Both"): local times of the reminder and of the due instant. */
  readonly progress: { readonly remindAt: string; readonly dueAt: string; readonly rule: ClockRule };
  /** Updates during an outage, on a fixed grid of `rule.limit` from its confirmation. */
  readonly outageUpdate: { readonly rule: ClockRule };
  readonly pause: { readonly reasons: readonly string[]; readonly cap: Millis };
  /** One department's part of the work; `null` due: with the resolve clock. */
  readonly part: { readonly rule: ClockRule };
  readonly promise: { readonly rule: ClockRule };
  /** Left out by policies that were published before there were callbacks: their cases close without one. */
  readonly callback?: CallbackPolicy;
  readonly dispatch?: DispatchPolicy;
  /** From this many faults of one asset or place in a local calendar month on (K9), a case of `family` is opened. */
  readonly recurrence?: { readonly count: number; readonly family: string };
  readonly reopen: {
    /** How long after closing a case can be reopened; then it is archived. */
    readonly within: Millis;
    /** From this reopening on the manager has it. */
    readonly managerFrom: number;
  };
}
