import { sql, type Kysely } from 'kysely';
import type { Clock } from '../../common/clock';
import type { BlindIndex } from '../../common/crypto/blind-index';
import type { Sealer } from '../../common/crypto/sealer';
import type { Ids } from '../../common/ids';
import type { Role } from '../../domain/actor';
import type { Instant } from '../../domain/instant';
import type { Database } from '../schema';
import { timeOf } from '../time';
import { identifyKey } from '../../common/crypto/api-key';
import { createPlaces, type PlacesSpec } from './company-places';
import { insertKey } from './keys';
import type { ProjectScope } from './lists';
import { putTexts, type Subject } from './vault';

/** A company with all that a first start or a story needs. Names, rooms and phones go into the vault. */
export interface CompanySpec {
  readonly id: string;
  readonly name: string;
  readonly projects: readonly ProjectSpec[];
  readonly staff: readonly StaffSpec[];
  readonly keys: readonly KeySpec[];
}

export interface ProjectSpec {
  readonly id: string;
  readonly name: string;
  readonly zone: string;
  readonly departments: readonly { readonly id: string; readonly name: string }[];
  readonly households: readonly HouseholdSpec[];
  readonly places?: PlacesSpec;
}

export interface HouseholdSpec {
  readonly id: string;
  readonly building: string;
  readonly unit: string | null;
  /** As people write it: `3-2-1501`. */
  readonly room: string;
  readonly careColour?: 'red' | 'yellow' | 'green';
  readonly residents: readonly { readonly id: string; readonly name: string; readonly phone: string | null }[];
}

export interface StaffSpec {
  readonly id: string;
  readonly name: string;
  readonly department: string | null;
  /** `project` `*` is every project. */
  readonly roles: readonly { readonly project: string; readonly role: Role }[];
  readonly active?: boolean;
}

export interface KeySpec {
  /** `gj_…`; only its hash is stored. */
  readonly plain: string;
  readonly label: string;
  readonly role: Role;
  readonly staff?: string;
  readonly resident?: string;
  readonly household?: string;
  readonly projects: ProjectScope;
}

export interface CompanyDeps {
  readonly sealer: Sealer;
  readonly index: BlindIndex;
  readonly clock: Clock;
  readonly ids: Ids;
}

interface Work extends CompanyDeps {
  readonly db: Kysely<Database>;
  readonly at: Instant;
  readonly company: string;
}

/**
 * Puts in what is not there yet, and leaves what is there as it is; one transaction, safe to run twice at once.
 * @throws RangeError for a key of the wrong shape.
 */
export async function createCompany(db: Kysely<Database>, spec: CompanySpec, deps: CompanyDeps): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('directory', 0))`.execute(trx);
    const work: Work = { ...deps, db: trx, at: deps.clock.now(), company: spec.id };
    await trx
      .insertInto('company')
      .values({ id: spec.id, name: spec.name, created_at: timeOf(work.at) })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
    for (const project of spec.projects) await createProject(work, project);
    for (const member of spec.staff) await createStaff(work, member);
    for (const { id, places = {} } of spec.projects) await createPlaces(trx, id, places, work.at);
    for (const key of spec.keys) await createKey(work, key);
  });
}

async function createProject(work: Work, spec: ProjectSpec): Promise<void> {
  const { db, company, at } = work;
  await db
    .insertInto('project')
    .values({ id: spec.id, company, name: spec.name, zone: spec.zone, created_at: timeOf(at) })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
  for (const { id, name } of spec.departments) {
    await db
      .insertInto('department')
      .values({ project: spec.id, id, name })
      .onConflict((conflict) => conflict.columns(['project', 'id']).doNothing())
      .execute();
  }
  for (const household of spec.households) await createHousehold(work, spec.id, household);
}

async function createHousehold(work: Work, project: string, spec: HouseholdSpec): Promise<void> {
  const { db, index, at } = work;
  if (await isThere(db, 'household', spec.id)) return;
  const room = await vaulted(work, { kind: 'household', id: spec.id }, spec.room);
  await db
    .insertInto('household')
    .values({
      id: spec.id,
      project,
      building: spec.building,
      unit: spec.unit,
      room_ref: room,
      room_index: index.room(project, spec.room),
      care_colour: spec.careColour ?? null,
      created_at: timeOf(at),
    })
    .execute();
  for (const { id, name, phone } of spec.residents) {
    const subject: Subject = { kind: 'resident', id };
    await db
      .insertInto('resident')
      .values({
        id,
        household: spec.id,
        project,
        name_ref: await vaulted(work, subject, name),
        name_index: index.name(project, name),
        initials_index: index.initialsOf(project, name),
        phone_ref: phone === null ? null : await vaulted(work, subject, phone),
        phone_index: phone === null ? null : index.phone(project, phone),
        created_at: timeOf(at),
      })
      .execute();
  }
}

async function createStaff(work: Work, spec: StaffSpec): Promise<void> {
  const { db, company, at } = work;
  if (await isThere(db, 'staff', spec.id)) return;
  const name = await vaulted(work, { kind: 'staff', id: spec.id }, spec.name);
  await db
    .insertInto('staff')
    .values({
      id: spec.id,
      company,
      name_ref: name,
      department: spec.department,
      active: spec.active ?? true,
      created_at: timeOf(at),
    })
    .execute();
  if (spec.roles.length === 0) return;
  await db
    .insertInto('staff_role')
    .values(spec.roles.map(({ project, role }) => ({ staff: spec.id, project, role })))
    .execute();
}

async function createKey({ db, at }: Work, spec: KeySpec): Promise<void> {
  const key = identifyKey(spec.plain);
  if (!key) throw new RangeError(`the key "${spec.label}" is not of the form gj_<16 hex digits>_<43 characters>`);
  await insertKey(db, {
    ...key,
    label: spec.label,
    role: spec.role,
    staff: spec.staff ?? null,
    resident: spec.resident ?? null,
    household: spec.household ?? null,
    projects: spec.projects,
    createdAt: at,
    createdBy: 'system',
    expiresAt: null,
  });
}

async function isThere(db: Kysely<Database>, table: 'household' | 'staff', id: string): Promise<boolean> {
  return (await db.selectFrom(table).select('id').where('id', '=', id).executeTakeFirst()) !== undefined;
}

/** @returns the reference. */
async function vaulted({ db, sealer, ids, at }: Work, subject: Subject, plain: string): Promise<string> {
  const ref = ids.uuid();
  await putTexts(db, sealer, subject, [{ ref, plain }], at);
  return ref;
}
