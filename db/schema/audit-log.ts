import type { Json } from './json';

export const tableName = 'audit_log';

/** Who saw or did what. Append-only (a trigger refuses the rest); each row carries the hash of the one before. */
export interface AuditLogTable {
  n: number;
  at: Date;
  actor: string;
  role: string;
  action: string;
  /** What it was done to: `case/C-7K2M-94QD`, `api-key/1f…`. */
  subject: string;
  project: string | null;
  /** Codes and ids, never personal data. */
  details: Json<Record<string, unknown>>;
  previous: string;
  hash: string;
}

export type PartialDB = { [tableName]: AuditLogTable };
