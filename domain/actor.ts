/** The roles of requirements.md 4c; a key, a login and a rung all name one of these. */
export const ROLES = [
  'customer_service',
  'senior_cs_supervisor',
  'engineering',
  'security',
  'finance',
  'department_head',
  'duty_manager',
  'manager',
  'general_manager',
  'quality',
  'ops',
  'volunteer',
  'merchant',
  'owner_rep',
  'resident',
  'system',
] as const;

export type Role = (typeof ROLES)[number];

/** Who did something, with the role and the department he had then (management.md section 3). */
export interface Actor {
  readonly id: string;
  readonly role: Role;
  readonly department: string | null;
}

export const SYSTEM: Actor = { id: 'system', role: 'system', department: null };

/** Those who may decide what staff may not: extend, lower a priority, decide for an owner who never answers. */
export const MANAGERS: readonly Role[] = ['manager', 'general_manager'];
/** Those who supervise a shift. */
export const SUPERVISORS: readonly Role[] = ['senior_cs_supervisor', 'department_head', 'duty_manager', ...MANAGERS];
/** The front desk and everybody who may stand in for it. */
export const FRONT_DESK: readonly Role[] = ['customer_service', ...SUPERVISORS];
/** Posts that do the work on site. */
export const FIELD: readonly Role[] = ['engineering', 'security', 'finance'];
export const STAFF: readonly Role[] = [...FRONT_DESK, ...FIELD];
