import { sql, type Kysely } from 'kysely';

/** Company, projects, people, homes, keys to the API. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table company (
    id text primary key,
    name text not null,
    created_at timestamptz not null
  )`.execute(db);

  await sql`create table project (
    id text primary key,
    company text not null references company (id),
    name text not null,
    zone text not null,
    created_at timestamptz not null,
    check (id <> '*')
  )`.execute(db);

  await sql`create table department (
    project text not null references project (id),
    id text not null,
    name text not null,
    primary key (project, id)
  )`.execute(db);

  await sql`create table staff (
    id text primary key,
    company text not null references company (id),
    name_ref uuid not null,
    department text,
    active boolean not null,
    created_at timestamptz not null
  )`.execute(db);

  // No key to project: "*" stands for all of them.
  await sql`create table staff_role (
    staff text not null references staff (id),
    project text not null,
    role text not null,
    primary key (staff, project, role)
  )`.execute(db);
  await sql`create index staff_role_holders on staff_role (project, role)`.execute(db);

  await sql`create table household (
    id text primary key,
    project text not null references project (id),
    building text not null,
    unit text,
    room_ref uuid not null,
    room_index text not null,
    care_colour text check (care_colour in ('red', 'yellow', 'green')),
    created_at timestamptz not null,
    unique (project, room_index)
  )`.execute(db);

  await sql`create table resident (
    id text primary key,
    household text not null references household (id),
    project text not null references project (id),
    name_ref uuid not null,
    name_index text not null,
    phone_ref uuid,
    phone_index text,
    created_at timestamptz not null
  )`.execute(db);
  await sql`create index resident_household on resident (household)`.execute(db);
  await sql`create index resident_phone on resident (project, phone_index)`.execute(db);
  await sql`create index resident_name on resident (project, name_index)`.execute(db);

  await sql`create table api_key (
    id text primary key,
    hash text not null,
    label text not null,
    role text not null,
    staff text references staff (id),
    resident text references resident (id),
    household text references household (id),
    projects text[],
    created_at timestamptz not null,
    created_by text not null,
    expires_at timestamptz,
    revoked_at timestamptz,
    last_used_at timestamptz
  )`.execute(db);
}
