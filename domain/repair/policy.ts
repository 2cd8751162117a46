import type { ClockRule, FamilyPolicy, Level } from '../policy';

/** Clocks of a repair that start at t0 of an episode, by the words of policies.md "Repair". */
export const REPAIR_CLOCKS = ['dispatch', 'alarm-response', 'contact', 'survey', 'arrive'] as const;
export type RepairClock = (typeof REPAIR_CLOCKS)[number];
export type RepairPriority = 'urgent' | 'routine';

/** A fault type (故障类型) and what follows from it: priority, post, skills. */
export interface Fault {
  readonly fault: string;
  readonly category: string;
  readonly priority: RepairPriority;
  readonly level: Level;
  /** The post (岗位) that it goes to, and the skills that its person must have. */
  readonly post: string;
  readonly skills: readonly string[];
  readonly department: string;
  /** Lift, power, water or heating: urgent for a vulnerable household. */
  readonly vital: boolean;
  /** Clocks of its own: people in a lift are reached in 15 minutes. */
  readonly clocks: Readonly<Partial<Record<RepairClock, ClockRule>>>;
}

export interface RepairPolicy extends FamilyPolicy {
  readonly clocks: Readonly<Record<RepairPriority, Readonly<Partial<Record<RepairClock, ClockRule>>>>>;
  /** The response to an alarm of a device, by the category of the fault; `other` for the rest. */
  readonly alarm: Readonly<Record<string, ClockRule>>;
  /** An arrival promised to the resident. */
  readonly eta: { readonly rule: ClockRule };
  /** The finish that the plan names, told to the resident. */
  readonly finish: { readonly rule: ClockRule };
  readonly faults: readonly Fault[];
  /** Care colours of vulnerable households. */
  readonly vulnerable: readonly string[];
}
