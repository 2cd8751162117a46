import type { Actor, Role } from '../../domain/actor';

function actor(id: string, role: Role, department: string | null): Actor {
  return { id, role, department };
}

export const CLERK = actor('clerk-li', 'customer_service', 'customer_service');
export const OTHER_CLERK = actor('clerk-wu', 'customer_service', 'customer_service');
export const SUPERVISOR = actor('supervisor-he', 'senior_cs_supervisor', 'customer_service');
export const ENGINEER = actor('engineer-zhao', 'engineering', 'engineering');
export const GUARD = actor('guard-sun', 'security', 'security');
export const ACCOUNTANT = actor('accountant-qian', 'finance', 'finance');
export const HEAD = actor('head-zhou', 'department_head', 'engineering');
export const DUTY_MANAGER = actor('duty-wang', 'duty_manager', null);
export const MANAGER = actor('manager-chen', 'manager', null);
export const GENERAL_MANAGER = actor('gm-lin', 'general_manager', null);
export const QUALITY = actor('quality-xu', 'quality', 'quality');
export const OPS = actor('ops-gao', 'ops', null);
export const VOLUNTEER = actor('volunteer-an', 'volunteer', null);
export const OWNER_REP = actor('rep-tang', 'owner_rep', null);
export const RESIDENT = actor('resident-ma', 'resident', null);

/** One of every role that a person can have. */
export const EVERYBODY: readonly Actor[] = [
  CLERK,
  OTHER_CLERK,
  SUPERVISOR,
  ENGINEER,
  GUARD,
  ACCOUNTANT,
  HEAD,
  DUTY_MANAGER,
  MANAGER,
  GENERAL_MANAGER,
  QUALITY,
  OPS,
  VOLUNTEER,
  actor('merchant-bo', 'merchant', null),
  OWNER_REP,
  RESIDENT,
];
