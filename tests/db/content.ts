import { sql, type Kysely } from 'kysely';
import type { Database } from '../../db/schema';

const DERIVED = [
  ['case', 'no'],
  ['journal', 'case_no'],
  ['obligation', 'case_no'],
  ['obligation_fact', 'case_no'],
  ['case_fact', 'case_no'],
  ['segment_fact', 'case_no'],
  ['attempt_fact', 'case_no'],
  ['timer_fact', 'case_no'],
  ['command_receipt', 'case_no'],
] as const;

/** All rows of a case that a rebuild must give again, by table; the fence, a token of one run, is left out. */
export async function contentOf(db: Kysely<Database>, no: string): Promise<Record<string, unknown[]>> {
  const content: Record<string, unknown[]> = {};
  for (const [table, column] of DERIVED) {
    const { rows } = await sql<{ row: unknown }>`
      select to_jsonb(t) - 'fence' as row from ${sql.table(table)} t
      where ${sql.ref(column)} = ${no} order by to_jsonb(t)::text`.execute(db);
    content[table] = rows.map(({ row }) => row);
  }
  return content;
}

/** Forgets a case, so that it can be written anew from its first batch. */
export async function clearCase(db: Kysely<Database>, no: string): Promise<void> {
  for (const [table, column] of DERIVED) {
    await sql`delete from ${sql.table(table)} where ${sql.ref(column)} = ${no}`.execute(db);
  }
}

/** Everything that stands in the database, as text: where something must not be found. */
export async function allText(db: Kysely<Database>): Promise<string> {
  const tables = await sql<{ name: string }>`
    select table_name as name from information_schema.tables where table_schema = 'public'`.execute(db);
  const texts: string[] = [];
  for (const { name } of tables.rows) {
    const { rows } = await sql<{ text: string }>`select t::text as text from ${sql.table(name)} t`.execute(db);
    texts.push(...rows.map(({ text }) => `${name}: ${text}`));
  }
  return texts.join('\n');
}
