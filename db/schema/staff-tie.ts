export const tableName = 'staff_tie';

/** The post, the skills and the zones of somebody in a project; of posts he has one there at most. */
export interface StaffTieTable {
  staff: string;
  project: string;
  kind: 'post' | 'skill' | 'zone';
  code: string;
}

export type PartialDB = { [tableName]: StaffTieTable };
