import type { ClockRule, FamilyPolicy } from '../policy';

/** Clocks of a standard revision that start at t0 of an episode. */
export const REVISION_CLOCKS = ['propose'] as const;
export type RevisionClock = (typeof REVISION_CLOCKS)[number];

export interface RevisionPolicy extends FamilyPolicy {
  readonly clocks: { readonly all: Readonly<Record<RevisionClock, ClockRule>> };
  /** From the proposal to its decision. */
  readonly approve: { readonly rule: ClockRule };
  /** Recurring duties (巡检、维保 …) whose cadence can be revised. */
  readonly duties: readonly string[];
}
