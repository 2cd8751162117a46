import { sql, type Kysely } from 'kysely';
import type { Database } from '../schema';

/** Some of those whose initials were never looked at. */
export async function withoutInitials(
  db: Kysely<Database>,
  limit: number,
): Promise<{ readonly id: string; readonly project: string; readonly nameRef: string }[]> {
  return db
    .selectFrom('resident')
    .select(['id', 'project', 'name_ref as nameRef'])
    .where('initials_index', 'is', null)
    .limit(limit)
    .execute();
}

/** @param index empty where there are none. Somebody who was erased meanwhile gets none back. */
export async function keepInitials(db: Kysely<Database>, id: string, index: string): Promise<void> {
  await db
    .updateTable('resident')
    .set({ initials_index: index })
    .where('id', '=', id)
    .where('initials_index', 'is', null)
    .execute();
}

/** Numbers of cases that are not closed, by the room they are about; within a project. */
export async function openCasesOf(
  db: Kysely<Database>,
  project: string,
  rooms: readonly string[],
): Promise<{ readonly no: string; readonly room: string | null }[]> {
  if (rooms.length === 0) return [];
  return db
    .selectFrom('case')
    .select(['no', 'room_index as room'])
    .where('project', '=', project)
    .where(sql<boolean>`room_index = any(${[...rooms]}::text[])`)
    .where('closed_at', 'is', null)
    .orderBy('received_at', 'desc')
    .limit(200)
    .execute();
}
