import { sql, type Kysely, type Selectable } from 'kysely';
import type { Instant } from '../../domain/instant';
import type { RosterLine, RosterOverride, Substitution } from '../../domain/roster';
import type { Database } from '../schema';
import type { RosterLineTable } from '../schema/roster-line';
import type { SubstitutionTable } from '../schema/substitution';
import { instantOf, timeOf } from '../time';
import { rosterLine } from './roster';

/**
 * What a roster is made of. Nothing is overwritten: what no longer counts is ended, so that "who was on duty then" has
 * the answer that the product gave then.
 */

export interface StoredLine extends RosterLine {
  readonly project: string;
  readonly revision: number;
}

export interface StoredOverride extends RosterOverride {
  readonly id: string;
  readonly project: string;
}

export interface StoredSubstitution extends Substitution {
  readonly id: string;
  readonly project: string;
}

/** The lines that count now. */
export async function currentLines(db: Kysely<Database>, project: string): Promise<StoredLine[]> {
  const rows = await db
    .selectFrom('roster_line')
    .selectAll()
    .where('project', '=', project)
    .where('ended_at', 'is', null)
    .orderBy('id')
    .execute();
  return rows.map(storedLine);
}

/** Its last revision, and whether it counts; null: there never was such a line. */
export async function lastLine(
  db: Kysely<Database>,
  id: string,
): Promise<{ readonly line: StoredLine; readonly counts: boolean } | null> {
  const row = await db
    .selectFrom('roster_line')
    .selectAll()
    .where('id', '=', id)
    .orderBy('revision', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ? { line: storedLine(row), counts: row.ended_at === null } : null;
}

/** Holds up whoever else changes this line, until the transaction ends. */
export async function lockLine(trx: Kysely<Database>, id: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`roster-line/${id}`}, 0))`.execute(trx);
}

const storedLine = (row: Selectable<RosterLineTable>): StoredLine => ({
  ...rosterLine(row),
  project: row.project,
  revision: row.revision,
});

export async function insertLine(db: Kysely<Database>, line: StoredLine, at: Instant): Promise<void> {
  await db
    .insertInto('roster_line')
    .values({
      id: line.id,
      revision: line.revision,
      project: line.project,
      staff: line.staff,
      role: line.role,
      post: line.post,
      from_time: line.from,
      to_time: line.to,
      weekdays: [...line.weekdays].sort().join(''),
      first_day: line.firstDay,
      last_day: line.lastDay,
      since: timeOf(at),
      ended_at: null,
    })
    .execute();
}

export async function endLine(db: Kysely<Database>, id: string, at: Instant): Promise<void> {
  await db
    .updateTable('roster_line')
    .set({ ended_at: timeOf(at) })
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .execute();
}

/** In the place of what counted for this line on this day. */
export async function putOverride(db: Kysely<Database>, override: StoredOverride, at: Instant): Promise<void> {
  const { id, project, line, date, shift } = override;
  await endOverride(db, { line, date }, at);
  await db
    .insertInto('roster_override')
    .values({
      ...{ id, project, line, day: date, from_time: shift?.from ?? null, to_time: shift?.to ?? null },
      ...{ since: timeOf(at), ended_at: null },
    })
    .execute();
}

/** @returns false when the line is as always on that day. */
export async function endOverride(
  db: Kysely<Database>,
  { line, date }: { readonly line: string; readonly date: string },
  at: Instant,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('roster_override')
    .set({ ended_at: timeOf(at) })
    .where('line', '=', line)
    .where('day', '=', sql<string>`${date}::date`)
    .where('ended_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Those of a project that count now, by day. */
export async function currentOverrides(db: Kysely<Database>, project: string): Promise<StoredOverride[]> {
  const rows = await db
    .selectFrom('roster_override')
    .selectAll()
    .where('project', '=', project)
    .where('ended_at', 'is', null)
    .orderBy('day')
    .orderBy('line')
    .execute();
  return rows.map(({ id, project: of, line, day: date, from_time: from, to_time: to }) => ({
    ...{ id, project: of, line, date },
    shift: from === null || to === null ? null : { from, to },
  }));
}

/** Those that count now and are not over, by beginning. */
export async function currentSubstitutions(
  db: Kysely<Database>,
  { project, after }: { readonly project: string; readonly after: Instant },
): Promise<StoredSubstitution[]> {
  const rows = await db
    .selectFrom('substitution')
    .selectAll()
    .where('project', '=', project)
    .where('ended_at', 'is', null)
    .where('to_at', '>', timeOf(after))
    .orderBy('from_at')
    .orderBy('id')
    .execute();
  return rows.map(storedSubstitution);
}

/** Also one that was ended. */
export async function substitutionById(db: Kysely<Database>, id: string): Promise<StoredSubstitution | null> {
  const row = await db.selectFrom('substitution').selectAll().where('id', '=', id).executeTakeFirst();
  return row ? storedSubstitution(row) : null;
}

const storedSubstitution = (row: Selectable<SubstitutionTable>): StoredSubstitution => ({
  ...{ id: row.id, project: row.project, staff: row.staff, by: row.by_staff },
  ...{ from: instantOf(row.from_at), to: instantOf(row.to_at) },
});

/** Whether anybody stands in for him in that time. */
export async function isStoodInFor(
  db: Kysely<Database>,
  { project, staff, from, to }: Omit<StoredSubstitution, 'id' | 'by'>,
): Promise<boolean> {
  const taken = await db
    .selectFrom('substitution')
    .select('id')
    .where('project', '=', project)
    .where('staff', '=', staff)
    .where('ended_at', 'is', null)
    .where('from_at', '<', timeOf(to))
    .where('to_at', '>', timeOf(from))
    .executeTakeFirst();
  return taken !== undefined;
}

/** @returns false when somebody else stands in for him then. */
export async function insertSubstitution(
  trx: Kysely<Database>,
  { id, project, staff, by, from, to }: StoredSubstitution,
  at: Instant,
): Promise<boolean> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`substitution/${project}/${staff}`}, 0))`.execute(trx);
  if (await isStoodInFor(trx, { project, staff, from, to })) return false;
  await trx
    .insertInto('substitution')
    .values({
      ...{ id, project, staff, by_staff: by, from_at: timeOf(from), to_at: timeOf(to) },
      ...{ since: timeOf(at), ended_at: null },
    })
    .execute();
  return true;
}

export async function endSubstitution(db: Kysely<Database>, id: string, at: Instant): Promise<void> {
  await db
    .updateTable('substitution')
    .set({ ended_at: timeOf(at) })
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .execute();
}
