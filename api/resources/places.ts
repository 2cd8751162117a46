import type { z } from 'zod';
import { companyOf } from '../../db/queries/api-staff';
import { findProject, type Project } from '../../db/queries/directory';
import {
  listNamed,
  notInUse,
  putNamed,
  retireNamed,
  setZoneBuildings,
  zoneBuildings,
  type NamedEntry,
  type NamedList,
} from '../../db/queries/named-lists';
import { changeProject, insertProject, projectDays, publishDays } from '../../db/queries/projects';
import { setTies, tiesOf, type StaffTies } from '../../db/queries/staff-ties';
import type { Database } from '../../db/schema';
import { isoOf } from '../../domain/instant';
import type { Kysely } from 'kysely';
import type { ApiDeps } from '../deps';
import { problem } from '../http/problem';
import type { newProject, projectChange, projectDaysInput } from '../schemas/places';
import { makeOnce, type Making } from './once';
import { recordDeed, type By, type Deed } from './record';
import { visibleMember } from './member';

/**
 * Only those who see every project that there will be may add one.
 * @throws Problem beyond-your-authority; conflict when the id is taken
 */
export async function createProject(
  deps: ApiDeps,
  by: By & Pick<Making, 'idempotency'>,
  { id, name, zone }: z.output<typeof newProject>,
): Promise<void> {
  const { projects } = by.principal;
  if (projects !== '*') throw problem('beyond-your-authority', { role: '*', allowed: projects });
  const company = await companyOf(deps.database.db, '*');
  if (company === null) throw problem('conflict');
  const making = { ...by, kind: 'project', id, project: id, details: { zone } } as const;
  await makeOnce(deps, making, async (trx) => {
    if (!(await insertProject(trx, { id, company, name, zone, at: by.now }))) throw problem('conflict');
  });
  deps.directory.forget(`project/${id}`);
}

/** A zone holds for cases that begin from now on, and for rosters at once. */
export async function alterProject(
  deps: ApiDeps,
  by: By,
  id: string,
  change: z.output<typeof projectChange>,
): Promise<Project> {
  const { db } = deps.database;
  const before = await findProject(db, id);
  if (!before) throw problem('not-found');
  await db.transaction().execute(async (trx) => {
    await changeProject(trx, id, change);
    const details = {
      changed: Object.keys(change).sort(),
      ...(change.zone && { zone: change.zone, before: before.zone }),
    };
    await recordDeed(trx, by, { action: 'project.change', subject: `project/${id}`, project: id, details });
  });
  deps.directory.forget(`project/${id}`);
  return { ...before, name: change.name ?? before.name, zone: change.zone ?? before.zone };
}

/** What is in force already is not published again, so the request can be repeated. @returns the version in force. */
export async function setDays(
  deps: ApiDeps,
  by: By,
  project: string,
  days: z.output<typeof projectDaysInput>,
): Promise<number> {
  const { db } = deps.database;
  if (!(await findProject(db, project))) throw problem('not-found');
  const version = await db.transaction().execute(async (trx) => {
    const before = await projectDays(trx, project);
    if (before && same(before.holidays, days.holidays) && same(before.workdays, days.workdays)) return before.version;
    const published = await publishDays(trx, project, days, by.now);
    const details = { version: published, holidays: days.holidays.length, workdays: days.workdays.length };
    await recordDeed(trx, by, { action: 'calendar.publish', subject: `calendar/${project}`, project, details });
    return published;
  });
  deps.directory.forget(`days/${project}`);
  return version;
}

const same = (a: readonly string[], b: readonly string[]): boolean => a.join(' ') === b.join(' ');

/** Which entry of which list, of which project. */
export interface Named {
  readonly list: NamedList;
  readonly project: string;
  readonly id: string;
}

/** What the project has, or of which building each is; retired ones too. */
export async function entriesOf(db: Kysely<Database>, list: NamedList, project: string) {
  const [entries, buildings] = await Promise.all([
    listNamed(db, list, project),
    list === 'zone' ? zoneBuildings(db, project) : null,
  ]);
  return entries.map((entry) => ({
    ...entryView(entry),
    ...(buildings ? { buildings: buildings.get(entry.id) ?? [] } : {}),
  }));
}

const entryView = ({ id, name, retiredAt }: NamedEntry) => ({
  ...{ id, name },
  retiredAt: retiredAt === null ? null : isoOf(retiredAt),
});

/** What is said of an entry; buildings of a zone. */
export interface EntryFacts {
  readonly name: string;
  readonly buildings?: readonly string[];
}

/**
 * Puts an entry in, or changes it; one that was retired is in use again.
 * @throws Problem not-found for a project that is not there; building-in-zone
 */
export async function putEntry(deps: ApiDeps, by: By, named: Named, facts: EntryFacts): Promise<void> {
  const { db } = deps.database;
  if (!(await findProject(db, named.project))) throw problem('not-found');
  await db.transaction().execute(async (trx) => recordDeed(trx, by, await writeEntry(trx, named, facts)));
}

/** @returns the entry for the audit log. @throws Problem building-in-zone */
export async function writeEntry(
  trx: Kysely<Database>,
  { list, project, id }: Named,
  { name, buildings = [] }: EntryFacts,
): Promise<Deed> {
  const before = await putNamed(trx, list, { project, id, name });
  if (list === 'zone') {
    const taken = await setZoneBuildings(trx, { project, zone: id, buildings });
    if (taken) throw problem('building-in-zone', taken);
  }
  const action = before ? `${list}.change` : `${list}.create`;
  const details = { name, ...(list === 'zone' ? { buildings } : {}) };
  return { action, subject: `${list}/${project}/${id}`, project, details };
}

/** Whoever has it keeps it; nobody new is given it. @throws Problem not-found */
export async function retireEntry(deps: ApiDeps, by: By, { list, project, id }: Named): Promise<void> {
  await deps.database.db.transaction().execute(async (trx) => {
    if (!(await retireNamed(trx, list, { project, id, at: by.now }))) throw problem('not-found');
    // Its buildings are free for another.
    if (list === 'zone') await setZoneBuildings(trx, { project, zone: id, buildings: [] });
    await recordDeed(trx, by, { action: `${list}.retire`, subject: `${list}/${project}/${id}`, project });
  });
}

/** @throws Problem not-found for somebody without a role in the project */
export async function tiesIn(deps: ApiDeps, staff: string, project: string): Promise<StaffTies> {
  await visibleMember(deps.database.db, { projects: [project] }, staff);
  return tiesOf(deps.database.db, { staff, project });
}

/** @throws Problem not-found; code-unknown */
export async function setTiesIn(deps: ApiDeps, by: By, staff: string, project: string, ties: StaffTies): Promise<void> {
  const { db } = deps.database;
  await visibleMember(db, { projects: [project] }, staff);
  await requireCode(db, 'post', project, ties.post === null ? [] : [ties.post]);
  await requireCode(db, 'skill', project, ties.skills);
  await requireCode(db, 'zone', project, ties.zones);
  await db.transaction().execute(async (trx) => {
    await setTies(trx, { staff, project }, ties);
    await recordDeed(trx, by, { action: 'staff.tie', subject: `staff/${staff}`, project, details: { ...ties } });
  });
}

/** @throws Problem code-unknown */
export async function requireCode(
  db: Kysely<Database>,
  list: NamedList,
  project: string,
  ids: readonly string[],
): Promise<void> {
  const unknown = ids.length === 0 ? null : await notInUse(db, list, project, ids);
  if (unknown !== null) throw problem('code-unknown', { list, code: unknown });
}
