import type { Json } from './json';

export const tableName = 'import_run';

/** A file with a ledger or with open cases, and how far its import has come. Nothing of what stands in it is kept. */
export interface ImportRunTable {
  id: string;
  project: string;
  /** As in its address: `households`, `rosters`; the path of a family: `complaints`. */
  kind: string;
  dry_run: boolean;
  /** `refused`: a row was, and nothing was written. `failed`: see `code`. */
  state: 'running' | 'done' | 'refused' | 'failed';
  code: string | null;
  /** Who sent it. */
  by_id: string;
  format: string;
  /** Of a CSV. */
  encoding: string | null;
  /** What each column was read as; null: it was not. */
  columns: Json<readonly { readonly column: string; readonly field: string | null }[]>;
  /** Rows below the headings. */
  row_count: number;
  created: number;
  changed: number;
  unchanged: number;
  refused: number;
  started_at: Date;
  /** Last sign of life of whoever runs it. */
  seen_at: Date;
  ended_at: Date | null;
}

export type PartialDB = { [tableName]: ImportRunTable };
