export const tableName = 'substitution';

/** Somebody stands in for somebody else. */
export interface SubstitutionTable {
  id: string;
  project: string;
  staff: string;
  by_staff: string;
  from_at: Date;
  to_at: Date;
  since: Date;
  ended_at: Date | null;
}

export type PartialDB = { [tableName]: SubstitutionTable };
