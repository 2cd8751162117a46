import { sql, type Expression, type Kysely, type RawBuilder, type SelectQueryBuilder, type SqlBool } from 'kysely';
import type { Instant } from '../../domain/instant';
import type { Database } from '../schema';

/** Ids of the projects somebody may see; `*` is all. */
export type ProjectScope = readonly string[] | '*';

/** Where a page ended: the last row's value in the order of the sort, and its id, which makes the order total. */
export interface ListCursor {
  readonly sort: readonly (string | number | null)[];
  readonly id: string;
}

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: ListCursor | null;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** All rows that the filter finds, on whatever page, counted up to `TOTAL_MAX`. */
  readonly total: number;
  /** There are more than `total`. */
  readonly totalCapped: boolean;
  /** null: this was the last page. */
  readonly next: ListCursor | null;
}

/**
 * Up to which a list counts what its filter finds: nobody reads on to there, and counting a million rows anew for each
 * page would take longer than the page.
 */
export const TOTAL_MAX = 10_000;

/** How many rows a query finds, at most one more than `TOTAL_MAX`. @param found without an order, and without columns. */
export function countFound<DB, Table extends keyof DB>(
  db: Kysely<Database>,
  found: SelectQueryBuilder<DB, Table, object>,
): Promise<number> {
  return countRows(db, sql`(${found.select(sql`1`.as('one'))}) as found`);
}

/** As `countFound`. @param from what follows `from`, conditions included */
export async function countRows(db: Kysely<Database>, from: RawBuilder<unknown>): Promise<number> {
  const some = sql`select 1 from ${from} limit ${TOTAL_MAX + 1}`;
  const { rows } = await sql<{ readonly total: number }>`select count(*) as total from (${some}) as counted`.execute(
    db,
  );
  return rows[0]?.total ?? 0;
}

/** The cursor of a caller does not fit the list it is used for. */
export class CursorError extends Error {
  override readonly name = 'CursorError';
}

/** `column in (…)`. A single value is compared by `=`, so that an index gives the rows in their order. */
export function oneOf(column: RawBuilder<unknown>, values: readonly string[]): Expression<SqlBool> {
  if (values.length === 1) return sql<boolean>`${column} = ${values[0]}`;
  return sql<boolean>`${column} = any(${[...values]}::text[])`;
}

/** True for `*`. An empty list finds nothing. */
export function inScope(column: RawBuilder<unknown>, projects: ProjectScope): Expression<SqlBool> {
  return projects === '*' ? sql<boolean>`true` : oneOf(column, projects);
}

/** The rows after the cursor in the order `columns`, all ascending or all descending. */
export function beyond(
  columns: readonly RawBuilder<unknown>[],
  values: readonly unknown[],
  descending: boolean,
): Expression<SqlBool> {
  const compare = sql.raw(descending ? '<' : '>');
  return sql<boolean>`(${sql.join([...columns])}) ${compare} (${sql.join([...values])})`;
}

/** @throws CursorError when the cursor's first value is no instant. */
export function cursorInstant(cursor: ListCursor): Instant {
  const value = cursor.sort[0];
  if (typeof value !== 'number') throw new CursorError('the cursor belongs to another list');
  return value;
}

/**
 * One row more than the page was asked for tells whether there is a next one.
 * @param rows at most `limit + 1`
 * @param found all of them, as `countFound` counts
 */
export function pageOf<Row, T>(
  rows: readonly Row[],
  limit: number,
  found: number,
  read: (row: Row) => T,
  cursor: (last: Row) => ListCursor,
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(read),
    total: Math.min(found, TOTAL_MAX),
    totalCapped: found > TOTAL_MAX,
    next: last && rows.length > limit ? cursor(last) : null,
  };
}
