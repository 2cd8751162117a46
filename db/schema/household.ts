export const tableName = 'household';

/** A home; its room number lies in the vault under subject `household` and is found by a blind index. */
export interface HouseholdTable {
  id: string;
  project: string;
  building: string;
  unit: string | null;
  room_ref: string;
  room_index: string;
  care_colour: string | null;
  /** Its people live there now, in another project; then it is not found by its room any more. */
  moved_to: string | null;
  created_at: Date;
}

export type PartialDB = { [tableName]: HouseholdTable };
