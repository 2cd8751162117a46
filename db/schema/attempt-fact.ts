export const tableName = 'attempt_fact';

/** One attempt to get an answer from the resident. */
export interface AttemptFactTable {
  case_no: string;
  seq: number;
  project: string;
  obligation_id: string;
  number: number;
  of: number;
  at: Date;
}

export type PartialDB = { [tableName]: AttemptFactTable };
