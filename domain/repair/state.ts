import type { Opening, TextRef } from '../event';
import type { Instant } from '../instant';
import { initialCase, type CaseState } from '../state';
import type { RepairPolicy, RepairPriority } from './policy';

export interface RepairState extends CaseState {
  readonly policy: RepairPolicy;
  /** Started by the alarm of a device. */
  readonly alarm: boolean;
  readonly vulnerable: boolean;
  /** The arrival that was promised last. */
  readonly eta: Instant | null;
  readonly plan: {
    readonly count: number;
    readonly state: 'none' | 'proposed' | 'accepted' | 'rejected';
    readonly finishAt: Instant | null;
  };
  /** Photos are taken only with the resident's consent (REP-025). */
  readonly photoConsent: boolean;
}

export interface RepairOpening extends Opening<RepairPolicy> {
  readonly priority: RepairPriority | null;
  readonly photoConsent: boolean;
  /** The situation of the fault and what is expected of the result (REP-004). */
  readonly circumstances: TextRef | null;
  readonly expectedResult: TextRef | null;
}

export function initialRepair(opening: RepairOpening): RepairState {
  const { record } = opening;
  return {
    ...initialCase('repair', opening),
    policy: opening.policy,
    alarm: record.source === 'alarm',
    vulnerable: record.careColour !== null && opening.policy.vulnerable.includes(record.careColour),
    eta: null,
    plan: { count: 0, state: 'none', finishAt: null },
    photoConsent: opening.photoConsent,
  };
}
