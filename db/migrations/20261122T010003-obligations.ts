import { sql, type Kysely } from 'kysely';

/** What is owed, by whom, until when; and the messages about it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table obligation (
    case_no text not null,
    id text not null,
    project text not null,
    family text not null,
    mode text not null,
    kind text not null,
    episode integer not null,
    priority text,
    urgent boolean not null,
    state text not null,
    owed_as text not null,
    owed_role text not null,
    owed_department text,
    owed_person text,
    start_at timestamptz not null,
    opened_at timestamptz not null,
    window_from timestamptz,
    limit_ms bigint not null,
    calendar text,
    calendar_version text,
    due_at timestamptz not null,
    due_base timestamptz not null,
    warn_at timestamptz,
    next_at timestamptz,
    next text,
    paused_since timestamptz,
    missed_at timestamptz,
    overdue boolean not null,
    ladder text,
    rung integer not null,
    max_rung integer not null,
    exhausted boolean not null,
    born_late text,
    ended_at timestamptz,
    late_ms bigint,
    end_reason text,
    primary key (case_no, id)
  ) with (fillfactor = 80)`.execute(db);
  // The work lists read open obligations only, most urgent first.
  await sql`create index obligation_open on obligation (project, due_at, case_no, id)
    where state = 'open'`.execute(db);
  await sql`create index obligation_open_person on obligation (owed_person, due_at, case_no, id)
    where state = 'open'`.execute(db);
  await sql`create index obligation_open_role on obligation (project, owed_role, due_at, case_no, id)
    where state = 'open' and owed_person is null`.execute(db);

  await sql`create table notification (
    id text primary key,
    key text not null,
    project text not null,
    case_no text not null,
    seq integer not null,
    mode text not null,
    recipient text,
    role text,
    skipped text[] not null,
    template text not null,
    args jsonb not null,
    urgent boolean not null,
    obligation text,
    text_ref uuid,
    channel text not null,
    sent_at timestamptz not null,
    read_at timestamptz,
    acknowledged_at timestamptz
  )`.execute(db);
  await sql`create index notification_key on notification (key)`.execute(db);
  await sql`create index notification_case on notification (case_no, sent_at)`.execute(db);
  await sql`create index notification_inbox on notification (recipient, sent_at, id)`.execute(db);
  await sql`create index notification_nobody on notification (project, role, sent_at)
    where recipient is null`.execute(db);
}
