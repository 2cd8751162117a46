import type { ClockRule, FamilyPolicy } from '../policy';

/** Clocks of a dispute that start at t0 of an episode. */
export const DISPUTE_CLOCKS = ['acknowledge', 'meeting', 'close'] as const;
export type DisputeClock = (typeof DISPUTE_CLOCKS)[number];

export interface DisputePolicy extends FamilyPolicy {
  readonly clocks: { readonly all: Readonly<Record<DisputeClock, ClockRule>> };
  /** What it is about. */
  readonly subjects: readonly string[];
}
