export const tableName = 'resident';

/** Somebody who lives in a home; name and phone lie in the vault under subject `resident`. */
export interface ResidentTable {
  id: string;
  household: string;
  project: string;
  name_ref: string;
  name_index: string;
  phone_ref: string | null;
  phone_index: string | null;
  /** Null: not filled yet. Empty: there are none. */
  initials_index: string | null;
  /** Language tag that he is written to in; null: the default. */
  language: string | null;
  created_at: Date;
}

export type PartialDB = { [tableName]: ResidentTable };
