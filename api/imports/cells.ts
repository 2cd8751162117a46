import type { Cell, SheetRow } from '../../common/sheet';
import { codesOf, LOCALES, words, type Vocabulary } from '../../common/words';
import { DAY, isoOf, MINUTE } from '../../domain/instant';
import { addDays, instantOfLocal } from '../../domain/zone';
import type { RowError } from '../../db/queries/imports';
import { isStorableText, STORABLE_TEXT } from '../http/text-rules';
import type { CellType, Column } from './columns';

export interface ReadCells {
  /** By field; what is empty is left out. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly errors: readonly RowError[];
}

/** The fields of a row, before the schema of its kind looks at them. */
export function readCells({ cells }: SheetRow, columns: readonly (Column | null)[], zone: string): ReadCells {
  const fields: Record<string, unknown> = {};
  const errors: RowError[] = [];
  for (const [index, column] of columns.entries()) {
    const cell = cells[index];
    if (!column || cell === undefined) continue;
    const read = readCell(cell, column.type, zone);
    if ('code' in read) errors.push({ field: column.field, ...read });
    else fields[column.field] = read.value;
  }
  return { fields, errors };
}

type Wrong = Omit<RowError, 'field'>;
type Read = { readonly value: unknown } | Wrong;

function readCell(cell: Cell, type: CellType, zone: string): Read {
  if (typeof cell === 'object' && 'spoilt' in cell) return { code: cell.spoilt, expected: SPOILT[cell.spoilt] };
  if (typeof cell === 'string' && !isStorableText(cell)) return { code: 'text-not-storable', expected: STORABLE_TEXT };
  switch (type.is) {
    case 'date':
      return readDate(cell);
    case 'instant':
      return readInstant(cell, zone);
    case 'text':
      return readText(cell);
    case 'list':
      return ofText(cell, (text) => text.split(/[,，;；、|]/).flatMap((part) => part.trim() || []));
    case 'code':
      return ofText(cell, (text) => codeOf(type.vocabulary, text));
  }
}

const SPOILT = {
  'cell-error': 'a value, not an error of a formula',
  'formula-without-value': 'a value; the formula was never computed',
  'merged-across': 'one cell per column',
};

function ofText(cell: Cell, make: (text: string) => unknown): Read {
  const read = readText(cell);
  return 'value' in read ? { value: make(read.value as string) } : read;
}

function readText(cell: Cell): Read {
  if (typeof cell === 'string') return { value: cell.trim() };
  if ('spoilt' in cell) return { code: cell.spoilt, expected: SPOILT[cell.spoilt] };
  if (cell.isDate) return { code: 'date-in-place-of-text', expected: 'text; Excel made a date of it' };
  if (Number.isSafeInteger(cell.number)) return { value: String(cell.number) };
  return { code: 'number-not-exact', expected: 'text, or a whole number of at most 15 digits' };
}

/** By vocabulary: the codes that a word may stand for. */
const codeTables = new Map<Vocabulary, ReadonlyMap<string, readonly string[]>>();

function codesByWord(vocabulary: Vocabulary): ReadonlyMap<string, readonly string[]> {
  const known = codeTables.get(vocabulary);
  if (known) return known;
  const table = new Map<string, readonly string[]>();
  for (const locale of LOCALES) {
    for (const code of codesOf(vocabulary)) {
      const named = words(locale).find(vocabulary, code)?.split('|') ?? [];
      for (const word of named.map(fold)) table.set(word, [...(table.get(word) ?? []), code]);
    }
  }
  codeTables.set(vocabulary, table);
  return table;
}

/**
 * The code of a word in any language. Itself where nobody knows the word: the schema says what is expected.
 * @param among of several that have the same word, the one that is one of these.
 */
export function codeOf(vocabulary: Vocabulary, text: string, among?: readonly string[]): string {
  const codes = codesByWord(vocabulary).get(fold(text)) ?? [];
  return codes.find((code) => among?.includes(code) ?? true) ?? text;
}

const fold = (text: string): string => text.normalize('NFKC').trim().toLowerCase();

const DATE = /^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?$/;
const INSTANT = /^(.*?日|\S+)[\sT]*(\d{1,2}):(\d{2})(?::(\d{2}))?$/;
const WITH_OFFSET = /(?:Z|[+-]\d{2}:\d{2})$/;
const A_DATE = 'a date such as 2026-10-01';
const AN_INSTANT = 'a date and time such as 2026-10-01 09:30, in the zone of the project';

function readDate(cell: Cell): Read {
  const date = typeof cell === 'string' ? dateOf(cell) : 'number' in cell ? serialDate(cell.number) : null;
  return date === null ? { code: 'wrong-format', expected: A_DATE } : { value: date };
}

/** As RFC 3339 in UTC. A local time that a clock change skips is the first instant after; one that it repeats, the first. */
function readInstant(cell: Cell, zone: string): Read {
  const wrong = { code: 'wrong-format', expected: AN_INSTANT };
  if (typeof cell !== 'string') {
    const date = 'number' in cell ? serialDate(cell.number) : null;
    if (date === null || !('number' in cell)) return wrong;
    const minutes = Math.round(((cell.number % 1) * DAY) / MINUTE);
    return { value: isoOf(minutes === 1_440 ? local(addDays(date, 1), 0, 0, zone) : local(date, 0, minutes, zone)) };
  }
  const text = cell.normalize('NFKC').trim();
  // The schema of reports reads these as they are.
  if (WITH_OFFSET.test(text)) return { value: text };
  const [, day = '', hours, minutes = '', seconds = '0'] = INSTANT.exec(text) ?? [];
  const date = dateOf(hours === undefined ? text : day);
  const isTime = Number(hours ?? 0) < 24 && Number(minutes) < 60 && Number(seconds) < 60;
  if (date === null || hours === undefined || !isTime) return wrong;
  return { value: isoOf(local(date, Number(hours), Number(minutes), zone) + Number(seconds) * 1_000) };
}

function local(date: string, hours: number, minutes: number, zone: string): number {
  const all = hours * 60 + minutes;
  const two = (number: number): string => String(number).padStart(2, '0');
  return instantOfLocal(date, `${two(Math.floor(all / 60))}:${two(all % 60)}`, zone);
}

/** Null for a day that there is not. */
function dateOf(text: string): string | null {
  const [, year, month = '', day = ''] = DATE.exec(text.normalize('NFKC').trim()) ?? [];
  if (year === undefined) return null;
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const [number, days] = [Number(month), Number(day)];
  if (number < 1 || number > 12 || days < 1 || days > 31) return null;
  return addDays(date, 0) === date ? date : null;
}

/** Days of Excel that are a date of our time: 1954 to 2119. What is written as 20260105 is none of them. */
const SERIALS = { first: 20_000, last: 80_000 };

function serialDate(number: number): string | null {
  if (number < SERIALS.first || number > SERIALS.last) return null;
  return addDays('1899-12-30', Math.floor(number));
}
