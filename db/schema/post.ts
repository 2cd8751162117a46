export const tableName = 'post';

/** A post (岗位): lift repair, plumbing, cleaning, front desk. */
export interface PostTable {
  project: string;
  id: string;
  name: string;
  /** Since when nobody new is given it. */
  retired_at: Date | null;
}

export type PartialDB = { [tableName]: PostTable };
