import { setImmediate } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { z } from 'zod';
import type { Role } from '../../domain/actor';
import type { Project } from '../../db/queries/directory';
import type { ImportedRow, RowError } from '../../db/queries/imports';
import type { Database } from '../../db/schema';
import type { ApiDeps } from '../deps';
import type { Principal } from '../http/access';
import { Problem } from '../http/problem';
import type { Deed } from '../resources/record';
import type { Column } from './columns';

/** What an import works with. */
export interface Work {
  readonly deps: ApiDeps;
  readonly principal: Principal;
  readonly project: Project;
  readonly dryRun: boolean;
  /** When the file came. */
  readonly now: number;
}

/** A row that was read: its fields are what the schema of the kind makes of them. */
export interface ReadRow<R> {
  readonly row: number;
  readonly value: R;
}

/** What would become of every row, and how to do it. */
export interface Decision {
  readonly outcomes: readonly ImportedRow[];
  /** @returns the entries of the audit log beside that of the import itself. */
  write(trx: Kysely<Database>): Promise<readonly Deed[]>;
}

interface KindFacts {
  /** Of its address: `households`. */
  readonly name: string;
  readonly roles: readonly Role[];
  readonly columns: readonly Column[];
  /** Rows below the headings. */
  readonly maxRows: number;
}

/**
 * Rows that are a whole: all of them are written in one transaction, or none.
 * `R`: a row as its schema makes it. `P`: with what takes time to compute, such as blind indexes.
 */
export interface LedgerKind<R = never, P = never> extends KindFacts {
  readonly is: 'ledger';
  readonly schema: z.ZodType<R>;
  /** @throws RowRefusal */
  prepare(work: Work, value: R): P;
  /** Reads what is there and compares. Nothing is written before `write`. */
  decide(work: Work, trx: Kysely<Database>, rows: readonly ReadRow<P>[]): Promise<Decision>;
}

/** Rows that each stand for themselves. */
export interface CaseKind extends KindFacts {
  readonly is: 'cases';
  /** @returns what became of it. @throws only what holds up every row. */
  take(work: Work, row: number, cells: Readonly<Record<string, unknown>>): Promise<ImportedRow>;
}

export type ImportKind = LedgerKind | CaseKind;

/** A ledger kind that a list can hold beside others; rows are only handed back to it. */
export function ledger<R, P>(kind: LedgerKind<R, P>): ImportKind {
  return kind as unknown as ImportKind;
}

/** A row that can't be taken. */
export class RowRefusal extends Error {
  override readonly name = 'RowRefusal';
  constructor(readonly errors: readonly RowError[]) {
    super(errors.map(({ code }) => code).join(' '));
  }
}

export function refusedRow(row: number, errors: readonly RowError[]): ImportedRow {
  return { row, outcome: 'refused', ref: null, errors };
}

/** What a row is refused with when what a request of its kind must hold does not. */
export async function refusalOf(
  field: string,
  expected: string,
  demand: () => void | Promise<void>,
): Promise<RowError | null> {
  try {
    await demand();
    return null;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { field, code: error.code, expected };
  }
}

/** Rows that others wait for at most. */
const TURN = 200;

/** What becomes of each row, in their order; others get a turn in between. */
export async function mapInTurns<T, R>(rows: readonly T[], make: (row: T) => R): Promise<R[]> {
  const made: R[] = [];
  for (let from = 0; from < rows.length; from += TURN) {
    if (from > 0) await setImmediate();
    for (const row of rows.slice(from, from + TURN)) made.push(make(row));
  }
  return made;
}

/** Finds what stands in one file twice. */
export class Seen {
  readonly #rows = new Map<string, number>();

  /** @returns the row in which this stood first; null for the first. */
  before(key: string, row: number): number | null {
    const first = this.#rows.get(key);
    if (first === undefined) this.#rows.set(key, row);
    return first ?? null;
  }
}

export const duplicateOf = (field: string | null, first: number): RowError => ({
  field,
  code: 'duplicate-row',
  expected: `once in a file; it is in row ${first}`,
});
