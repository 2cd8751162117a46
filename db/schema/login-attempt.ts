export const tableName = 'login_attempt';

/** Somebody who was sent to the identity provider and is not back yet. */
export interface LoginAttemptTable {
  /** SHA-256 of the state that he brings back, hex. */
  id: string;
  /** What the answer is compared with, sealed by the vault keyring. */
  sealed: string;
  created_at: Date;
}

export type PartialDB = { [tableName]: LoginAttemptTable };
