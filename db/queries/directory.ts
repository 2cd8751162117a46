import { sql, type ExpressionBuilder, type Kysely } from 'kysely';
import type { Role } from '../../domain/actor';
import type { Database } from '../schema';
import type { StaffTable } from '../schema/staff';
import { inScope, oneOf, type ProjectScope } from './lists';

/** Projects, departments and staff. Names of people are references into the vault (`readTexts`). */

export interface Project {
  readonly id: string;
  readonly company: string;
  readonly name: string;
  /** IANA zone. */
  readonly zone: string;
}

export interface Department {
  readonly project: string;
  readonly id: string;
  readonly name: string;
}

export interface StaffMember {
  readonly id: string;
  readonly nameRef: string;
  readonly department: string | null;
  readonly active: boolean;
  /** `project` `*` is every project. */
  readonly roles: readonly { readonly project: string; readonly role: Role }[];
}

export async function listProjects(db: Kysely<Database>, projects: ProjectScope): Promise<Project[]> {
  return db
    .selectFrom('project')
    .select(['id', 'company', 'name', 'zone'])
    .where(inScope(sql.ref('id'), projects))
    .orderBy('id')
    .execute();
}

export async function findProject(db: Kysely<Database>, id: string): Promise<Project | null> {
  return (await listProjects(db, [id]))[0] ?? null;
}

/** Those in use. */
export async function listDepartments(db: Kysely<Database>, project: string): Promise<Department[]> {
  return db
    .selectFrom('department')
    .select(['project', 'id', 'name'])
    .where('project', '=', project)
    .where('retired_at', 'is', null)
    .orderBy('id')
    .execute();
}

export interface StaffFilter {
  /** Those who hold a role in one of them; `*` is everybody. */
  readonly projects: ProjectScope;
  readonly ids?: readonly string[];
  readonly role?: Role;
  readonly department?: string;
  readonly active?: boolean;
}

/** By id. */
export async function listStaff(db: Kysely<Database>, filter: StaffFilter): Promise<StaffMember[]> {
  const { projects, ids, role, department, active } = filter;
  const rows = await db
    .selectFrom('staff as s')
    .select(['s.id', 's.name_ref', 's.department', 's.active'])
    .select(
      sql<StaffMember['roles']>`(
        select coalesce(json_agg(json_build_object('project', r.project, 'role', r.role) order by r.project, r.role), '[]')
        from staff_role r where r.staff = s.id)`.as('roles'),
    )
    .$if(projects !== '*' || role !== undefined, (query) => query.where((eb) => eb.exists(held(eb, projects, role))))
    .$if(ids !== undefined, (query) => query.where(oneOf(sql.ref('s.id'), ids ?? [])))
    .$if(department !== undefined, (query) => query.where('s.department', '=', department ?? null))
    .$if(active !== undefined, (query) => query.where('s.active', '=', active ?? true))
    .orderBy('s.id')
    .execute();
  return rows.map(({ name_ref: nameRef, ...row }) => ({ ...row, nameRef }));
}

function held(eb: ExpressionBuilder<Database & { s: StaffTable }, 's'>, projects: ProjectScope, role?: Role) {
  return eb
    .selectFrom('staff_role as r')
    .select('r.staff')
    .whereRef('r.staff', '=', 's.id')
    .where((on) => on.or([inScope(sql.ref('r.project'), projects), on('r.project', '=', '*')]))
    .$if(role !== undefined, (query) => query.where('r.role', '=', role ?? 'system'));
}

/** @returns false when there is no such member. */
export async function setStaffActive(db: Kysely<Database>, id: string, active: boolean): Promise<boolean> {
  const { numUpdatedRows } = await db.updateTable('staff').set({ active }).where('id', '=', id).executeTakeFirst();
  return numUpdatedRows > 0n;
}
