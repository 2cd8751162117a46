import type { Cell, SheetRow } from '../../common/sheet';
import { LOCALES, words, type Locale, type Vocabulary } from '../../common/words';
import type { ReadColumn } from '../../db/queries/imports';
import { problem } from '../http/problem';

/** What a cell stands for. `code`: a code, or the word for it in any language. `time`: of the clock on the wall. */
export type CellType =
  | { readonly is: 'text' | 'list' | 'date' | 'instant' | 'weekdays' }
  | { readonly is: 'time'; readonly isEnd?: boolean }
  | { readonly is: 'code'; readonly vocabulary: Vocabulary };

/** A column of a ledger. */
export interface Column {
  /** As the row's schema names it. */
  readonly field: string;
  /** `heading.<key>` of the words: its names in each language, the usual one first. The field where it is left out. */
  readonly heading?: string;
  readonly type: CellType;
  /** Without it a file is refused. */
  readonly isRequired?: boolean;
}

/** Where the rows begin, and which column of the sheet is which. */
export interface Layout {
  readonly columns: readonly (Column | null)[];
  readonly rows: readonly SheetRow[];
}

/** A title and some remarks may stand above the headings. */
const LOOKED_AT = 20;

/** The names of a column: `房号|房间号` */
export function headingsOf({ field, heading = field }: Column, locale: Locale): string[] {
  return words(locale).find('heading', heading)?.split('|') ?? [field];
}

/**
 * Finds the row of the headings: the first that has all the columns that are needed. Columns that nobody knows are left
 * out; a row that is nothing but headings again, as at the top of each page, is none of the rows.
 * @throws Problem headings-missing, heading-twice
 */
export function layoutOf(columns: readonly Column[], rows: readonly SheetRow[]): Layout {
  const byName = new Map<string, Column>();
  for (const column of columns) {
    const names = [column.field, ...LOCALES.flatMap((locale) => headingsOf(column, locale))];
    for (const name of names) byName.set(plain(name), column);
  }
  const found = rows.slice(0, LOOKED_AT).map(({ cells }) => cells.map((cell) => columnOf(cell, byName)));
  const at = found.findIndex((known) => columns.every((column) => !column.isRequired || known.includes(column)));
  if (at < 0) throw problem('headings-missing', { fields: missingIn(columns, found) });
  const known = found[at] ?? [];
  const twice = known.find((column, index) => column !== null && known.indexOf(column) !== index);
  if (twice) throw problem('heading-twice', { field: twice.field });
  const isHeading = ({ cells }: SheetRow): boolean => {
    const read = known.flatMap((column, index) => (column && cells[index] !== undefined ? [{ column, index }] : []));
    return read.length > 1 && read.every(({ column, index }) => columnOf(cells[index], byName) === column);
  };
  return { columns: known, rows: rows.slice(at + 1).filter((row) => !isHeading(row)) };
}

/** What the row that comes nearest lacks. */
function missingIn(columns: readonly Column[], found: readonly (readonly (Column | null)[])[]): string[] {
  const lacking = found.map((known) => columns.filter((column) => column.isRequired && !known.includes(column)));
  const least = lacking.reduce(
    (best, each) => (each.length < best.length ? each : best),
    columns.filter(({ isRequired }) => isRequired),
  );
  return least.map(({ field }) => field);
}

function columnOf(cell: Cell | undefined, byName: ReadonlyMap<string, Column>): Column | null {
  return typeof cell === 'string' ? (byName.get(plain(cell)) ?? null) : null;
}

/** `房号（必填）*` is `房号`. */
function plain(heading: string): string {
  return heading
    .normalize('NFKC')
    .replaceAll(/\([^)]*\)/g, '')
    .replaceAll(/[^\p{L}\p{N}]/gu, '')
    .toLowerCase();
}

/** What is told of the columns: letters and fields, never what the headings say. */
export function readColumns({ columns }: Layout): ReadColumn[] {
  return columns.map((column, index) => ({ column: letterOf(index), field: column?.field ?? null }));
}

function letterOf(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : letterOf(Math.floor(index / 26) - 1) + letter;
}

/** An empty table as a CSV that Excel opens as it is meant: with a byte order mark. */
export function templateOf(columns: readonly Column[], locale: Locale): Buffer {
  const headings = columns.map((column) => headingsOf(column, locale)[0] ?? column.field);
  return Buffer.from(`\ufeff${headings.join(',')}\r\n`);
}
