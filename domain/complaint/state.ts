import type { Opening } from '../event';
import type { Instant } from '../instant';
import type { Restated } from '../slices/intake';
import { initialCase, type CaseState } from '../state';
import type { ComplaintPolicy } from './policy';

export interface ComplaintState extends CaseState {
  readonly policy: ComplaintPolicy;
  /** Somebody has started the response in this episode. */
  readonly acknowledged: boolean;
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
}

export interface ComplaintOpening extends Opening<ComplaintPolicy>, Restated {
  readonly departments: readonly string[] | null;
}

export function initialComplaint(opening: ComplaintOpening): ComplaintState {
  return {
    ...initialCase('complaint', opening),
    policy: opening.policy,
    acknowledged: false,
    outsideTest: false,
    plan: { count: 0, state: 'none', finishAt: null },
    awaiting: null,
    resultAccepted: false,
    managerOnly: false,
  };
}
