import { sql, type Kysely } from 'kysely';

/**
 * The read model of cases. No foreign keys: it is a fold of the journals, written by one transaction per batch, and a
 * check per row would cost a tenth of that without finding anything the fold could get wrong.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  // Rows are updated with every batch: free space in the page keeps the new version beside the old one.
  await sql`create table "case" (
    no text primary key,
    project text not null,
    family text not null,
    mode text not null,
    stage text not null,
    waiting_on text not null,
    type text,
    subtype text,
    priority text,
    level text,
    owner text,
    episode integer not null,
    reopen_count integer not null,
    policy_version integer not null,
    reported_at timestamptz not null,
    received_at timestamptz not null,
    closed_at timestamptz,
    ended boolean not null,
    updated_at timestamptz not null,
    next_due_at timestamptz,
    overdue_count integer not null,
    source text not null,
    channel text not null,
    building text,
    unit text,
    asset text,
    room_index text,
    phone_index text,
    care_colour text,
    repeat_of text,
    root_case text,
    expected_resolution_at timestamptz,
    seq integer not null,
    fence bigint not null,
    snapshot jsonb not null,
    tally jsonb not null
  ) with (fillfactor = 80)`.execute(db);
  await sql`create index case_received on "case" (received_at, no)`.execute(db);
  await sql`create index case_project_received on "case" (project, received_at, no)`.execute(db);
  await sql`create index case_project_stage on "case" (project, stage, received_at, no)`.execute(db);
  // Few cases owe something at a time: one index serves all projects, and closed cases are not in it.
  await sql`create index case_due on "case" (next_due_at, no) where next_due_at is not null`.execute(db);
  await sql`create index case_owner on "case" (owner, received_at, no)`.execute(db);
  await sql`create index case_room on "case" (room_index, received_at) where room_index is not null`.execute(db);
  await sql`create index case_phone on "case" (phone_index, received_at) where phone_index is not null`.execute(db);
  await sql`create index case_asset on "case" (project, asset, received_at) where asset is not null`.execute(db);
  await sql`create index case_open on "case" (project, stage) where closed_at is null`.execute(db);
  await sql`create index case_running on "case" (no) where not ended`.execute(db);

  await sql`create table journal (
    case_no text not null,
    seq integer not null,
    type text not null,
    at timestamptz not null,
    occurred_at timestamptz,
    by_id text not null,
    by_role text not null,
    by_department text,
    via jsonb not null,
    episode integer not null,
    policy_version integer not null,
    data jsonb not null,
    primary key (case_no, seq)
  )`.execute(db);

  await sql`create table command_receipt (
    case_no text not null,
    id text not null,
    command text not null,
    body_hash text not null,
    seq integer not null,
    answer jsonb not null,
    primary key (case_no, id)
  )`.execute(db);
}
