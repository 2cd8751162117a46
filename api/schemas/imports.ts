import { z } from 'zod';
import { pageOf } from '../paging';
import { at, atOrNull } from './parts';

/** Files with a ledger or with open cases, and what became of their rows. */

export const rowOutcome = z.enum(['created', 'changed', 'unchanged', 'refused']).meta({ id: 'ImportedRowOutcome' });

export const importRun = z
  .object({
    id: z.string(),
    project: z.string(),
    kind: z.string(),
    dryRun: z.boolean(),
    state: z.enum(['running', 'done', 'refused', 'failed', 'interrupted']).meta({
      id: 'ImportState',
      description:
        'refused: a row of a ledger was, and nothing was written. failed: see code. interrupted: whoever ran it is gone; of a ledger nothing was written, of cases those that are in the rows. Send the file again.',
    }),
    /** Why it failed. */
    code: z.string().nullable(),
    by: z.string(),
    format: z.enum(['csv', 'xlsx']).meta({ id: 'ImportFormat' }),
    /** What a CSV was read as. */
    encoding: z.string().nullable(),
    columns: z.array(
      z
        .object({ column: z.string(), field: z.string().nullable() })
        .meta({ id: 'ImportColumn', description: 'What a column was read as; field null: it was left out' }),
    ),
    /** Below the headings, empty ones not counted. */
    rows: z.int(),
    counts: z
      .object({ created: z.int(), changed: z.int(), unchanged: z.int(), refused: z.int() })
      .meta({ id: 'ImportCounts', description: 'Of a dry run, and where rows were refused: what would be' }),
    startedAt: at,
    endedAt: atOrNull,
  })
  .meta({ id: 'ImportRun' });

export const importList = pageOf(importRun, 'ImportList');

export const importRows = pageOf(
  z
    .object({
      row: z.int().meta({ description: 'As the spreadsheet counts it, from 1' }),
      outcome: rowOutcome,
      ref: z.string().nullable().meta({
        description:
          'Id of the resident or the home, of the colleague, asset, department, post, skill, zone, roster line or stand-in; number of the case',
      }),
      errors: z.array(
        z
          .object({ field: z.string().nullable(), code: z.string(), expected: z.string() })
          .meta({ id: 'ImportedRowError', description: 'field null: the row as a whole' }),
      ),
    })
    .meta({ id: 'ImportedRow', description: 'Numbers, fields, codes and ids; never what stands in a cell' }),
  'ImportedRows',
);
