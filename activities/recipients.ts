import { ROLES, type Role } from '../domain/actor';
import type { DutyPerson } from '../domain/roster';
import type { StaffMember } from '../db/queries/directory';
import { RESIDENT } from '../db/queries/notifications';
import type { NotifyRequest } from '../workflows/contracts/notify';

/** Who a message goes to, by the roster of the moment at which it is sent. */
export interface Told {
  /** Staff ids, or `resident`. Empty: nobody of any of the roles is on duty. */
  readonly recipients: readonly string[];
  /** The role that was told, or the first one addressed when nobody is there; null for a person and the resident. */
  readonly role: Role | null;
  /** Roles of which nobody was on duty, in the order they were tried. */
  readonly skipped: readonly Role[];
}

type Address = Pick<NotifyRequest, 'project' | 'to' | 'upwards'>;

/** When there is no role left to try, the front desk sees it. */
const LAST_RESORT: Role = 'customer_service';

/** The roles to try, in their order. Somebody who has left is spoken for by the first of his roles. */
export function rolesToTry({ project, to, upwards }: Address, staff: readonly StaffMember[]): Role[] {
  const roles = to.kind === 'role' ? [to.role, ...upwards] : [...upwards];
  if (to.kind === 'person') {
    const held = staff
      .find(({ id }) => id === to.id)
      ?.roles.filter((of) => of.project === project || of.project === '*');
    const first = ROLES.find((role) => held?.some((of) => of.role === role));
    if (first) roles.unshift(first);
  }
  return roles.length > 0 ? roles : [LAST_RESORT];
}

/**
 * @param staff those addressed in person.
 * @param onDuty in the project.
 */
export function resolve(address: Address, staff: readonly StaffMember[], onDuty: readonly DutyPerson[]): Told {
  const { to } = address;
  if (to.kind === 'resident') return { recipients: [RESIDENT], role: null, skipped: [] };
  const person = to.kind === 'person' ? staff.find(({ id }) => id === to.id) : undefined;
  if (person?.active) return { recipients: [person.id], role: null, skipped: [] };
  const department = to.kind === 'role' ? to.department : (person?.department ?? null);
  const skipped: Role[] = [];
  const roles = rolesToTry(address, staff);
  for (const role of roles) {
    const recipients = onDutyAs(role, department, onDuty);
    if (recipients.length > 0) return { recipients, role, skipped };
    skipped.push(role);
  }
  return { recipients: [], role: roles[0] ?? LAST_RESORT, skipped };
}

/** A head is head of one department; every other role is addressed as a whole. */
function onDutyAs(role: Role, department: string | null, onDuty: readonly DutyPerson[]): string[] {
  const narrow = role === 'department_head' && department !== null;
  const found = onDuty.filter((duty) => duty.roles.includes(role) && (!narrow || duty.department === department));
  return [...new Set(found.map(({ staff }) => staff))];
}
