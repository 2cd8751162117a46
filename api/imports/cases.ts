import { z } from 'zod';
import type { ImportedRow, RowError } from '../../db/queries/imports';
import { MANAGERS } from '../../domain/actor';
import { rehearseStart, startCase, type StartRequest } from '../cases/start';
import type { Startable } from '../families/startable';
import { requestHash } from '../http/idempotency';
import { Problem } from '../http/problem';
import { check } from '../http/validate';
import type { NewReport } from '../schemas/report';
import { codeOf } from './cells';
import type { Column } from './columns';
import { wholeRoom } from './households';
import { refusedRow, type CaseKind, type Work } from './kind';

const COLUMNS: readonly Column[] = [
  { field: 'externalNo', type: { is: 'text' }, isRequired: true },
  { field: 'reportedAt', type: { is: 'instant' }, isRequired: true },
  { field: 'channel', type: { is: 'code', vocabulary: 'channel' }, isRequired: true },
  { field: 'matter', type: { is: 'text' }, isRequired: true },
  { field: 'subtype', type: { is: 'text' }, isRequired: true },
  { field: 'priority', type: { is: 'code', vocabulary: 'priority' } },
  { field: 'building', type: { is: 'text' } },
  { field: 'unit', type: { is: 'text' } },
  { field: 'room', type: { is: 'text' } },
  { field: 'asset', type: { is: 'text' } },
  { field: 'name', type: { is: 'text' } },
  { field: 'phone', type: { is: 'text' } },
  { field: 'expectedResolutionAt', type: { is: 'instant' } },
  { field: 'departments', type: { is: 'list' } },
];

/** What the other system has and ours does not: its number, and that the report has an instant. */
const own = z.object({ externalNo: z.string().min(1).max(80), reportedAt: z.string(), subtype: z.string() });

/** Open cases of a family, from another system. Each row becomes a running case by the start of the family itself. */
export function casesOf(entry: Startable): CaseKind {
  return {
    is: 'cases',
    name: entry.path,
    roles: MANAGERS,
    maxRows: 10_000,
    columns: COLUMNS.filter(({ field }) => field !== 'departments' || field in entry.body.shape),
    take: (work, row, cells) => take(entry, work, row, cells),
  };
}

/** What holds up every row, and not this one: the rest is not tried, and the same file can be sent again. */
const HOLDS_UP: readonly string[] = ['engine-unavailable', 'database-unavailable', 'unknown-policy'];

async function take(
  entry: Startable,
  work: Work,
  row: number,
  cells: Readonly<Record<string, unknown>>,
): Promise<ImportedRow> {
  const request = await requestOf(entry, work, cells);
  if (Array.isArray(request)) return refusedRow(row, request);
  const { deps, dryRun } = work;
  try {
    if (dryRun) {
      const before = await rehearseStart(deps, request);
      return { row, outcome: before === null ? 'created' : 'unchanged', ref: before, errors: [] };
    }
    const { no, isRepeated } = await startCase(deps, request);
    return { row, outcome: isRepeated ? 'unchanged' : 'created', ref: no, errors: [] };
  } catch (error) {
    if (!(error instanceof Problem) || HOLDS_UP.includes(error.code)) throw error;
    return refusedRow(row, [refusalOf(error)]);
  }
}

/** A number that was imported before with other contents is left as it is: the case has its own life by now. */
function refusalOf({ code }: Problem): RowError {
  if (code !== 'idempotency-mismatch') return { field: null, code, expected: 'see the meaning of the code' };
  return { field: 'externalNo', code: 'imported-otherwise', expected: 'what was imported with this number before' };
}

async function requestOf(
  entry: Startable,
  { deps, principal, project }: Work,
  cells: Readonly<Record<string, unknown>>,
): Promise<StartRequest | RowError[]> {
  const basics = check(own, cells, 'body');
  const policy = await deps.directory.currentPolicy(entry.family.name);
  const subtype = cells.subtype;
  const body = bodyOf(project.id, {
    ...cells,
    subtype: typeof subtype === 'string' && policy ? codeOf('subtype', subtype, entry.subtypes?.(policy)) : subtype,
  });
  const checked = check(entry.body, body, 'body');
  const errors = [...(basics.errors ?? []), ...(checked.errors ?? [])];
  if (errors.length > 0 || !basics.value || !checked.value) return rowErrors(errors);
  // No header can hold a blank, so nobody's own key is one of these.
  const key = `import ${entry.path} ${basics.value.externalNo}`;
  const idempotency = { key, requestHash: requestHash({ method: 'IMPORT', path: entry.path, body }) };
  const report = checked.value as unknown as NewReport;
  return { entry, body: report, principal, idempotency, now: deps.clock.now(), isImported: true };
}

/** The body of `POST /complaints` that a row stands for. */
function bodyOf(project: string, cells: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const {
    externalNo: _,
    building,
    unit,
    room,
    asset,
    name,
    phone,
    ...rest
  } = cells as Readonly<Record<string, string>>;
  const whole = room !== undefined && building !== undefined ? wholeRoom({ building, unit, room }) : room;
  const place = filled({ building, unit, room: whole, asset });
  const caller = filled({ name, phone });
  return { project, ...rest, ...(place ? { place } : {}), ...(caller ? { caller } : {}) };
}

function filled(fields: Readonly<Record<string, string | undefined>>): object | null {
  const said = Object.entries(fields).filter(([, value]) => value !== undefined);
  return said.length === 0 ? null : Object.fromEntries(said);
}

/** `/place/room` is the column `room`. One per field. */
export function rowErrors(
  errors: readonly { readonly pointer?: string; readonly code: string; readonly expected: string }[],
): RowError[] {
  const named = errors.map(({ pointer = '', code, expected }): RowError => {
    const field = pointer.split('/').findLast((part) => part !== '' && !/^\d+$/.test(part)) ?? null;
    return { field, code, expected };
  });
  return named.filter(({ field }, index) => named.findIndex((each) => each.field === field) === index);
}
