import { sql, type Kysely } from 'kysely';

/** Photos: what is known of them. The bytes are elsewhere, encrypted. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table file (
    id text primary key,
    project text not null references project (id),
    case_no text,
    by_id text not null,
    type text not null,
    size integer not null,
    sha256 text not null,
    store_key text not null,
    created_at timestamptz not null,
    attached_at timestamptz,
    erased_at timestamptz
  )`.execute(db);
  await sql`create index file_case on file (case_no)`.execute(db);
  await sql`create index file_loose on file (by_id) where case_no is null and erased_at is null`.execute(db);
}
