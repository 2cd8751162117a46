import { sql, type Kysely } from 'kysely';

/** The change feed, the audit log, and what the auditor finds. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // (xid, n), because numbers of a sequence commit out of order: a reader that resumes by n alone loses rows.
  await sql`create table change_feed (
    xid xid8 not null default pg_current_xact_id(),
    n bigserial not null,
    project text not null,
    case_no text not null,
    seq integer not null,
    fence bigint,
    kind text not null,
    at timestamptz not null,
    primary key (xid, n)
  )`.execute(db);

  await sql`create table audit_log (
    n bigint primary key,
    at timestamptz not null,
    actor text not null,
    role text not null,
    action text not null,
    subject text not null,
    project text,
    details jsonb not null,
    previous text not null,
    hash text not null
  )`.execute(db);
  await sql`create index audit_log_subject on audit_log (subject, n)`.execute(db);
  await sql`create function refuse_change() returns trigger language plpgsql as $$
    begin
      raise exception 'the audit log is append-only' using errcode = 'insufficient_privilege';
    end
  $$`.execute(db);
  await sql`create trigger audit_log_append_only before update or delete or truncate on audit_log
    for each statement execute function refuse_change()`.execute(db);

  await sql`create table projection_finding (
    case_no text not null,
    found_at timestamptz not null,
    kind text not null,
    workflow_seq integer,
    row_seq integer,
    repaired_at timestamptz,
    primary key (case_no, found_at)
  )`.execute(db);
  await sql`create index projection_finding_open on projection_finding (found_at) where repaired_at is null`.execute(
    db,
  );
}
