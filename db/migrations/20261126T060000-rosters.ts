import { sql, type Kysely } from 'kysely';

/**
 * Posts (岗位), skills and zones (片区), who has which, calendars, rosters, assets. What says who was on duty is never
 * changed: it is ended, and something new begins (`since`, `ended_at`).
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table department add column retired_at timestamptz`.execute(db);
  await namedList(db, 'post');
  await namedList(db, 'skill');
  await namedList(db, 'zone');
  // The key says that a building is in one zone at most.
  await sql`create table zone_building (
    project text not null,
    building text not null,
    zone text not null,
    primary key (project, building),
    foreign key (project, zone) references zone (project, id)
  )`.execute(db);

  await sql`create table staff_tie (
    staff text not null references staff (id),
    project text not null references project (id),
    kind text not null check (kind in ('post', 'skill', 'zone')),
    code text not null,
    primary key (staff, project, kind, code)
  )`.execute(db);
  await sql`create index staff_tie_project on staff_tie (project, kind, code)`.execute(db);
  await sql`create unique index staff_tie_one_post on staff_tie (staff, project) where kind = 'post'`.execute(db);

  await sql`create table project_calendar (
    project text not null references project (id),
    version integer not null,
    holidays text[] not null,
    workdays text[] not null,
    created_at timestamptz not null,
    primary key (project, version)
  )`.execute(db);

  await rosterTables(db);

  await sql`create table asset (
    id text primary key,
    project text not null references project (id),
    kind text not null,
    name text not null,
    building text,
    unit text,
    zone text,
    in_service_since date,
    state text not null check (state in ('in-service', 'out-of-service', 'removed')),
    created_at timestamptz not null
  )`.execute(db);
  await sql`create index asset_project on asset (project, id)`.execute(db);
}

async function namedList(db: Kysely<unknown>, table: string): Promise<void> {
  await sql`create table ${sql.table(table)} (
    project text not null references project (id),
    id text not null,
    name text not null,
    retired_at timestamptz,
    primary key (project, id)
  )`.execute(db);
}

async function rosterTables(db: Kysely<unknown>): Promise<void> {
  await sql`create table roster_line (
    id text not null,
    revision integer not null,
    project text not null references project (id),
    staff text not null references staff (id),
    role text not null,
    post text,
    from_time text not null,
    to_time text not null,
    weekdays text not null,
    first_day date not null,
    last_day date,
    since timestamptz not null,
    ended_at timestamptz,
    primary key (id, revision)
  )`.execute(db);
  await sql`create index roster_line_project on roster_line (project, since)`.execute(db);
  await sql`create unique index roster_line_current on roster_line (id) where ended_at is null`.execute(db);

  await sql`create table roster_override (
    id text primary key,
    project text not null references project (id),
    line text not null,
    day date not null,
    from_time text,
    to_time text,
    since timestamptz not null,
    ended_at timestamptz,
    check ((from_time is null) = (to_time is null))
  )`.execute(db);
  await sql`create index roster_override_project on roster_override (project, day)`.execute(db);
  await sql`create unique index roster_override_current on roster_override (line, day) where ended_at is null`.execute(
    db,
  );

  await sql`create table substitution (
    id text primary key,
    project text not null references project (id),
    staff text not null references staff (id),
    by_staff text not null references staff (id),
    from_at timestamptz not null,
    to_at timestamptz not null,
    since timestamptz not null,
    ended_at timestamptz,
    check (from_at < to_at),
    check (staff <> by_staff)
  )`.execute(db);
  await sql`create index substitution_project on substitution (project, to_at)`.execute(db);
}
