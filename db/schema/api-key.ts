import type { Role } from '../../domain/actor';

export const tableName = 'api_key';

/** A personal or machine key; the key itself is shown once and never stored. */
export interface ApiKeyTable {
  id: string;
  /** SHA-256 of the secret, hex. */
  hash: string;
  label: string;
  role: Role;
  staff: string | null;
  resident: string | null;
  household: string | null;
  /** null: all projects. */
  projects: string[] | null;
  created_at: Date;
  created_by: string;
  expires_at: Date | null;
  revoked_at: Date | null;
  last_used_at: Date | null;
}

export type PartialDB = { [tableName]: ApiKeyTable };
