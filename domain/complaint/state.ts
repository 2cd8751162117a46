import type { OpenedRecord, Opening, TextRef } from '../event';
import type { Instant } from '../instant';
import type { CaseState } from '../state';
import type { ComplaintPolicy } from './policy';

export interface ComplaintState extends CaseState {
  readonly policy: ComplaintPolicy;
  /** Somebody has started the response in this episode. */
  readonly acknowledged: boolean;
  /** A manager set the level by hand, so a new priority leaves it. */
  readonly levelFixed: boolean;
  readonly outsideTest: boolean;
  readonly plan: {
    readonly count: number;
    readonly state: 'none' | 'proposed' | 'accepted' | 'rejected';
    readonly finishAt: Instant | null;
  };
  /** What the owner is asked to accept or reject. */
  readonly awaiting: 'plan' | 'result' | null;
  readonly resultAccepted: boolean;
  /** Only a manager may close it: it came back too often. */
  readonly managerOnly: boolean;
  readonly satisfaction: number | null;
}

export interface ComplaintOpening extends Opening {
  readonly policy: ComplaintPolicy;
  readonly record: OpenedRecord;
  readonly matter: TextRef;
  readonly restatement: TextRef | null;
  readonly restatementConfirmed: boolean | null;
  /** Where and who, as one sealed text: room, caller's name and phone. */
  readonly contact: TextRef | null;
  readonly departments: readonly string[] | null;
}

export function initialComplaint(opening: ComplaintOpening): ComplaintState {
  return {
    no: opening.no,
    family: 'complaint',
    project: opening.project,
    mode: opening.mode,
    policy: opening.policy,
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
    owner: null,
    obligations: {},
    parts: {},
    pause: null,
    pauses: [],
    outage: null,
    promises: {},
    progress: { checkedDay: null, lastAt: null },
    plannedFinish: null,
    closedAt: null,
    ended: false,
    acknowledged: false,
    levelFixed: false,
    outsideTest: false,
    plan: { count: 0, state: 'none', finishAt: null },
    awaiting: null,
    resultAccepted: false,
    managerOnly: false,
    satisfaction: null,
  };
}
