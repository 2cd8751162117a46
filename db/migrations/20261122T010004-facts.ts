import { sql, type Kysely } from 'kysely';

/** Fact tables of management.md section 3, written with the journal. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table obligation_fact (
    case_no text not null,
    obligation_id text not null,
    project text not null,
    family text not null,
    population text not null,
    kind text not null,
    episode integer not null,
    type text,
    subtype text,
    priority text,
    level text,
    role text not null,
    department text,
    person text,
    building text,
    asset_id text,
    opened_at timestamptz not null,
    due_base timestamptz not null,
    due_at timestamptz not null,
    due_day date,
    met_at timestamptz,
    missed_at timestamptz,
    outcome text not null,
    late_ms bigint,
    paused_ms bigint not null,
    max_rung integer not null,
    policy_version integer not null,
    primary key (case_no, obligation_id)
  ) with (fillfactor = 80)`.execute(db);
  await sql`create index obligation_fact_period on obligation_fact (project, due_day, kind)`.execute(db);

  await sql`create table case_fact (
    case_no text primary key,
    project text not null,
    family text not null,
    population text not null,
    type text,
    subtype text,
    priority text,
    level text,
    owner text,
    source text not null,
    channel text not null,
    building text,
    unit text,
    asset_id text,
    care_colour text,
    repeat_of text,
    root_case text,
    reported_at timestamptz not null,
    received_at timestamptz not null,
    reported_day date not null,
    reported_hour integer not null,
    first_arrived_at timestamptz,
    first_completed_at timestamptz,
    completed_at timestamptz,
    closed_at timestamptz,
    close_reason text,
    reopens integer not null,
    visits integer not null,
    asked_at timestamptz,
    score integer,
    scored_at timestamptz,
    labour_minutes integer,
    policy_version integer not null
  ) with (fillfactor = 80)`.execute(db);
  await sql`create index case_fact_period on case_fact (project, reported_day)`.execute(db);

  await sql`create table segment_fact (
    case_no text not null,
    seq integer not null,
    project text not null,
    track text not null,
    name text not null,
    waiting_on text not null,
    entered_at timestamptz not null,
    left_at timestamptz,
    primary key (case_no, seq)
  )`.execute(db);

  await sql`create table attempt_fact (
    case_no text not null,
    seq integer not null,
    project text not null,
    obligation_id text not null,
    number integer not null,
    "of" integer not null,
    at timestamptz not null,
    primary key (case_no, seq)
  )`.execute(db);

  await sql`create table timer_fact (
    case_no text not null,
    seq integer not null,
    project text not null,
    purpose text not null,
    obligation_id text,
    planned_at timestamptz not null,
    fired_at timestamptz not null,
    primary key (case_no, seq)
  )`.execute(db);
  await sql`create index timer_fact_fired on timer_fact (fired_at)`.execute(db);
}
