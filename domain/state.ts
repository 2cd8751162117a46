import type { Interval } from './calendar';
import type { CaseMode, Opening, WaitingOn } from './event';
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
  /**
   * The version of the rules under which it was opened (domain/rules.ts), kept for good as the policy is. Where the opening
   * names none there is none here: what was written of such a case stays equal to it.
   */
  readonly rules?: number;
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
  /** A manager set the level by hand, so a new priority leaves it. */
  readonly levelFixed: boolean;
  /** Where it is, as far as it is no secret. */
  readonly building: string | null;
  readonly asset: string | null;
  /** Why the priority is not what the policy's table says; null when it is. */
  readonly priorityReason: string | null;
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
  /** Score of this episode, 1 (worst) to 5 (best). */
  readonly satisfaction: number | null;
  readonly callback: Callback;
  /** Who is to do the work; null in families whose work is done by departments. */
  readonly job: Job | null;
  readonly links: Links;
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

/** The call after the work is done (回访): how often it was tried in this episode, and who may not make it. */
export interface Callback {
  readonly round: 'none' | 'first' | 'second' | 'done';
  readonly attempts: readonly Instant[];
  /** How it ended; null while somebody is still to be called. */
  readonly settled: 'satisfied' | 'unreachable' | null;
  /** Staff who did any of the work in this episode. */
  readonly didWork: readonly string[];
}

/** One piece of work that one person does: whom it is offered to, and who has it. */
export interface Job {
  readonly post: string;
  readonly skills: readonly string[];
  readonly department: string;
  /** Number of the last offer. */
  readonly offers: number;
  readonly offered: string | null;
  /** Who declined, let it lapse or gave it back in this round of offers. */
  readonly passed: readonly string[];
  readonly assignee: string | null;
  /** End of the assignee's shift; null when it has none or is not known. */
  readonly dutyUntil: Instant | null;
  /** Nobody was left to offer it to, so the supervisor has it. */
  readonly exhausted: boolean;
}

/** Cases that this one belongs with, by number. */
export interface Links {
  /** The case that started this one. */
  readonly parent: string | null;
  readonly children: Readonly<
    Record<string, { readonly family: string; readonly state: 'open' | 'resolved' | 'gone' }>
  >;
  /** The former case about the same. */
  readonly repeatOf: string | null;
}

/** A case of any family before its first event. */
export function initialCase(family: string, opening: Opening): CaseState {
  return {
    no: opening.no,
    family,
    project: opening.project,
    mode: opening.mode,
    policy: opening.policy,
    ...(opening.rules === undefined ? {} : { rules: opening.rules }),
    seq: 0,
    changedSeq: 0,
    stage: '',
    waitingOn: 'us',
    episode: 1,
    episodeStart: opening.reportedAt,
    reportedAt: opening.reportedAt,
    receivedAt: opening.receivedAt,
    reopenCount: 0,
    type: null,
    subtype: null,
    priority: null,
    level: null,
    levelFixed: false,
    building: opening.record.building,
    asset: opening.record.asset,
    priorityReason: null,
    owner: null,
    obligations: {},
    parts: {},
    pause: null,
    pauses: [],
    outage: null,
    promises: {},
    progress: { checkedDay: null, lastAt: null },
    plannedFinish: null,
    satisfaction: null,
    callback: { round: 'none', attempts: [], settled: null, didWork: [] },
    job: null,
    links: { parent: opening.record.rootCase, children: {}, repeatOf: opening.record.repeatOf },
    closedAt: null,
    ended: false,
  };
}
