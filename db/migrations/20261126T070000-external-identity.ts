import { sql, type Kysely } from 'kysely';

/** Whom the people of a company's identity provider are here. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table external_identity (
    id text primary key,
    issuer text not null,
    staff text not null references staff (id),
    created_at timestamptz not null,
    created_by text not null
  )`.execute(db);
  await sql`create index external_identity_staff on external_identity (staff)`.execute(db);
}
