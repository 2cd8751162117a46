import type { ColumnType } from 'kysely';

/** A `jsonb` column: read as a value, written as JSON text (pg would make a PostgreSQL array of a list). */
export type Json<T> = ColumnType<T, string, string>;
