import { sql, type Kysely } from 'kysely';

/** Where people and machines are reached beyond the inbox, and what was sent there. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table notification add column handover text`.execute(db);
  await sql`create index notification_undelivered on notification (sent_at) where handover in ('due', 'handed')`.execute(
    db,
  );
  await sql`alter table staff add column language text`.execute(db);
  await sql`alter table resident add column language text`.execute(db);

  await sql`create table contact (
    subject_kind text not null,
    subject_id text not null,
    channel text not null,
    project text,
    value_ref text not null,
    created_at timestamptz not null,
    primary key (subject_kind, subject_id, channel)
  )`.execute(db);
  await sql`create index contact_project on contact (project) where subject_kind = 'resident'`.execute(db);

  await sql`create table endpoint (
    id text primary key,
    project text not null,
    department text,
    kind text not null,
    label text not null,
    url_ref text not null,
    host text not null,
    secret_ref text,
    active boolean not null,
    created_at timestamptz not null
  )`.execute(db);
  await sql`create index endpoint_project on endpoint (project)`.execute(db);

  await sql`create table delivery (
    id text primary key,
    notification text not null,
    order_id text not null,
    project text not null,
    case_no text not null,
    recipient text not null,
    channel text not null,
    state text not null,
    reason text,
    tries integer not null,
    first_at timestamptz not null,
    last_at timestamptz not null,
    resent_at timestamptz
  )`.execute(db);
  await sql`create index delivery_notification on delivery (notification, first_at)`.execute(db);
  await sql`create index delivery_dead on delivery (project, last_at desc, id) where state = 'dead' and resent_at is null`.execute(
    db,
  );
}
