import type { Role } from '../../domain/actor';

export const tableName = 'session';

/** A login that a browser keeps. */
export interface SessionTable {
  id: string;
  /** SHA-256 of the secret in the cookie, hex. */
  hash: string;
  /** Id of the person. */
  holder: string;
  /** What he logged in with: a key's id, or `identity:…`. It is looked at with every request. */
  key_id: string;
  role: Role;
  /** `Chrome, Windows`: words of ours, made of what the browser says of itself. */
  device: string;
  created_at: Date;
  seen_at: Date;
  ends_at: Date;
  ended_at: Date | null;
}

export type PartialDB = { [tableName]: SessionTable };
