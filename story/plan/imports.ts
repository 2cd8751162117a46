import { extname } from 'node:path';
import { IMPORT_KINDS } from '../../api/imports/kinds';
import { CSV, XLSX } from '../../api/routes/imports';
import type { PolicyPath } from '../../common/policy/issues';
import type { StoryImport } from '../format/imports';
import type { Context } from './context';
import { fileBeside, type Asking } from './asking';

type Row = NonNullable<StoryImport['rows']>[number];

/** The request that an import stands for. */
export function planImport(
  written: StoryImport,
  query: Readonly<Record<string, string>>,
  context: Context,
  path: PolicyPath,
  file: string,
): Asking & { readonly names: ReadonlyMap<number, string> } {
  const { kind, project = context.cast.projects[0]?.id ?? '', rows } = written;
  if (!context.cast.hasProject(project)) {
    const known = context.cast.projects.map(({ id }) => id);
    context.wrong([...path, 'project'], `a project of this story: ${known.join(', ')}`, 'unknown-name', known);
  }
  const isWorkbook = extname(written.file ?? '').toLowerCase() === '.xlsx';
  return {
    ...{ title: `import ${kind}`, method: 'POST', path: `/api/v1/projects/${project}/imports/${kind}`, query },
    headers: { 'Content-Type': isWorkbook ? XLSX : CSV },
    body: rows
      ? { kind: 'text', text: tableOf(kind, rows, context, path) }
      : fileBeside(written.file ?? '', context, [...path, 'file'], file),
    ...{
      save: {},
      about: null,
      names: rows && query['dryRun'] === undefined ? namesOf(rows, context, path) : new Map(),
    },
  };
}

/** A CSV with the fields as its headings. */
function tableOf(kind: string, rows: readonly Row[], context: Context, path: PolicyPath): string {
  const columns = IMPORT_KINDS.find(({ name }) => name === kind)?.columns ?? [];
  const used = columns.filter(({ field }) => rows.some((row) => row[field] !== undefined));
  const lines = rows.map((row, index) =>
    used.map(({ field, type }) => {
      const value = row[field];
      if (type.is !== 'instant') return value;
      return context.instantText(value ?? null, [...path, 'rows', index, field]);
    }),
  );
  return [used.map(({ field }) => field), ...lines].map((line) => line.map(quoted).join(',')).join('\n');
}

function quoted(value: unknown): string {
  if (value === undefined || value === null) return '';
  const text = Array.isArray(value) ? value.join('、') : String(value);
  return `"${text.replaceAll('"', '""')}"`;
}

/** Rows are counted as in a sheet: the headings are the first. */
const FIRST_ROW = 2;

function namesOf(rows: readonly Row[], context: Context, path: PolicyPath): Map<number, string> {
  const names = new Map<number, string>();
  for (const [index, row] of rows.entries()) {
    const name = row['case'];
    if (typeof name !== 'string') continue;
    if (context.cases.includes(name)) {
      context.wrong([...path, 'rows', index, 'case'], `a name that no case before has: ${context.cases.join(', ')}`);
    } else context.cases.push(name);
    names.set(index + FIRST_ROW, name);
  }
  return names;
}
