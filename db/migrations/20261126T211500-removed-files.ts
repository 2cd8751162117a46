import { sql, type Kysely } from 'kysely';

/** When the bytes of a photo that was erased left the store; how those are found that still lie there. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table file add column removed_at timestamptz`.execute(db);
  await sql`create index file_erased on file (erased_at) where erased_at is not null and removed_at is null`.execute(
    db,
  );
}
