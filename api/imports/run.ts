import type { SheetRow } from '../../common/sheet';
import { databaseCode, isTransient } from '../../db/database';
import {
  endImport,
  insertImportRows,
  lockLedger,
  markSeen,
  NO_COUNTS,
  type Counts,
  type ImportedRow,
} from '../../db/queries/imports';
import { Problem, problem } from '../http/problem';
import { check } from '../http/validate';
import { recordDeed, recordDeeds } from '../resources/record';
import { rowErrors } from './cases';
import { readCells } from './cells';
import type { Layout } from './columns';
import {
  duplicateOf,
  mapInTurns,
  refusedRow,
  RowRefusal,
  Seen,
  type CaseKind,
  type ImportKind,
  type LedgerKind,
  type ReadRow,
  type Work,
} from './kind';

/** One that is to be run; its row in the table is there. */
export interface Running {
  readonly id: string;
  readonly work: Work;
  readonly kind: ImportKind;
  readonly layout: Layout;
}

/** How often it says that it is still alive. Milliseconds. */
const SIGN_OF_LIFE = 5_000;

/** Runs it to its end, and writes down how it ended. Never throws: nobody may be waiting any more. */
export async function runImport(running: Running): Promise<void> {
  const { id, work, kind } = running;
  const { database, clock, logger } = work.deps;
  const progress: { counts: Counts } = { counts: NO_COUNTS };
  const timer = setInterval(() => {
    markSeen(database.db, id, progress.counts, clock.now()).catch(() => undefined);
  }, SIGN_OF_LIFE);
  timer.unref();
  try {
    if (kind.is === 'ledger') await runLedger(running, kind);
    else await runCases(running, kind, progress);
  } catch (error) {
    const code = error instanceof Problem ? error.code : isTransient(error) ? 'database-unavailable' : 'internal-error';
    if (code === 'internal-error') logger.error({ error, import: id, code: databaseCode(error) }, 'an import failed');
    const end = { state: 'failed', code, counts: progress.counts, at: clock.now() } as const;
    // Where this can't be written either, it is seen by the sign of life that does not come.
    await endImport(database.db, id, end).catch(() => undefined);
  } finally {
    clearInterval(timer);
  }
}

/** All rows in one transaction: written when none is refused, and only then. */
async function runLedger({ id, work, layout }: Running, kind: LedgerKind): Promise<void> {
  const good: ReadRow<never>[] = [];
  const refused: ImportedRow[] = [];
  for (const read of await mapInTurns(layout.rows, (row) => readRow(kind, work, row, layout))) {
    if ('value' in read) good.push(read);
    else refused.push(read);
  }
  const { deps, principal, project, dryRun } = work;
  await deps.database.db.transaction().execute(async (trx) => {
    if (!(await lockLedger(trx, project.id))) throw problem('import-under-way');
    const decision = await kind.decide(work, trx, good);
    const outcomes = [...refused, ...decision.outcomes].sort((a, b) => a.row - b.row);
    const counts = addedTo(NO_COUNTS, outcomes);
    const isWritten = counts.refused === 0 && !dryRun;
    const deeds = isWritten ? await decision.write(trx) : [];
    await insertImportRows(trx, id, outcomes);
    const state = counts.refused > 0 ? 'refused' : 'done';
    await endImport(trx, id, { state, counts, at: deps.clock.now() });
    // The log has one writer at a time: it is held for as short as it can be.
    const by = { principal, now: work.now };
    if (isWritten) await recordDeeds(trx, by, [...deeds, applied(id, work, counts)]);
  });
}

const applied = (id: string, { project }: Work, counts: Counts) => ({
  action: 'import.apply',
  subject: `import/${id}`,
  project: project.id,
  details: counts,
});

function readRow(kind: LedgerKind, work: Work, row: SheetRow, { columns }: Layout): ReadRow<never> | ImportedRow {
  const { fields, errors } = readCells(row, columns, work.project.zone);
  const checked = check(kind.schema, fields, 'body');
  const found = [...errors, ...rowErrors(checked.errors ?? []).filter(({ field }) => !hasError(errors, field))];
  if (found.length > 0) return refusedRow(row.row, found);
  try {
    return { row: row.row, value: kind.prepare(work, checked.value as never) };
  } catch (error) {
    if (error instanceof RowRefusal) return refusedRow(row.row, error.errors);
    throw error;
  }
}

const hasError = (errors: ImportedRow['errors'], field: string | null): boolean =>
  errors.some((error) => error.field === field);

/** Cases that are started at once. */
const AT_ONCE = 8;

/** Each row for itself, and what became of it is kept at once. @throws what holds up the rest */
async function runCases({ id, work, layout }: Running, kind: CaseKind, progress: { counts: Counts }): Promise<void> {
  const { db } = work.deps.database;
  const seen = new Seen();
  for (let from = 0; from < layout.rows.length; from += AT_ONCE) {
    const rows = layout.rows.slice(from, from + AT_ONCE);
    const taken = await Promise.allSettled(rows.map((row) => takeRow(kind, work, row, layout, seen)));
    const outcomes = taken.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    await insertImportRows(db, id, outcomes);
    progress.counts = addedTo(progress.counts, outcomes);
    const failed = taken.find((each) => each.status === 'rejected');
    if (failed) throw failed.reason;
  }
  const { deps, principal, dryRun, now } = work;
  await db.transaction().execute(async (trx) => {
    await endImport(trx, id, { state: 'done', counts: progress.counts, at: deps.clock.now() });
    if (!dryRun) await recordDeed(trx, { principal, now }, applied(id, work, progress.counts));
  });
}

async function takeRow(kind: CaseKind, work: Work, sheetRow: SheetRow, { columns }: Layout, seen: Seen) {
  const { row } = sheetRow;
  const { fields, errors } = readCells(sheetRow, columns, work.project.zone);
  if (errors.length > 0) return refusedRow(row, errors);
  const { externalNo } = fields;
  const first = typeof externalNo === 'string' ? seen.before(externalNo, row) : null;
  return first === null ? kind.take(work, row, fields) : refusedRow(row, [duplicateOf('externalNo', first)]);
}

function addedTo(before: Counts, outcomes: readonly ImportedRow[]): Counts {
  const counts = { ...before };
  for (const { outcome } of outcomes) counts[outcome] += 1;
  return counts;
}
