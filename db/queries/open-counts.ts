import { sql, type Kysely } from 'kysely';
import type { Database } from '../schema';

/** Open and overdue obligations of live cases, by kind: the gauges of `/metrics`. */
export async function openCounts(
  db: Kysely<Database>,
): Promise<{ readonly open: Record<string, number>; readonly overdue: Record<string, number> }> {
  const rows = await db
    .selectFrom('obligation')
    .select(['kind', sql<number>`count(*)`.as('open'), sql<number>`count(*) filter (where overdue)`.as('overdue')])
    .where('state', '=', 'open')
    .groupBy('kind')
    .execute();
  return {
    open: Object.fromEntries(rows.map((row) => [row.kind, Number(row.open)])),
    overdue: Object.fromEntries(rows.map((row) => [row.kind, Number(row.overdue)])),
  };
}
