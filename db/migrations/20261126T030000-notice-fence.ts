import { sql, type Kysely } from 'kysely';

/** Which run of a workflow task a message is of, and what it asked for. Null: sent by a former release. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table notification add column fence bigint, add column asked text`.execute(db);
}
