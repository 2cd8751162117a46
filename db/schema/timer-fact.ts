export const tableName = 'timer_fact';

/** Lateness of the engine itself. */
export interface TimerFactTable {
  case_no: string;
  seq: number;
  project: string;
  purpose: string;
  obligation_id: string | null;
  planned_at: Date;
  fired_at: Date;
}

export type PartialDB = { [tableName]: TimerFactTable };
