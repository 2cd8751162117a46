import { sql, type Kysely } from 'kysely';

/** Encrypted texts with a data key per subject, and published policies. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table vault_key (
    subject_kind text not null,
    subject_id text not null,
    wrapped text not null,
    created_at timestamptz not null,
    primary key (subject_kind, subject_id)
  )`.execute(db);

  await sql`create table vault_text (
    ref uuid primary key,
    subject_kind text not null,
    subject_id text not null,
    cipher text not null,
    salt text not null,
    digest text not null,
    created_at timestamptz not null
  )`.execute(db);
  await sql`create index vault_text_subject on vault_text (subject_kind, subject_id)`.execute(db);

  await sql`create table policy_version (
    family text not null,
    version integer not null,
    document jsonb not null,
    yaml text not null,
    published_at timestamptz not null,
    published_by text not null,
    primary key (family, version)
  )`.execute(db);
}
