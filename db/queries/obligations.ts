import { sql, type Expression, type ExpressionBuilder, type Kysely, type Selectable, type SqlBool } from 'kysely';
import type { Role } from '../../domain/actor';
import type { CaseMode } from '../../domain/event';
import type { Instant, Millis } from '../../domain/instant';
import type { Obligation, OwedBy } from '../../domain/obligation';
import type { Priority } from '../../domain/policy';
import type { Database } from '../schema';
import type { ObligationTable } from '../schema/obligation';
import { instantOf, timeOf } from '../time';
import {
  beyond,
  countFound,
  CursorError,
  cursorInstant,
  inScope,
  type ListCursor,
  oneOf,
  type Page,
  pageOf,
  type PageRequest,
  type ProjectScope,
} from './lists';

/** The full clock of an obligation, so that no client computes (console.md section 9, 2). */
export interface ObligationView {
  readonly caseNo: string;
  readonly id: string;
  readonly project: string;
  readonly family: string;
  readonly mode: CaseMode;
  readonly kind: string;
  readonly episode: number;
  readonly priority: Priority | null;
  readonly urgent: boolean;
  readonly state: Obligation['state'];
  readonly owedBy: OwedBy;
  readonly start: Instant;
  readonly openedAt: Instant;
  readonly windowFrom: Instant | null;
  readonly limit: Millis;
  readonly calendar: string | null;
  readonly calendarVersion: string | null;
  readonly dueAt: Instant;
  readonly dueBase: Instant;
  readonly warnAt: Instant | null;
  readonly nextAt: Instant | null;
  /** What happens at `nextAt`. */
  readonly next: string | null;
  readonly pausedSince: Instant | null;
  readonly missedAt: Instant | null;
  readonly overdue: boolean;
  readonly ladder: string | null;
  readonly rung: number;
  readonly maxRung: number;
  readonly exhausted: boolean;
  readonly bornLate: Obligation['bornLate'];
  readonly endedAt: Instant | null;
  readonly lateMs: Millis | null;
  readonly endReason: string | null;
}

/** An obligation in the work list: with what and where the case is. */
export interface WorkItem extends ObligationView {
  readonly case: {
    readonly stage: string;
    readonly type: string | null;
    readonly subtype: string | null;
    readonly level: string | null;
    readonly owner: string | null;
    readonly building: string | null;
    readonly unit: string | null;
    readonly asset: string | null;
    readonly careColour: string | null;
    readonly seq: number;
  };
}

/**
 * Whoever asks "what do I owe": what is owed by him in person, and what nobody in particular owes but a role of his,
 * in a department of his where it names one.
 */
export interface Debtor {
  readonly person: string | null;
  readonly roles: readonly Role[];
  readonly departments: readonly string[];
}

export interface WorkFilter {
  readonly projects: ProjectScope;
  readonly owedBy?: Debtor;
  readonly states: readonly Obligation['state'][];
  readonly kinds?: readonly string[];
  readonly priorities?: readonly Priority[];
  readonly persons?: readonly string[];
  readonly departments?: readonly string[];
  readonly modes?: readonly CaseMode[];
  readonly overdue?: boolean;
  readonly dueBefore?: Instant;
}

/** Most urgent first: by due instant, ascending. @throws CursorError. */
export async function listWork(
  db: Kysely<Database>,
  query: PageRequest & { readonly filter: WorkFilter },
): Promise<Page<WorkItem>> {
  const { filter, limit, cursor } = query;
  const found = db.selectFrom('obligation as o').where((eb) => matches(eb, filter));
  const [total, rows] = await Promise.all([
    countFound(db, found),
    found
      .innerJoin('case as c', 'c.no', 'o.case_no')
      .selectAll('o')
      .select(['c.stage', 'c.type', 'c.subtype', 'c.level', 'c.owner', 'c.building', 'c.unit', 'c.asset'])
      .select(['c.care_colour', 'c.seq'])
      .$if(!!cursor, (all) => all.where(cursor ? after(cursor) : sql<boolean>`true`))
      .orderBy('o.due_at')
      .orderBy('o.case_no')
      .orderBy('o.id')
      .limit(limit + 1)
      .execute(),
  ]);
  return pageOf(rows, limit, total, workItem, (last) => ({
    sort: [instantOf(last.due_at)],
    id: `${last.case_no}/${last.id}`,
  }));
}

