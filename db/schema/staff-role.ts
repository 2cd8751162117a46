import type { Role } from '../../domain/actor';

export const tableName = 'staff_role';

/** Who holds which role where. `project` `*` is every project, those to come included. */
export interface StaffRoleTable {
  staff: string;
  project: string;
  role: Role;
}

export type PartialDB = { [tableName]: StaffRoleTable };
