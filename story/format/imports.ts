import { z } from 'zod';
import { IMPORT_KINDS } from '../../api/imports/kinds';
import { oneOf, strict } from '../../common/policy/scalars';
import { report } from '../../common/policy/issues';
import { either, isList, listOf, mapping, name, text } from './values';

/** Ledgers and open cases from a file, or from rows that the story writes itself (docs/stories.md "Imports"). */

const kinds = IMPORT_KINDS.map((kind) => kind.name);
const single = z.union([z.string(), z.number(), z.boolean()], { error: 'a value' });
const cell = either(isList, listOf(single, 'values'), single);

export const importStep = strict({
  kind: oneOf(kinds, 'a kind of import'),
  /** The first one where it is left out. */
  project: name.optional(),
  /** Beside the story: a CSV or a workbook. */
  file: text.optional(),
  /** By the fields of docs/import.md; of open cases also `case`, the name that each gets. */
  rows: listOf(mapping(cell, 'a row: values by column'), 'rows').optional(),
}).superRefine(({ kind, file, rows }, ctx) => {
  if ((file === undefined) === (rows === undefined)) report(ctx, 'contradiction', 'either "file" or "rows"');
  const columns = columnsOf(kind);
  for (const [index, row] of (rows ?? []).entries()) {
    for (const key of Object.keys(row).filter((key) => !columns.includes(key))) {
      ctx.addIssue({
        ...{ code: 'unrecognized_keys', keys: [key], message: columns.join(', '), path: ['rows', index] },
        input: { ...row },
      });
    }
  }
});
export type StoryImport = z.output<typeof importStep>;

/** What a row of a story may say. */
function columnsOf(kind: string): string[] {
  const found = IMPORT_KINDS.find((each) => each.name === kind);
  const fields = (found?.columns ?? []).map(({ field }) => field);
  return found?.is === 'cases' ? [...fields, 'case'] : fields;
}
