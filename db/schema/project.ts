export const tableName = 'project';

/** An estate that the company looks after (项目). */
export interface ProjectTable {
  id: string;
  company: string;
  name: string;
  /** IANA zone of its calendars and local days. */
  zone: string;
  created_at: Date;
}

export type PartialDB = { [tableName]: ProjectTable };
