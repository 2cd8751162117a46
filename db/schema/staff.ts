export const tableName = 'staff';

/** A member of staff; his name lies in the vault under subject `staff`. */
export interface StaffTable {
  id: string;
  company: string;
  name_ref: string;
  department: string | null;
  /** Language tag that he is written to in; null: the default. */
  language: string | null;
  /** False: nothing is sent to him any more, and his keys are refused. */
  active: boolean;
  created_at: Date;
}

export type PartialDB = { [tableName]: StaffTable };
