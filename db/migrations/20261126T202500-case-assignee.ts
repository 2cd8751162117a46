import { sql, type Kysely } from 'kysely';

/** Who has which job, whether or not a clock of it runs: for a hand-over, and before somebody leaves. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index case_assignee on "case" ((snapshot #>> '{state,job,assignee}'))
    where closed_at is null and snapshot #>> '{state,job,assignee}' is not null`.execute(db);
}
