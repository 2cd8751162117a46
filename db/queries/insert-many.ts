import { sql, type Kysely } from 'kysely';
import type { Database } from '../schema';

/** So many rows in one statement: it takes a fraction of the time that a statement may take. */
export const MANY = 1_000;

/**
 * Many rows with one parameter per statement, however many columns there are. Columns that no row names are null.
 * @param onConflict `skip`: rows that are there already are left alone.
 * @returns how many were put in.
 */
export async function insertMany(
  db: Kysely<Database>,
  table: keyof Database,
  rows: readonly object[],
  onConflict: 'fail' | 'skip' = 'fail',
): Promise<number> {
  let inserted = 0;
  for (let from = 0; from < rows.length; from += MANY) {
    const { numAffectedRows } = await sql`
      insert into ${sql.table(table)}
      select * from jsonb_populate_recordset(
        null::${sql.table(table)}, ${JSON.stringify(rows.slice(from, from + MANY))}::jsonb)
      ${onConflict === 'skip' ? sql`on conflict do nothing` : sql``}`.execute(db);
    inserted += Number(numAffectedRows ?? 0n);
  }
  return inserted;
}
