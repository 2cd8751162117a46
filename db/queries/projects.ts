import { sql, type Kysely } from 'kysely';
import type { ProjectDays } from '../../domain/calendar';
import type { Instant } from '../../domain/instant';
import type { Database } from '../schema';
import { timeOf } from '../time';

export interface NewProject {
  readonly id: string;
  readonly company: string;
  readonly name: string;
  /** IANA zone. */
  readonly zone: string;
  readonly at: Instant;
}

/** @returns false when the id is taken. */
export async function insertProject(db: Kysely<Database>, project: NewProject): Promise<boolean> {
  const { id, company, name, zone, at } = project;
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('project')
    .values({ id, company, name, zone, created_at: timeOf(at) })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function changeProject(
  db: Kysely<Database>,
  id: string,
  change: { readonly name?: string | undefined; readonly zone?: string | undefined },
): Promise<void> {
  const { name, zone } = change;
  const set = { ...(name === undefined ? {} : { name }), ...(zone === undefined ? {} : { zone }) };
  await db.updateTable('project').set(set).where('id', '=', id).execute();
}

/** The holidays and working days in force; null where the project has none of its own. */
export async function projectDays(db: Kysely<Database>, project: string): Promise<ProjectDays | null> {
  const row = await db
    .selectFrom('project_calendar')
    .select(['version', 'holidays', 'workdays'])
    .where('project', '=', project)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ?? null;
}

/** A new version, for cases that begin from now on. @returns its number. */
export async function publishDays(
  trx: Kysely<Database>,
  project: string,
  { holidays, workdays }: Pick<ProjectDays, 'holidays' | 'workdays'>,
  at: Instant,
): Promise<number> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`days/${project}`}, 0))`.execute(trx);
  const version = ((await projectDays(trx, project))?.version ?? 0) + 1;
  await trx
    .insertInto('project_calendar')
    .values({ project, version, holidays: [...holidays], workdays: [...workdays], created_at: timeOf(at) })
    .execute();
  return version;
}
