import type { ClockRule, FamilyPolicy } from '../policy';

/** Clocks of a consultation that start at t0 of an episode. */
export const CONSULTATION_CLOCKS = ['answer'] as const;
export type ConsultationClock = (typeof CONSULTATION_CLOCKS)[number];

export interface ConsultationPolicy extends FamilyPolicy {
  readonly clocks: { readonly all: Readonly<Record<ConsultationClock, ClockRule>> };
  /** A time that was promised to the asker (K13); the promise is the limit. */
  readonly promised: { readonly rule: ClockRule };
  /** What is asked about (咨询事项); counted every month (CMP-099). */
  readonly subjects: readonly string[];
}
