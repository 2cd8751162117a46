import { sql, type Kysely } from 'kysely';

/** Residents by the initials of their names; drafts; who unmasked how much lately. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // Null: not filled yet (db/fill-initials.ts). Empty: there are none, or he was erased.
  await sql`alter table resident add column initials_index text`.execute(db);
  await sql`create index resident_initials on resident (project, initials_index)`.execute(db);
  await sql`create index audit_log_unmasking on audit_log (actor, at)
    where action in ('case.unmask', 'household.unmask', 'unmask.beyond-budget')`.execute(db);
  await sql`create table draft (
    owner text not null,
    key text not null,
    wrapped text not null,
    cipher text not null,
    updated_at timestamptz not null,
    primary key (owner, key)
  )`.execute(db);
}
