export const tableName = 'draft';

/** What somebody has begun to write. Its data key lies beside it and goes with it. */
export interface DraftTable {
  /** Id of the person. */
  owner: string;
  key: string;
  /** Data key, wrapped by the vault keyring. */
  wrapped: string;
  cipher: string;
  updated_at: Date;
}

export type PartialDB = { [tableName]: DraftTable };
