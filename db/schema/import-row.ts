import type { Json } from './json';

export const tableName = 'import_row';

/** What became of a row of an imported file. Numbers, codes and ids: never what stands in it. */
export interface ImportRowTable {
  import: string;
  /** As the spreadsheet counts it, from 1. */
  row: number;
  outcome: 'created' | 'changed' | 'unchanged' | 'refused';
  /** What it is about: id of the resident or the home, of the colleague, asset, roster line …; number of the case. */
  ref: string | null;
  errors: Json<readonly { readonly field: string | null; readonly code: string; readonly expected: string }[]>;
}

export type PartialDB = { [tableName]: ImportRowTable };
