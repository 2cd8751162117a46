import type { Kysely } from 'kysely';
import type { Database } from '../schema';

/** What cases can be about: an asset by its id, a room by its blind index. */
interface About {
  readonly project: string;
  readonly column: 'asset' | 'room_index';
  readonly value: string;
}

/** Numbers of the open cases about something, oldest first. */
export async function openCasesAbout(db: Kysely<Database>, { project, column, value }: About): Promise<string[]> {
  const rows = await db
    .selectFrom('case')
    .select('no')
    .where('project', '=', project)
    .where(column, '=', value)
    .where('closed_at', 'is', null)
    .where('ended', '=', false)
    .orderBy('received_at')
    .orderBy('no')
    .execute();
  return rows.map(({ no }) => no);
}
