import type { Kysely } from 'kysely';
import { z } from 'zod';
import { shortId } from '../../common/ids';
import type { ImportedRow, RowError } from '../../db/queries/imports';
import { currentSubstitutions, isStoodInFor, type StoredSubstitution } from '../../db/queries/roster-write';
import type { Database } from '../../db/schema';
import { PLANNERS } from '../resources/authority';
import type { Deed } from '../resources/record';
import { requireStandIn, writeSubstitute } from '../resources/roster';
import { isLasting, isOther, lasting, other, substituteInput } from '../schemas/roster';
import { duplicateOf, ledger, refusalOf, refusedRow, Seen, type Decision, type ReadRow, type Work } from './kind';
import { isSomebody, People, said, somebody, whoColumns } from './people';

const { from, to } = substituteInput.shape;

/** Somebody stands in for somebody else for a while. */
const schema = z
  .strictObject({ ...whoColumns, by: said, from, to })
  .refine(isLasting, lasting())
  .refine(isSomebody, somebody());

type Row = z.output<typeof schema>;

export const substitutes = ledger<Row, Row>({
  is: 'ledger',
  name: 'substitutes',
  roles: PLANNERS,
  maxRows: 2_000,
  columns: [
    { field: 'staff', heading: 'away', type: { is: 'text' } },
    { field: 'name', type: { is: 'text' } },
    { field: 'by', type: { is: 'text' }, isRequired: true },
    { field: 'from', heading: 'away-from', type: { is: 'instant' }, isRequired: true },
    { field: 'to', heading: 'away-to', type: { is: 'instant' }, isRequired: true },
  ],
  schema,
  prepare: (_work, value) => value,
  decide,
});

type Wanted = Omit<StoredSubstitution, 'project'>;

interface Planned {
  readonly row: number;
  readonly wanted: Wanted;
}

async function decide(work: Work, trx: Kysely<Database>, rows: readonly ReadRow<Row>[]): Promise<Decision> {
  const project = work.project.id;
  const all = await currentSubstitutions(trx, { project, after: 0 });
  const before = new Map(all.map((each) => [keyOf(each), each.id]));
  const people = await People.of(work, trx);
  const seen = new Seen();
  const planned: Planned[] = [];
  const outcomes: ImportedRow[] = [];
  for (const { row, value } of rows) {
    const away = people.who(value);
    const standIn = people.find(value.by, 'by');
    const wrong = [away, standIn].flatMap(({ error }) => error ?? []);
    if (away.id === undefined || standIn.id === undefined) {
      outcomes.push(refusedRow(row, wrong));
      continue;
    }
    const wanted = { staff: away.id, by: standIn.id, from: value.from, to: value.to };
    const first = seen.before(keyOf(wanted), row);
    const known = before.get(keyOf(wanted));
    if (first === null && known !== undefined) {
      outcomes.push({ row, outcome: 'unchanged', ref: known, errors: [] });
      continue;
    }
    const earlier = planned.find((each) => overlaps(each.wanted, wanted))?.row ?? null;
    const refusal = first === null ? await refusalFor(trx, project, wanted, earlier) : duplicateOf(null, first);
    if (refusal) outcomes.push(refusedRow(row, [refusal]));
    else {
      const id = shortId(work.deps.ids, 'sub');
      planned.push({ row, wanted: { ...wanted, id } });
      outcomes.push({ row, outcome: 'created', ref: id, errors: [] });
    }
  }
  return {
    outcomes,
    write: (to) => write(work, to, planned),
  };
}

type Said = Omit<Wanted, 'id'>;

const keyOf = ({ staff, by, from: begins, to: ends }: Said): string => JSON.stringify([staff, by, begins, ends]);

/** At most one person stands in for another at a time; of one file the database does not know yet. */
const overlaps = (a: Said, b: Said): boolean => a.staff === b.staff && a.from < b.to && b.from < a.to;

async function refusalFor(
  trx: Kysely<Database>,
  project: string,
  wanted: Said,
  earlier: number | null,
): Promise<RowError | null> {
  if (!isOther(wanted)) return { field: 'by', code: 'not-acceptable', expected: other().message };
  const refused = await refusalOf('by', 'somebody who holds a role of whoever is away', () =>
    requireStandIn(trx, project, wanted),
  );
  if (refused) return refused;
  if (earlier !== null) {
    return {
      field: 'from',
      code: 'conflict',
      expected: `nobody else who stands in for him then, as in row ${earlier}`,
    };
  }
  const isTaken = await isStoodInFor(trx, { project, ...wanted });
  return isTaken ? { field: 'from', code: 'conflict', expected: 'nobody else who stands in for him then' } : null;
}

async function write({ project, now }: Work, trx: Kysely<Database>, planned: readonly Planned[]): Promise<Deed[]> {
  const deeds: Deed[] = [];
  for (const {
    wanted: { id, ...wanted },
  } of planned) {
    deeds.push(await writeSubstitute(trx, now, { project: project.id, id }, wanted));
  }
  return deeds;
}
