export const tableName = 'roster_override';

/** What is different with one line on one day; without times there is no shift. */
export interface RosterOverrideTable {
  id: string;
  project: string;
  line: string;
  day: string;
  from_time: string | null;
  to_time: string | null;
  since: Date;
  ended_at: Date | null;
}

export type PartialDB = { [tableName]: RosterOverrideTable };
