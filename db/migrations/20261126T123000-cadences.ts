import { sql, type Kysely } from 'kysely';

/** Revised cadences are found by their asset among all that ever happened. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index if not exists journal_cadence on journal ((data ->> 'asset')) where type = 'cadence-revised'`.execute(
    db,
  );
}
