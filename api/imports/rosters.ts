import type { Kysely } from 'kysely';
import { z } from 'zod';
import { shortId } from '../../common/ids';
import type { ImportedRow, RowError } from '../../db/queries/imports';
import { listNamed } from '../../db/queries/named-lists';
import { currentLines } from '../../db/queries/roster-write';
import type { Database } from '../../db/schema';
import type { RosterLine } from '../../domain/roster';
import { PLANNERS } from '../resources/authority';
import type { Deed } from '../resources/record';
import { requireShift, rewriteLine, writeLine, type LineInput } from '../resources/roster';
import { localDate } from '../schemas/places';
import { forward, isForward, rosterLineInput } from '../schemas/roster';
import { Entries } from './entries';
import { duplicateOf, ledger, refusalOf, refusedRow, Seen, type Decision, type ReadRow, type Work } from './kind';
import { isSomebody, People, said, somebody, whoColumns } from './people';

const { role, from, to, weekdays, firstDay } = rosterLineInput.shape;

/** A line of the roster: somebody's shift, week after week. */
const schema = z
  .strictObject({
    ...{ ...whoColumns, role, from, to, firstDay },
    /** By id or name. */
    post: said.optional(),
    /** Every day where it is left out. */
    weekdays: weekdays.default([1, 2, 3, 4, 5, 6, 7]),
    lastDay: localDate.optional(),
  })
  .refine(isForward, forward())
  .refine(isSomebody, somebody());

type Row = z.output<typeof schema>;

export const rosters = ledger<Row, Row>({
  is: 'ledger',
  name: 'rosters',
  roles: PLANNERS,
  maxRows: 5_000,
  columns: [
    { field: 'staff', type: { is: 'text' } },
    { field: 'name', type: { is: 'text' } },
    { field: 'role', type: { is: 'code', vocabulary: 'role' }, isRequired: true },
    { field: 'post', type: { is: 'text' } },
    { field: 'weekdays', type: { is: 'weekdays' } },
    { field: 'from', heading: 'shift-from', type: { is: 'time' }, isRequired: true },
    { field: 'to', heading: 'shift-to', type: { is: 'time', isEnd: true }, isRequired: true },
    { field: 'firstDay', type: { is: 'date' }, isRequired: true },
    { field: 'lastDay', type: { is: 'date' } },
  ],
  schema,
  prepare: (_work, value) => value,
  decide,
});

/** What becomes of a line; `id` of one that is there. */
interface Planned {
  readonly id: string;
  readonly isNew: boolean;
  readonly line: LineInput;
}

async function decide(work: Work, trx: Kysely<Database>, rows: readonly ReadRow<Row>[]): Promise<Decision> {
  const project = work.project.id;
  const before = new Map((await currentLines(trx, project)).map((line) => [keyOf(line), line]));
  const posts = new Entries('post', await listNamed(trx, 'post', project));
  const people = await People.of(work, trx);
  const shifts = new Map<string, Promise<RowError | null>>();
  const seen = new Seen();
  const plans: Planned[] = [];
  const outcomes: ImportedRow[] = [];
  for (const { row, value } of rows) {
    const who = people.who(value);
    const post = posts.find(value.post);
    const wrong = [who, post].flatMap(({ error }) => error ?? []);
    if (who.id === undefined || wrong.length > 0) {
      outcomes.push(refusedRow(row, wrong));
      continue;
    }
    const key = keyOf({ ...value, staff: who.id });
    const first = seen.before(key, row);
    const known = before.get(key);
    const line = lineOf(value, who.id, post.id ?? known?.post ?? null, known?.lastDay ?? null);
    const isSame = known?.to === line.to && known.post === line.post && known.lastDay === line.lastDay;
    const refusal =
      first === null ? !isSame && (await checkShift(trx, project, line, shifts)) : duplicateOf(null, first);
    if (refusal) outcomes.push(refusedRow(row, [refusal]));
    else {
      const id = known?.id ?? shortId(work.deps.ids, 'rl');
      if (!isSame) plans.push({ id, isNew: !known, line });
      outcomes.push({ row, outcome: known ? (isSame ? 'unchanged' : 'changed') : 'created', ref: id, errors: [] });
    }
  }
  return { outcomes, write: (to) => write(work, to, plans) };
}

/** A line is known again by what of it a file does not change: another beginning is another line. */
const keyOf = (line: Pick<RosterLine, 'staff' | 'role' | 'weekdays' | 'from' | 'firstDay'>): string =>
  JSON.stringify([line.staff, line.role, line.weekdays, line.from, line.firstDay]);

const lineOf = (row: Row, staff: string, post: string | null, until: string | null): LineInput => ({
  ...{ staff, role: row.role, post, from: row.from, to: row.to, weekdays: row.weekdays },
  ...{ firstDay: row.firstDay, lastDay: row.lastDay ?? until },
});

/** What the roster asks of a shift, once for all shifts of somebody in one role and post. */
function checkShift(
  trx: Kysely<Database>,
  project: string,
  line: LineInput,
  known: Map<string, Promise<RowError | null>>,
): Promise<RowError | null> {
  const key = JSON.stringify([line.staff, line.role, line.post]);
  const found = known.get(key) ?? refusalFor(trx, project, line);
  known.set(key, found);
  return found;
}

async function refusalFor(trx: Kysely<Database>, project: string, line: LineInput): Promise<RowError | null> {
  const refusal = await refusalOf('role', 'a role that he holds in the project', () =>
    requireShift(trx, project, line),
  );
  // The post of a line that is there may have been retired since.
  return refusal?.code === 'code-unknown' ? { ...refusal, field: 'post', expected: 'a post in use' } : refusal;
}

async function write({ project, now }: Work, trx: Kysely<Database>, plans: readonly Planned[]): Promise<Deed[]> {
  const deeds: Deed[] = [];
  for (const { id, isNew, line } of plans) {
    const named = { project: project.id, id };
    deeds.push(await (isNew ? writeLine : rewriteLine)(trx, now, named, line));
  }
  return deeds;
}
