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
    case 'time':
      return readTime(cell, type.isEnd ?? false);
    case 'weekdays':
      return readWeekdays(cell);
    case 'text':
      return readText(cell);
    case 'list':
      return ofText(cell, partsOf);
    case 'code':
      return ofText(cell, (text) => codeOf(type.vocabulary, text));
  }
}

const SPOILT = {
  'cell-error': 'a value, not an error of a formula',
  'formula-without-value': 'a value; the formula was never computed',
  'merged-across': 'one cell per column',
};

const partsOf = (text: string): string[] => text.split(/[,，;；、|]/).flatMap((part) => part.trim() || []);

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

const local = (date: string, hours: number, minutes: number, zone: string): number =>
  instantOfLocal(date, wallTime(hours * 60 + minutes), zone);

function wallTime(minutes: number): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

const TIME = /^(\d{1,2})(?::(\d{2})(?::00)?|[点时](?:(\d{1,2})分?)?)$/;
const A_TIME = 'a time such as 08:00; an end that is not after the beginning is of the next day';
const MINUTES_OF_DAY = DAY / MINUTE;

/** `08:00`, `8点`, or a time of Excel. Of an end, 24:00 is the 00:00 that ends the day. */
function readTime(cell: Cell, isEnd: boolean): Read {
  const minutes = typeof cell === 'string' ? minutesOf(cell) : 'number' in cell ? cell.number * MINUTES_OF_DAY : NaN;
  const whole = Math.round(minutes);
  const isTime =
    Math.abs(whole - minutes) < 0.01 && whole >= 0 && (whole < MINUTES_OF_DAY || (isEnd && whole === MINUTES_OF_DAY));
  return isTime ? { value: wallTime(whole % MINUTES_OF_DAY) } : { code: 'wrong-format', expected: A_TIME };
}

function minutesOf(text: string): number {
  const [, hours, minutes, spoken = '0'] = TIME.exec(text.normalize('NFKC').trim()) ?? [];
  return Number(minutes ?? spoken) < 60 ? Number(hours) * 60 + Number(minutes ?? spoken) : NaN;
}

const EVERY_DAY = ['1', '2', '3', '4', '5', '6', '7'];
const RANGE = /^(.+?)\s*(?:[-–—~至到]|to)\s*(.+)$/i;
const SOME_DAYS = 'weekdays such as 一、三、五, Mon-Fri, 1 (Monday) or 每天';

/** Numbers of weekdays, 1 = Monday: single ones, and from one to another, over a Sunday too. */
function readWeekdays(cell: Cell): Read {
  const read = ofText(cell, (text) => partsOf(text.normalize('NFKC')).map(daysOf));
  if (!('value' in read)) return read;
  const parts = read.value as readonly (readonly string[])[];
  const isKnown = parts.length > 0 && parts.every((days) => days.length > 0);
  return isKnown ? { value: parts.flat().map(Number) } : { code: 'wrong-format', expected: SOME_DAYS };
}

/** None where nobody knows the word. */
function daysOf(part: string): readonly string[] {
  const single = codeOf('weekday', part);
  if (single === 'daily') return EVERY_DAY;
  if (EVERY_DAY.includes(single)) return [single];
  const [, first = '', last = ''] = RANGE.exec(part) ?? [];
  const [from, to] = [first, last].map((word) => EVERY_DAY.indexOf(codeOf('weekday', word)));
  if (from === undefined || to === undefined || from < 0 || to < 0) return [];
  return from <= to ? EVERY_DAY.slice(from, to + 1) : [...EVERY_DAY.slice(from), ...EVERY_DAY.slice(0, to + 1)];
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
