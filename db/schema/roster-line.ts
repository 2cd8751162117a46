import type { Role } from '../../domain/actor';

export const tableName = 'roster_line';

/** One person's shift, week after week (domain/roster.ts). A change ends the revision and begins the next. */
export interface RosterLineTable {
  id: string;
  revision: number;
  project: string;
  staff: string;
  role: Role;
  post: string | null;
  /** Local `HH:MM`. */
  from_time: string;
  to_time: string;
  /** `12345` is Monday to Friday. */
  weekdays: string;
  first_day: string;
  last_day: string | null;
  since: Date;
  ended_at: Date | null;
}

export type PartialDB = { [tableName]: RosterLineTable };
