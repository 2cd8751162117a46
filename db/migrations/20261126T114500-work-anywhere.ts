import { sql, type Kysely } from 'kysely';

/** What is owed in any project, most urgent first: the other indexes have the rows in order within one project only. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index obligation_open_due on obligation (due_at, case_no, id) where state = 'open'`.execute(db);
  await sql`create index obligation_overdue on obligation (due_at, case_no, id) where state = 'open' and overdue`.execute(
    db,
  );
}
