import { sql, type Expression, type RawBuilder, type SqlBool } from 'kysely';
import type { Instant } from '../../domain/instant';

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
  /** All rows that the filter finds, on whatever page. */
  readonly total: number;
  /** null: this was the last page. */
  readonly next: ListCursor | null;
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
 */
export function pageOf<Row, T>(
  rows: readonly Row[],
  limit: number,
  total: number,
  read: (row: Row) => T,
  cursor: (last: Row) => ListCursor,
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(read), total, next: last && rows.length > limit ? cursor(last) : null };
}
