export const tableName = 'erasure';

/** A person, or a case that he reported, of whom nothing personal is left. */
export interface ErasureTable {
  /** `resident` or `case`. */
  subject_kind: string;
  subject_id: string;
  /** Whose wish it was. */
  resident: string;
  /** The first time. */
  at: Date;
}

export type PartialDB = { [tableName]: ErasureTable };
