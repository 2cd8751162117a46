export const tableName = 'project_calendar';

/** Holidays and working days (调休) of a project. A new version for every change: running cases keep theirs. */
export interface ProjectCalendarTable {
  project: string;
  version: number;
  /** Local dates, ascending. */
  holidays: string[];
  workdays: string[];
  created_at: Date;
}

export type PartialDB = { [tableName]: ProjectCalendarTable };
