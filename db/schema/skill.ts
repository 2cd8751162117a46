export const tableName = 'skill';

/** What somebody can or may do: a certificate, a trade. */
export interface SkillTable {
  project: string;
  id: string;
  name: string;
  retired_at: Date | null;
}

export type PartialDB = { [tableName]: SkillTable };
