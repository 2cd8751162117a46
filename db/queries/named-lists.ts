import { sql, type Kysely } from 'kysely';
import type { Instant } from '../../domain/instant';
import type { Database } from '../schema';
import { instantOf, timeOf } from '../time';
import { oneOf } from './lists';

/** Departments, posts, skills and zones of a project: tables of one shape. */
export const NAMED_LISTS = ['department', 'post', 'skill', 'zone'] as const;
export type NamedList = (typeof NAMED_LISTS)[number];

export interface NamedEntry {
  readonly id: string;
  readonly name: string;
  /** Since when nobody new is given it; null: in use. */
  readonly retiredAt: Instant | null;
}

/** Kysely's types want one table; they are all alike. */
const tableOf = (list: NamedList) => list as 'post';

/** By id, retired ones too. */
export async function listNamed(db: Kysely<Database>, list: NamedList, project: string): Promise<NamedEntry[]> {
  const rows = await db
    .selectFrom(tableOf(list))
    .select(['id', 'name', 'retired_at'])
    .where('project', '=', project)
    .orderBy('id')
    .execute();
  return rows.map(({ id, name, retired_at: retired }) => ({ id, name, retiredAt: instantOf(retired) }));
}

/** Puts it in, renames it, takes it back into use. @returns what was there before. */
export async function putNamed(
  trx: Kysely<Database>,
  list: NamedList,
  { project, id, name }: { readonly project: string; readonly id: string; readonly name: string },
): Promise<NamedEntry | null> {
  const before = (await listNamed(trx, list, project)).find((each) => each.id === id) ?? null;
  await trx
    .insertInto(tableOf(list))
    .values({ project, id, name, retired_at: null })
    .onConflict((conflict) => conflict.columns(['project', 'id']).doUpdateSet({ name, retired_at: null }))
    .execute();
  return before;
}

/** The first time counts. @returns false when it is not there. */
export async function retireNamed(
  db: Kysely<Database>,
  list: NamedList,
  { project, id, at }: { readonly project: string; readonly id: string; readonly at: Instant },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable(tableOf(list))
    .set({ retired_at: sql<Date>`coalesce(retired_at, ${timeOf(at)})` })
    .where('project', '=', project)
    .where('id', '=', id)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** The first of these that is not there, or retired; null: all can be given. */
export async function notInUse(
  db: Kysely<Database>,
  list: NamedList,
  project: string,
  ids: readonly string[],
): Promise<string | null> {
  const used = (await listNamed(db, list, project)).filter(({ retiredAt }) => retiredAt === null).map(({ id }) => id);
  return ids.find((id) => !used.includes(id)) ?? null;
}

/** Buildings by zone. */
export async function zoneBuildings(db: Kysely<Database>, project: string): Promise<Map<string, string[]>> {
  const rows = await db
    .selectFrom('zone_building')
    .select(['zone', 'building'])
    .where('project', '=', project)
    .orderBy('building')
    .execute();
  const zones = new Map<string, string[]>();
  for (const { zone, building } of rows) zones.set(zone, [...(zones.get(zone) ?? []), building]);
  return zones;
}

/** What a zone is to cover. */
export interface ZoneCover {
  readonly project: string;
  readonly zone: string;
  readonly buildings: readonly string[];
}

/** The first of the buildings that is in another zone; null: the zone can have them all. */
export async function buildingElsewhere(
  db: Kysely<Database>,
  { project, zone, buildings }: ZoneCover,
): Promise<{ readonly building: string; readonly zone: string } | null> {
  const taken = await db
    .selectFrom('zone_building')
    .select(['building', 'zone'])
    .where('project', '=', project)
    .where('zone', '<>', zone)
    .where(oneOf(sql.ref('building'), buildings))
    .orderBy('building')
    .executeTakeFirst();
  return taken ?? null;
}

/** Exactly these from now on. @returns one that is in another zone; then nothing is changed. */
export async function setZoneBuildings(
  trx: Kysely<Database>,
  cover: ZoneCover,
): Promise<{ readonly building: string; readonly zone: string } | null> {
  const { project, zone, buildings } = cover;
  await sql`select pg_advisory_xact_lock(hashtextextended(${`zones/${project}`}, 0))`.execute(trx);
  const taken = await buildingElsewhere(trx, cover);
  if (taken) return taken;
  await trx.deleteFrom('zone_building').where('project', '=', project).where('zone', '=', zone).execute();
  if (buildings.length > 0) {
    await trx
      .insertInto('zone_building')
      .values([...new Set(buildings)].map((building) => ({ project, building, zone })))
      .execute();
  }
  return null;
}

/** The zone of a building; null where it is in none. */
export async function zoneOf(db: Kysely<Database>, project: string, building: string): Promise<string | null> {
  const row = await db
    .selectFrom('zone_building')
    .select('zone')
    .where('project', '=', project)
    .where('building', '=', building)
    .executeTakeFirst();
  return row?.zone ?? null;
}
