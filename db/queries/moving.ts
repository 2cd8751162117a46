import { sql, type Kysely } from 'kysely';
import type { Instant } from '../../domain/instant';
import type { Database } from '../schema';
import { timeOf } from '../time';
import { oneOf } from './lists';

/** The people of a home move to another project. */

/** Holds up whoever else moves it, until the transaction ends. @returns where it has moved to; null: nowhere yet. */
export async function lockHome(trx: Kysely<Database>, id: string): Promise<string | null> {
  const row = await trx.selectFrom('household').select('moved_to').where('id', '=', id).forUpdate().executeTakeFirst();
  return row?.moved_to ?? null;
}

/** Its room can be entered again: the old home is not found by it any more. */
export async function markMoved(trx: Kysely<Database>, id: string, to: string): Promise<void> {
  await trx
    .updateTable('household')
    .set({ moved_to: to, room_index: `moved/${id}` })
    .where('id', '=', id)
    .execute();
}

/** Takes back the keys of a home and of its people: they would show what its next people report. @returns their ids. */
export async function revokeKeysOfHome(trx: Kysely<Database>, id: string, at: Instant): Promise<string[]> {
  const residents = await trx.selectFrom('resident').select('id').where('household', '=', id).execute();
  const rows = await trx
    .updateTable('api_key')
    .set({ revoked_at: timeOf(at) })
    .where('revoked_at', 'is', null)
    .where((eb) =>
      eb.or([
        eb('household', '=', id),
        oneOf(
          sql.ref('resident'),
          residents.map((resident) => resident.id),
        ),
      ]),
    )
    .returning('id')
    .execute();
  return rows.map((row) => row.id);
}
