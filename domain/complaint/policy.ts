import type { Role } from '../actor';
import type { ClockRule, FamilyPolicy, Level, Priority } from '../policy';

/** Clocks that start at t0 of an episode, by the words of policies.md "Complaint". */
export const COMPLAINT_CLOCKS = [
  'classify',
  'acknowledge',
  'survey',
  'plan',
  'measure',
  'resolve',
  'test-result',
  'close',
] as const;
export type ComplaintClock = (typeof COMPLAINT_CLOCKS)[number];

export type ComplaintType = 'facility' | 'service' | 'fee' | 'other';

/** A row of the default classification (CMP-020 … CMP-032): what a clerk gets when he names the subtype alone. */
export interface Classification {
  readonly subtype: string;
  readonly type: ComplaintType;
  readonly priority: Priority;
  readonly departments: readonly string[];
  /** An outside agency measures: opens `test-result` (CMP-060). */
  readonly outsideTest: boolean;
}

export interface ComplaintPolicy extends FamilyPolicy {
  readonly clocks: Readonly<Record<Priority | 'unclassified', Readonly<Partial<Record<ComplaintClock, ClockRule>>>>>;
  readonly ownerConfirm: { readonly rule: ClockRule };
  /** What a manager owes when the owner never answered. */
  readonly ownerDecision: { readonly rule: ClockRule };
  readonly classification: readonly Classification[];
  readonly levelOf: Readonly<Record<Priority, Level>>;
  /** Handling authority by level (ORG-002): who may close. */
  readonly mayClose: Readonly<Record<Level, readonly Role[]>>;
}
