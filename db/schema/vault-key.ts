export const tableName = 'vault_key';

/** Data key of a subject, wrapped by the vault keyring. Deleting the row makes his texts unreadable for ever. */
export interface VaultKeyTable {
  subject_kind: string;
  subject_id: string;
  wrapped: string;
  created_at: Date;
}

export type PartialDB = { [tableName]: VaultKeyTable };
