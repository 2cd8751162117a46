import type { Opening, TextRef } from '../event';
import { initialCase, type CaseState } from '../state';
import type { DisputePolicy } from './policy';

/** Who sits at the table (CMP-040, CMP-052): who complains, whom it is about, and the property company. */
export const PARTIES = ['resident', 'other-party', 'property'] as const;
export type Party = (typeof PARTIES)[number];

export interface DisputeState extends CaseState {
  readonly policy: DisputePolicy;
  /** Meetings of this episode, whoever came. */
  readonly meetings: number;
  /** All three have met in this episode. */
  readonly met: boolean;
}

export interface DisputeOpening extends Opening<DisputePolicy> {
  /** Whom it is about, and how he is reached. */
  readonly otherParty: TextRef | null;
}

export function initialDispute(opening: DisputeOpening): DisputeState {
  const { policy, subtype } = opening;
  return { ...initialCase('dispute', opening), policy, subtype, meetings: 0, met: false };
}
