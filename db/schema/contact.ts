export const tableName = 'contact';

/** Where a person is reached; the address itself lies in the vault under his own subject. */
export interface ContactTable {
  subject_kind: 'staff' | 'resident';
  subject_id: string;
  channel: 'email';
  /** Of a resident; null for staff, who work in several. */
  project: string | null;
  value_ref: string;
  created_at: Date;
}

export type PartialDB = { [tableName]: ContactTable };
