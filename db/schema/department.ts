export const tableName = 'department';

export interface DepartmentTable {
  project: string;
  /** `engineering`: the word that policies and parts of a case use. */
  id: string;
  name: string;
}

export type PartialDB = { [tableName]: DepartmentTable };
