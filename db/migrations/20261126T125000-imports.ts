import { sql, type Kysely } from 'kysely';

/** Ledgers and open cases that came as a file, and what became of each row. No cell is kept. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table import_run (
    id text primary key,
    project text not null references project (id),
    kind text not null,
    dry_run boolean not null,
    state text not null,
    code text,
    by_id text not null,
    format text not null,
    encoding text,
    columns jsonb not null,
    row_count integer not null,
    created integer not null,
    changed integer not null,
    unchanged integer not null,
    refused integer not null,
    started_at timestamptz not null,
    seen_at timestamptz not null,
    ended_at timestamptz
  )`.execute(db);
  await sql`create index import_run_project on import_run (project, started_at desc, id)`.execute(db);
  await sql`create table import_row (
    import text not null references import_run (id),
    row integer not null,
    outcome text not null,
    ref text,
    errors jsonb not null,
    primary key (import, row)
  )`.execute(db);
  await sql`create index import_row_outcome on import_row (import, outcome, row)`.execute(db);
}
