export const tableName = 'department';

export interface DepartmentTable {
  project: string;
  /** `engineering`: the word that policies and parts of a case use. */
  id: string;
  name: string;
  retired_at: Date | null;
}

export type PartialDB = { [tableName]: DepartmentTable };
