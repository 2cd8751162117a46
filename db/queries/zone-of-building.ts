import type { Kysely } from 'kysely';
import type { Database } from '../schema';

/** The zone (片区) that a building is in; null when it is in none. */
export async function zoneOfBuilding(db: Kysely<Database>, project: string, building: string): Promise<string | null> {
  const row = await db
    .selectFrom('zone_building')
    .select('zone')
    .where('project', '=', project)
    .where('building', '=', building)
    .executeTakeFirst();
  return row?.zone ?? null;
}
