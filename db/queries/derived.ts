import { sql, type Kysely } from 'kysely';
import type { Database } from '../schema';

/** The read model: tables that are folds of the journals, the column that names the case, and what numbers its rows. */
export const DERIVED = [
  { table: 'case', no: 'no', keys: [] },
  { table: 'journal', no: 'case_no', keys: ['seq'] },
  { table: 'obligation', no: 'case_no', keys: ['id'] },
  { table: 'command_receipt', no: 'case_no', keys: ['id'] },
  { table: 'case_fact', no: 'case_no', keys: [] },
  { table: 'obligation_fact', no: 'case_no', keys: ['obligation_id'] },
  { table: 'segment_fact', no: 'case_no', keys: ['seq'] },
  { table: 'attempt_fact', no: 'case_no', keys: ['seq'] },
  { table: 'timer_fact', no: 'case_no', keys: ['seq'] },
] as const;

/** Where a row is looked for that both sides have, or only one. */
export interface RowDifference {
  readonly no: string;
  readonly table: string;
  /** What numbers the row within its case; empty for a table with one row per case. */
  readonly key: string;
  /** `both`: the two rows differ. */
  readonly where: 'live' | 'rebuilt' | 'both';
  /** The rows as JSON without the fence, which is a token of one run; null unless `where` is `both`. */
  readonly live: Readonly<Record<string, unknown>> | null;
  readonly rebuilt: Readonly<Record<string, unknown>> | null;
}

/**
 * All rows of some cases in which two schemas differ, in one statement and so as of one moment. Of sealed texts only
 * those are named that `rebuilt` has and `live` has not: other texts don't come from histories.
 */
export async function rowDifferences(
  db: Kysely<Database>,
  schemas: { readonly live: string; readonly rebuilt: string },
  nos: readonly string[],
): Promise<RowDifference[]> {
  const tables = DERIVED.map(({ table, no, keys }, order) => {
    const side = (schema: string) => sql`
      select ${sql.ref(no)} as no, concat_ws('/', ${keys.length === 0 ? sql.lit('') : sql.join(keys.map((key) => sql.ref(key)))}) as key,
        to_jsonb(t) - 'fence' as row
      from ${sql.table(`${schema}.${table}`)} t where ${sql.ref(no)} = any(${nos})`;
    return sql`
      select ${sql.lit(order)} as place, ${sql.lit(table)} as "table", no, key, l.row as live, r.row as rebuilt
      from (${side(schemas.live)}) l full join (${side(schemas.rebuilt)}) r using (no, key)
      where l.row is distinct from r.row`;
  });
  const texts = sql`
    select ${sql.lit(DERIVED.length)}, 'vault_text', subject_id, ref::text, null, jsonb_build_object('digest', digest)
    from ${sql.table(`${schemas.rebuilt}.vault_text`)} t where not exists (
      select from ${sql.table(`${schemas.live}.vault_text`)} v where v.ref = t.ref and v.digest = t.digest)`;
  const { rows } = await sql<RowDifference>`
    with different as (${sql.join([...tables, texts], sql` union all `)})
    select no, "table", key,
      case when live is null then 'rebuilt' when rebuilt is null then 'live' else 'both' end as "where",
      case when rebuilt is not null then live end as live, case when live is not null then rebuilt end as rebuilt
    from different order by no, place, length(key), key`.execute(db);
  return rows;
}

/** Cases that have rows in some table, but no case row: nothing leads to them. */
export async function strayRows(db: Kysely<Database>): Promise<{ readonly no: string; readonly tables: string[] }[]> {
  const found = DERIVED.slice(1).map(
    ({ table, no }) => sql`
      select distinct ${sql.ref(no)} as no, ${sql.lit(table)} as "table" from ${sql.table(table)} t
      where not exists (select from "case" c where c.no = t.case_no)`,
  );
  const { rows } = await sql<{ no: string; tables: string[] }>`
    select no, array_agg("table" order by "table") as tables
    from (${sql.join(found, sql` union all `)}) stray group by no order by no`.execute(db);
  return rows;
}

/** What the row of a case says of itself. */
export interface CaseMark {
  readonly no: string;
  readonly seq: number;
  readonly fence: number;
  readonly ended: boolean;
}

/** By number, after `after` (`''`: from the first). */
export async function casePage(
  db: Kysely<Database>,
  page: { readonly after: string; readonly limit: number; readonly openOnly: boolean },
): Promise<CaseMark[]> {
  let query = db.selectFrom('case').select(['no', 'seq', 'fence', 'ended']).where('no', '>', page.after);
  if (page.openOnly) query = query.where('ended', '=', false);
  return query.orderBy('no').limit(page.limit).execute();
}

export async function caseMarks(db: Kysely<Database>, nos: readonly string[]): Promise<Map<string, CaseMark>> {
  if (nos.length === 0) return new Map();
  const rows = await db.selectFrom('case').select(['no', 'seq', 'fence', 'ended']).where('no', 'in', nos).execute();
  return new Map(rows.map((row) => [row.no, row]));
}
