import type { Kysely } from 'kysely';
import type { Database } from '../schema';

/** What the case routes ask of the directory. */
export async function findHousehold(
  db: Kysely<Database>,
  id: string,
): Promise<{ readonly id: string; readonly project: string; readonly roomIndex: string } | null> {
  const row = await db
    .selectFrom('household')
    .select(['id', 'project', 'room_index as roomIndex'])
    .where('id', '=', id)
    .executeTakeFirst();
  return row ?? null;
}

export interface Home {
  readonly id: string;
  readonly building: string;
  readonly unit: string | null;
  readonly careColour: string | null;
}

/** The home with this room; null when the ledger does not have it. */
export async function findHome(db: Kysely<Database>, project: string, roomIndex: string): Promise<Home | null> {
  const row = await db
    .selectFrom('household')
    .select(['id', 'building', 'unit', 'care_colour as careColour'])
    .where('project', '=', project)
    .where('room_index', '=', roomIndex)
    .executeTakeFirst();
  return row ?? null;
}
