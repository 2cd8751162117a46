import { sql, type Kysely } from 'kysely';

/** Homes whose people live in another project now. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table household add column moved_to text references household (id)`.execute(db);
}
