export const tableName = 'resident_former';

/** What a resident's name or telephone was: its blind index, as long as he is not erased. */
export interface ResidentFormerTable {
  resident: string;
  field: 'name' | 'phone';
  value_index: string;
  until: Date;
  /** By hand: a ledger that still says it is behind. False: by another ledger. */
  corrected: boolean;
}

export type PartialDB = { [tableName]: ResidentFormerTable };
