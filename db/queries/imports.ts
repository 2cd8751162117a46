import { sql, type Kysely, type Selectable } from 'kysely';
import type { Instant } from '../../domain/instant';
import type { Database } from '../schema';
import type { ImportRowTable } from '../schema/import-row';
import type { ImportRunTable } from '../schema/import-run';
import { instantOf, timeOf } from '../time';
import { insertMany } from './insert-many';
import { beyond, countFound, cursorInstant, pageOf, type Page, type PageRequest } from './lists';

export type RowOutcome = ImportRowTable['outcome'];
export type Counts = Readonly<Record<RowOutcome, number>>;

/** What is wrong with a row. Never what stands in it. */
export interface RowError {
  /** Null: the row as a whole. */
  readonly field: string | null;
  readonly code: string;
  readonly expected: string;
}

export interface ImportedRow {
  readonly row: number;
  readonly outcome: RowOutcome;
  readonly ref: string | null;
  readonly errors: readonly RowError[];
}

export interface ReadColumn {
  /** `A`, `AB` */
  readonly column: string;
  readonly field: string | null;
}

export interface ImportRun {
  readonly id: string;
  readonly project: string;
  readonly kind: string;
  readonly dryRun: boolean;
  readonly state: ImportRunTable['state'];
  readonly code: string | null;
  readonly by: string;
  readonly format: string;
  readonly encoding: string | null;
  readonly columns: readonly ReadColumn[];
  readonly rows: number;
  readonly counts: Counts;
  readonly startedAt: Instant;
  readonly seenAt: Instant;
  readonly endedAt: Instant | null;
}

export const NO_COUNTS: Counts = { created: 0, changed: 0, unchanged: 0, refused: 0 };

export async function insertImport(db: Kysely<Database>, run: ImportRun): Promise<void> {
  const { id, project, kind, dryRun, state, code, by, format, encoding, columns, rows, counts } = run;
  await db
    .insertInto('import_run')
    .values({
      ...{ id, project, kind, state, code, format, encoding, ...counts },
      ...{ dry_run: dryRun, by_id: by, columns: JSON.stringify(columns), row_count: rows },
      ...{ started_at: timeOf(run.startedAt), seen_at: timeOf(run.seenAt), ended_at: timeOf(run.endedAt) },
    })
    .execute();
}

/** Whoever runs it is still there. */
export async function markSeen(db: Kysely<Database>, id: string, counts: Counts, at: Instant): Promise<void> {
  await db
    .updateTable('import_run')
    .set({ ...counts, seen_at: timeOf(at) })
    .where('id', '=', id)
    .where('state', '=', 'running')
    .execute();
}

export async function endImport(
  db: Kysely<Database>,
  id: string,
  end: { readonly state: ImportRun['state']; readonly code?: string; readonly counts: Counts; readonly at: Instant },
): Promise<void> {
  const { state, code = null, counts, at } = end;
  await db
    .updateTable('import_run')
    .set({ state, code, ...counts, seen_at: timeOf(at), ended_at: timeOf(at) })
    .where('id', '=', id)
    .execute();
}

export async function insertImportRows(db: Kysely<Database>, id: string, rows: readonly ImportedRow[]): Promise<void> {
  await insertMany(
    db,
    'import_row',
    rows.map((row) => ({ import: id, ...row })),
  );
}

export async function importById(db: Kysely<Database>, id: string): Promise<ImportRun | null> {
  const row = await db.selectFrom('import_run').selectAll().where('id', '=', id).executeTakeFirst();
  return row ? runOf(row) : null;
}

/** Newest first. @throws CursorError */
export async function listImports(
  db: Kysely<Database>,
  { project, limit, cursor }: PageRequest & { readonly project: string },
): Promise<Page<ImportRun>> {
  const found = db.selectFrom('import_run').where('project', '=', project);
  const after = cursor
    ? beyond([sql.ref('started_at'), sql.ref('id')], [timeOf(cursorInstant(cursor)), cursor.id], true)
    : sql<boolean>`true`;
  const [total, rows] = await Promise.all([
    countFound(db, found),
    found
      .selectAll()
      .where(after)
      .orderBy('started_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute(),
  ]);
  return pageOf(rows, limit, total, runOf, ({ started_at: at, id }) => ({ sort: [instantOf(at)], id }));
}

/** In the order of the file. */
export async function listImportRows(
  db: Kysely<Database>,
  query: PageRequest & { readonly id: string; readonly outcome?: RowOutcome | undefined },
): Promise<Page<ImportedRow>> {
  const { id, outcome, limit, cursor } = query;
  const found = db
    .selectFrom('import_row')
    .where('import', '=', id)
    .$if(outcome !== undefined, (all) => all.where('outcome', '=', outcome ?? 'refused'));
  const [total, rows] = await Promise.all([
    countFound(db, found),
    found
      .select(['row', 'outcome', 'ref', 'errors'])
      .$if(!!cursor, (all) => all.where('row', '>', Number(cursor?.id)))
      .orderBy('row')
      .limit(limit + 1)
      .execute(),
  ]);
  return pageOf<ImportedRow, ImportedRow>(
    rows,
    limit,
    total,
    (row) => row,
    ({ row }) => ({ sort: [], id: String(row) }),
  );
}

const runOf = (row: Selectable<ImportRunTable>): ImportRun => ({
  ...{ id: row.id, project: row.project, kind: row.kind, dryRun: row.dry_run, state: row.state, code: row.code },
  ...{ by: row.by_id, format: row.format, encoding: row.encoding, columns: row.columns, rows: row.row_count },
  counts: { created: row.created, changed: row.changed, unchanged: row.unchanged, refused: row.refused },
  startedAt: instantOf(row.started_at),
  seenAt: instantOf(row.seen_at),
  endedAt: instantOf(row.ended_at),
});

/** One file at a time writes into the ledger of a project. @returns false while another one does. */
export async function lockLedger(trx: Kysely<Database>, project: string): Promise<boolean> {
  const { rows } = await sql<{ locked: boolean }>`
    select pg_try_advisory_xact_lock(hashtextextended(${`import/${project}`}, 0)) as locked`.execute(trx);
  return rows[0]?.locked ?? false;
}
