export const tableName = 'company';

export interface CompanyTable {
  id: string;
  name: string;
  created_at: Date;
}

export type PartialDB = { [tableName]: CompanyTable };
