import { FRONT_DESK, MANAGERS, ROLES, STAFF, SUPERVISORS, type Role } from '../../domain/actor';
import type { ProjectScope } from '../../db/queries/lists';
import type { Principal } from '../http/access';
import { problem } from '../http/problem';

/** Who may do what with the resources that are not cases (requirements.md 4c). */

/** Everybody that a key can be made for. */
export const EVERYBODY: readonly Role[] = ROLES.filter((role) => role !== 'system');
/** Those who see projects as a whole: staff, the quality department, ops. */
export const INSIDERS: readonly Role[] = [...STAFF, 'quality', 'ops'];
/** Those who appoint others. */
export const APPOINTERS: readonly Role[] = [...MANAGERS, 'ops'];
/** Those who plan who works when and at what, and keep the ledger of what is looked after. */
export const PLANNERS: readonly Role[] = [...SUPERVISORS, 'ops'];
/** Those who keep the ledger of homes and who lives in them. */
export const HOME_KEEPERS: readonly Role[] = [...FRONT_DESK, 'ops'];
/** Those who ring or visit residents, and the quality department, which asks them afterwards. */
export const NEED_CONTACT: readonly Role[] = [...STAFF, 'quality'];
/** Those who may have a person erased: it can't be undone. */
export const ERASERS: readonly Role[] = MANAGERS;
/** Those who read workflows as Temporal has them. */
export const INSPECTORS: readonly Role[] = [...MANAGERS, 'quality', 'ops'];
/** Those who see who did what. */
export const AUDITORS: readonly Role[] = ['quality', 'general_manager'];

const everybodyBut = (...others: readonly Role[]): readonly Role[] =>
  EVERYBODY.filter((role) => !others.includes(role));

/** What each may give and take: nobody makes somebody who may do more than he himself. */
const MAY_GIVE: Readonly<Partial<Record<Role, readonly Role[]>>> = {
  general_manager: EVERYBODY,
  manager: everybodyBut('general_manager', 'quality', 'ops'),
  ops: everybodyBut('general_manager', 'manager', 'quality'),
};

export interface Granted {
  readonly role: Role;
  /** `*` is every project. */
  readonly project: string;
}

/**
 * Every role that is given or taken lies within the authority of whoever does it.
 * @throws Problem beyond-your-authority; not-found for a project that is not his, as if it were not there.
 */
export function requireAuthority(principal: Principal, granted: readonly Granted[]): void {
  for (const { project } of granted) if (!reaches(principal.projects, project)) throw problem('not-found');
  const allowed = MAY_GIVE[principal.role] ?? [];
  for (const { role } of granted) {
    if (!allowed.includes(role)) throw problem('beyond-your-authority', { role, allowed });
  }
}

/**
 * The same for what somebody has already, of which whoever asks may know.
 * @throws Problem beyond-your-authority
 */
export function requireAuthorityOver(principal: Principal, held: readonly Granted[]): void {
  const { projects } = principal;
  if (projects !== '*' && held.some(({ project }) => !reaches(projects, project))) {
    // Neither the place nor the role is named: they are of projects that are not his.
    throw problem('beyond-your-authority', { role: '*', allowed: projects });
  }
  requireAuthority(principal, held);
}

/** Whether a scope has a project, or all of them. */
export function reaches(scope: ProjectScope, project: string): boolean {
  return scope === '*' || (project !== '*' && scope.includes(project));
}
