import { sql, type Kysely } from 'kysely';

/** When a command last named a photo that is in no case yet; how those that nobody names are found. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table file add column named_at timestamptz`.execute(db);
  await sql`create index file_unnamed on file (created_at) where case_no is null`.execute(db);
}
