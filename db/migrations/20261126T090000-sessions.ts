import { sql, type Kysely } from 'kysely';

/** Logins that browsers keep, and logins through the identity provider that are under way. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table session (
    id text primary key,
    hash text not null,
    holder text not null,
    key_id text not null,
    role text not null,
    device text not null,
    created_at timestamptz not null,
    seen_at timestamptz not null,
    ends_at timestamptz not null,
    ended_at timestamptz
  )`.execute(db);
  await sql`create index session_holder on session (holder) where ended_at is null`.execute(db);
  await sql`create table login_attempt (
    id text primary key,
    sealed text not null,
    created_at timestamptz not null
  )`.execute(db);
}
