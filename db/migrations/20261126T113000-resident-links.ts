import { sql, type Kysely } from 'kysely';

/** Links for residents: of the secret in a link only a hash is kept. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table resident_link (
    id text primary key,
    hash text not null unique,
    case_no text not null,
    project text not null references project (id),
    rights text[] not null,
    for_messages boolean not null,
    made_by text not null,
    made_in_role text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    revoked_at timestamptz,
    revoked_by text
  )`.execute(db);
  await sql`create index resident_link_case on resident_link (case_no, created_at desc)`.execute(db);
}
