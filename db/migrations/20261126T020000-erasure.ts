import { sql, type Kysely } from 'kysely';

/** Who and what was erased, so that nothing which is written anew brings it back. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table erasure (
    subject_kind text not null,
    subject_id text not null,
    resident text not null,
    at timestamptz not null,
    primary key (subject_kind, subject_id)
  )`.execute(db);
  await sql`create index erasure_resident on erasure (resident)`.execute(db);
  await sql`alter table vault_text add column erased_at timestamptz`.execute(db);
  // Cases that somebody reported with his own login.
  await sql`create index journal_reporter on journal (by_id) where seq = 1 and by_role = 'resident'`.execute(db);
}
