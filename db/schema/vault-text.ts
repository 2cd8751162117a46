export const tableName = 'vault_text';

/** One encrypted text. Its associated data is `kind/id/ref`, so it opens only here. */
export interface VaultTextTable {
  ref: string;
  subject_kind: string;
  subject_id: string;
  cipher: string;
  /** base64url; together with the text it gives `digest`, which the journal keeps. */
  salt: string;
  digest: string;
  created_at: Date;
  /** From then on `cipher` and `salt` are empty, for good. */
  erased_at: Date | null;
}

export type PartialDB = { [tableName]: VaultTextTable };
