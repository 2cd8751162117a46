import { setTimeout } from 'node:timers/promises';
import { readSheet, SheetError, type Sheet } from '../../common/sheet';
import { findProject } from '../../db/queries/directory';
import { importById, insertImport, NO_COUNTS, type ImportRun } from '../../db/queries/imports';
import type { ApiDeps } from '../deps';
import { requireProject, type Principal } from '../http/access';
import type { Idempotency } from '../http/idempotency';
import { problem } from '../http/problem';
import { makeOnce } from '../resources/once';
import { layoutOf, readColumns } from './columns';
import type { ImportKind } from './kind';
import { runImport } from './run';

/** Columns that a sheet may have. */
const MAX_COLUMNS = 200;
/** Bytes of a workbook, unpacked: several times what 100,000 rows take. */
const MAX_UNPACKED = 256 * 1024 * 1024;
/** A title, remarks, the headings. */
const ROWS_ABOVE = 20;
/** Whoever sends a file waits so long for its end, milliseconds; then he is told where to look. */
const WAIT = 10_000;

interface Sending {
  readonly principal: Principal;
  readonly now: number;
  readonly idempotency: Idempotency | null;
}

interface Sent {
  readonly kind: ImportKind;
  readonly project: string;
  readonly dryRun: boolean;
  readonly bytes: Buffer;
}

/**
 * Takes a file. A file that can't be read is refused as a whole and leaves nothing; what is wrong with a row stands in
 * the results. With an idempotency key the same file is run once.
 * @returns the import, ended or still running.
 * @throws Problem not-found, not-a-sheet, sheet-too-big, headings-missing, heading-twice, idempotency-mismatch
 */
export async function receiveImport(deps: ApiDeps, by: Sending, sent: Sent): Promise<ImportRun> {
  const { kind, dryRun, bytes } = sent;
  const { db } = deps.database;
  const { principal, now } = by;
  const project = await findProject(db, sent.project);
  if (!project) throw problem('not-found');
  const sheet = await sheetOf(bytes, kind.maxRows + ROWS_ABOVE);
  const layout = layoutOf(kind.columns, sheet.rows);
  if (layout.rows.length > kind.maxRows) throw problem('sheet-too-big', { what: 'rows', limit: kind.maxRows });
  const details = { kind: kind.name, dryRun, rows: layout.rows.length };
  const making = { ...by, kind: 'import', letter: 'imp', project: project.id, details } as const;
  let isNew = false;
  const id = await makeOnce(deps, making, async (trx, made) => {
    await insertImport(trx, {
      ...{ id: made, project: project.id, kind: kind.name, dryRun, state: 'running', code: null, by: principal.id },
      ...{ format: sheet.format, encoding: sheet.encoding, columns: readColumns(layout), rows: layout.rows.length },
      ...{ counts: NO_COUNTS, startedAt: now, seenAt: deps.clock.now(), endedAt: null },
    });
    isNew = true;
  });
  if (isNew) {
    const work = { deps, principal, project, dryRun, now };
    await inTime(runImport({ id, work, kind, layout }));
  }
  return visibleImport(deps, principal, id);
}

async function sheetOf(bytes: Buffer, rows: number): Promise<Sheet> {
  try {
    return await readSheet(bytes, { rows, columns: MAX_COLUMNS, unpacked: MAX_UNPACKED });
  } catch (error) {
    if (!(error instanceof SheetError)) throw error;
    const { code, expected } = error;
    if (code === 'not-a-sheet') throw problem(code, { expected }, { cause: error });
    const what = code.slice('too-many-'.length);
    const limit = what === 'rows' ? rows - ROWS_ABOVE : Number(expected);
    throw problem('sheet-too-big', { what, limit }, { cause: error });
  }
}

async function inTime(work: Promise<void>): Promise<void> {
  const done = new AbortController();
  const waited = setTimeout(WAIT, undefined, { signal: done.signal }).catch(() => undefined);
  await Promise.race([work, waited]);
  done.abort();
}

/** @throws Problem not-found for one of another project, as if it were not there */
export async function visibleImport(deps: ApiDeps, principal: Principal, id: string): Promise<ImportRun> {
  const found = await importById(deps.database.db, id);
  if (!found) throw problem('not-found');
  requireProject(principal, found.project);
  return found;
}
