import type { Interval } from './calendar';
import type { CaseMode, WaitingOn } from './event';
import type { Instant } from './instant';
import type { Obligation } from './obligation';
import type { FamilyPolicy, Level, Priority } from './policy';

/**
 * What every case knows. It is plain JSON: the workflow carries it across runs, the projection is made from it.
 * Families add their own fields by extending it.
 */
export interface CaseState {
  readonly no: string;
  readonly family: string;
  readonly project: { readonly id: string; readonly zone: string };
  readonly mode: CaseMode;
  readonly policy: FamilyPolicy;
  /** Number of the last event. */
  readonly seq: number;
  /** Number of the last event that changed something: the receipt of a message does not. What `If-Match` looks at. */
  readonly changedSeq: number;
  readonly stage: string;
  readonly waitingOn: WaitingOn;
  /** 1, and one more with every reopening. */
  readonly episode: number;
  /** t0 of the episode: the report, then each reopening. */
  readonly episodeStart: Instant;
  readonly reportedAt: Instant;
  readonly receivedAt: Instant;
  readonly reopenCount: number;
  readonly type: string | null;
  readonly subtype: string | null;
  readonly priority: Priority | null;
  readonly level: Level | null;
  /** First-contact owner (首问负责); null until somebody of the front desk has taken a case that came by itself. */
  readonly owner: string | null;
  readonly obligations: Readonly<Record<string, Obligation>>;
  readonly parts: Readonly<Record<string, Part>>;
  readonly pause: Pause | null;
  /** Pauses of this episode that are over. */
  readonly pauses: readonly Interval[];
  readonly outage: Outage | null;
  readonly promises: Readonly<Record<string, Commitment>>;
  readonly progress: DailyProgress;
  /** When a measure or a confirmed plan says that the work is done; null: by the resolve clock. */
  readonly plannedFinish: Instant | null;
  readonly closedAt: Instant | null;
  /** Nothing can happen to the case any more: its workflow ends. */
  readonly ended: boolean;
}

/** One department's share of the work (多岗联动). */
export interface Part {
  readonly department: string;
  readonly state: 'assigned' | 'accepted' | 'blocked' | 'done' | 'cancelled';
  readonly assignedAt: Instant;
  readonly acceptedBy: string | null;
}

export interface Pause {
  readonly reason: string;
  readonly from: Instant;
  readonly until: Instant;
}

export interface Outage {
  readonly confirmedAt: Instant;
  /** Rounds opened so far on the fixed grid. */
  readonly rounds: number;
  readonly lastUpdateAt: Instant | null;
  readonly restoredAt: Instant | null;
}

export interface Commitment {
  readonly id: string;
  readonly dueAt: Instant;
  readonly state: 'open' | 'kept' | 'cancelled';
}

export interface DailyProgress {
  /** Last local day whose 16:00 check is done. */
  readonly checkedDay: string | null;
  readonly lastAt: Instant | null;
}
