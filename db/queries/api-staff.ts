import { sql, type Kysely } from 'kysely';
import type { Role } from '../../domain/actor';
import type { Instant } from '../../domain/instant';
import type { Database } from '../schema';
import { timeOf } from '../time';
import { listStaff, type StaffFilter, type StaffMember } from './directory';
import { pageOf, type Page, type PageRequest } from './lists';

export interface HeldRole {
  readonly project: string;
  readonly role: Role;
}

/** One page by id; the whole list is some hundred people, read at once and cut here. */
export async function pageStaff(
  db: Kysely<Database>,
  query: PageRequest & { readonly filter: StaffFilter },
): Promise<Page<StaffMember>> {
  const { filter, limit, cursor } = query;
  const all = await listStaff(db, filter);
  const rest = cursor ? all.filter(({ id }) => id > cursor.id) : all;
  const same = (member: StaffMember): StaffMember => member;
  return pageOf(rest.slice(0, limit + 1), limit, all.length, same, ({ id }) => ({ sort: [], id }));
}

export async function insertStaff(
  db: Kysely<Database>,
  member: {
    readonly id: string;
    readonly company: string;
    readonly nameRef: string;
    readonly department: string | null;
    readonly at: Instant;
  },
): Promise<void> {
  await db
    .insertInto('staff')
    .values({
      id: member.id,
      company: member.company,
      name_ref: member.nameRef,
      department: member.department,
      active: true,
      created_at: timeOf(member.at),
    })
    .execute();
}

export async function changeStaff(
  db: Kysely<Database>,
  id: string,
  change: { readonly active?: boolean; readonly department?: string | null; readonly nameRef?: string },
): Promise<void> {
  const { active, department, nameRef } = change;
  const set = {
    ...(active === undefined ? {} : { active }),
    ...(department === undefined ? {} : { department }),
    ...(nameRef === undefined ? {} : { name_ref: nameRef }),
  };
  if (Object.keys(set).length > 0) await db.updateTable('staff').set(set).where('id', '=', id).execute();
}

/** Takes some roles and gives others; what is there already, or not there, is left as it is. */
export async function changeRoles(
  db: Kysely<Database>,
  staff: string,
  taken: readonly HeldRole[],
  given: readonly HeldRole[],
): Promise<void> {
  for (const { project, role } of taken) {
    await db
      .deleteFrom('staff_role')
      .where('staff', '=', staff)
      .where('project', '=', project)
      .where('role', '=', role)
      .execute();
  }
  if (given.length === 0) return;
  await db
    .insertInto('staff_role')
    .values(given.map(({ project, role }) => ({ staff, project, role })))
    .onConflict((conflict) => conflict.columns(['staff', 'project', 'role']).doNothing())
    .execute();
}

/** Holds up whoever else changes this person, until the transaction ends. @returns false when he is not there. */
export async function lockStaff(db: Kysely<Database>, id: string): Promise<boolean> {
  const row = await db.selectFrom('staff').select('id').where('id', '=', id).forUpdate().executeTakeFirst();
  return row !== undefined;
}

/** The company that a project belongs to; of `*`, the only one there is. */
export async function companyOf(db: Kysely<Database>, project: string): Promise<string | null> {
  if (project === '*') {
    const companies = await db.selectFrom('company').select('id').limit(2).execute();
    return companies.length === 1 ? (companies[0]?.id ?? null) : null;
  }
  const row = await db.selectFrom('project').select('company').where('id', '=', project).executeTakeFirst();
  return row?.company ?? null;
}

/** Which of these projects are there. */
export async function knownProjects(db: Kysely<Database>, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .selectFrom('project')
    .select('id')
    .where(sql<boolean>`id = any(${[...ids]}::text[])`)
    .execute();
  return rows.map(({ id }) => id);
}