function after(cursor: ListCursor): Expression<SqlBool> {
  const at = timeOf(cursorInstant(cursor));
  const slash = cursor.id.indexOf('/');
  if (slash < 0) throw new CursorError('the cursor belongs to another list');
  const columns = [sql.ref('o.due_at'), sql.ref('o.case_no'), sql.ref('o.id')];
  return beyond(columns, [at, cursor.id.slice(0, slash), cursor.id.slice(slash + 1)], false);
}

/** The condition on `obligation as o`; counts.ts uses it too. */
export function matches(
  eb: ExpressionBuilder<Database & { o: ObligationTable }, 'o'>,
  filter: WorkFilter,
): Expression<SqlBool> {
  const { owedBy, overdue, dueBefore } = filter;
  const conditions: Expression<SqlBool>[] = [inScope(sql.ref('o.project'), filter.projects), stateIs(filter.states)];
  if (owedBy) conditions.push(owes(eb, owedBy));
  const lists = [
    ['o.kind', filter.kinds],
    ['o.priority', filter.priorities],
    ['o.owed_person', filter.persons],
    ['o.owed_department', filter.departments],
    ['o.mode', filter.modes],
  ] as const;
  for (const [column, values] of lists) {
    if (values) conditions.push(oneOf(sql.ref(column), values));
  }
  if (overdue !== undefined) conditions.push(overdue ? sql<boolean>`o.overdue` : sql<boolean>`not o.overdue`);
  if (dueBefore !== undefined) conditions.push(eb('o.due_at', '<', timeOf(dueBefore)));
  return eb.and(conditions);
}

/** Written out for the rule, open ones only, as overdue is: the partial indexes are used when the condition is there to be seen. */
function stateIs(states: readonly Obligation['state'][]): Expression<SqlBool> {
  if (states.length === 1 && states[0] === 'open') return sql<boolean>`o.state = 'open'`;
  return oneOf(sql.ref('o.state'), states);
}

function owes(eb: ExpressionBuilder<Database & { o: ObligationTable }, 'o'>, debtor: Debtor): Expression<SqlBool> {
  const byRole = eb.and([
    eb('o.owed_person', 'is', null),
    oneOf(sql.ref('o.owed_role'), debtor.roles),
    eb.or([eb('o.owed_department', 'is', null), oneOf(sql.ref('o.owed_department'), debtor.departments)]),
  ]);
  return debtor.person === null ? byRole : eb.or([eb('o.owed_person', '=', debtor.person), byRole]);
}

/** All obligations of a case, ended ones included, by due instant. */
export async function obligationsOf(db: Kysely<Database>, no: string): Promise<ObligationView[]> {
  const rows = await db
    .selectFrom('obligation')
    .selectAll()
    .where('case_no', '=', no)
    .orderBy('due_at')
    .orderBy('id')
    .execute();
  return rows.map(obligationView);
}

function obligationView(row: Selectable<ObligationTable>): ObligationView {
  return {
    caseNo: row.case_no,
    id: row.id,
    project: row.project,
    family: row.family,
    mode: row.mode,
    kind: row.kind,
    episode: row.episode,
    priority: row.priority,
    urgent: row.urgent,
    state: row.state,
    owedBy: { as: row.owed_as, role: row.owed_role, department: row.owed_department, person: row.owed_person },
    start: instantOf(row.start_at),
    openedAt: instantOf(row.opened_at),
    windowFrom: instantOf(row.window_from),
    limit: row.limit_ms,
    calendar: row.calendar,
    calendarVersion: row.calendar_version,
    dueAt: instantOf(row.due_at),
    dueBase: instantOf(row.due_base),
    warnAt: instantOf(row.warn_at),
    nextAt: instantOf(row.next_at),
    next: row.next,
    pausedSince: instantOf(row.paused_since),
    missedAt: instantOf(row.missed_at),
    overdue: row.overdue,
    ladder: row.ladder,
    rung: row.rung,
    maxRung: row.max_rung,
    exhausted: row.exhausted,
    bornLate: row.born_late,
    endedAt: instantOf(row.ended_at),
    lateMs: row.late_ms,
    endReason: row.end_reason,
  };
}

type CasePart = Omit<WorkItem['case'], 'careColour'> & { readonly care_colour: string | null };

function workItem(row: Selectable<ObligationTable> & CasePart): WorkItem {
  const { stage, type, subtype, level, owner, building, unit, asset, seq, care_colour: careColour } = row;
  return {
    ...obligationView(row),
    case: { stage, type, subtype, level, owner, building, unit, asset, careColour, seq },
  };
}
