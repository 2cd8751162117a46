import { isMet, type Bar, type Row } from './measure';

/** Where, when and with what it was measured. */
export interface Circumstances {
  /** `2026-11-26` */
  readonly date: string;
  /** Processor, cores, memory, system. */
  readonly machine: string;
  readonly versions: string;
  /** How it was called. */
  readonly command: string;
}

const HEAD = ['', 'what', 'floor', 'measured', 'bar', '', 'ours; floor', 'date'];
const MISSED = '**missed**';

/**
 * The page of the last run: the template with `{{table}}` and the other names filled in.
 * @param former the page as it was: what this run did not measure stays as it stands there. Empty: nothing stays.
 */
export function performancePage(
  template: string,
  rows: readonly Row[],
  circumstances: Circumstances,
  former = '',
): string {
  const lines = withFormer(linesOf(rows, circumstances.date), former);
  const values: Record<string, string> = { ...circumstances, table: tableOf(lines), verdict: verdictOf(lines) };
  return template.replaceAll(/\{\{(\w+)\}\}/g, (_match, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`the template asks for ${name}, which is not known`);
    return value;
  });
}

/** `12 of 14 bars are met; missed: M2 (twice).` */
export function verdict(rows: readonly Row[]): string {
  return verdictOf(linesOf(rows, ''));
}

function verdictOf(lines: readonly Line[]): string {
  const missed = lines.filter((line) => line.includes(MISSED));
  if (missed.length === 0) return `All ${lines.length} bars are met.`;
  const names = missed.map(([id, what]) => `${id} ${what}`);
  return `${lines.length - missed.length} of ${lines.length} bars are met. Missed: ${names.join('; ')}.`;
}

/** A Markdown table, its columns aligned as Prettier does. */
export function table(rows: readonly Row[], date: string): string {
  return tableOf(linesOf(rows, date));
}

/** The cells of a line of the table. */
type Line = readonly string[];

/** What was measured now in the place of the same measure before, by what it says it is. */
function withFormer(lines: readonly Line[], former: string): Line[] {
  const names = new Set(lines.map(nameOf));
  const kept = former.split('\n').filter((text) => /^\| M\d/.test(text));
  const cells = kept.map((text) =>
    text
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  const all = [...lines, ...cells.filter((line) => line.length === HEAD.length && !names.has(nameOf(line)))];
  return all.sort(([a = ''], [b = '']) => a.localeCompare(b));
}

const nameOf = ([id, what]: Line): string => `${id} ${what}`;

function tableOf(lines: readonly Line[]): string {
  const cells = [HEAD, ...lines];
  const widths = HEAD.map((_head, column) => Math.max(3, ...cells.map((line) => (line[column] ?? '').length)));
  const [head = '', ...body] = cells.map((line) =>
    lineOf(line.map((cell, column) => cell.padEnd(widths[column] ?? 0))),
  );
  return [head, lineOf(widths.map((width) => '-'.repeat(width))), ...body].join('\n');
}

function lineOf(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function linesOf(rows: readonly Row[], date: string): Line[] {
  return rows.map((row) => {
    const { id, what, floor, value, unit, bar, figures } = row;
    return [id, what, floor, amount(value, unit), barOf(bar, unit), isMet(row) ? 'met' : MISSED, figures, date];
  });
}

function barOf(bar: Bar, unit: string): string {
  if ('atMost' in bar) return `≤ ${amountOf(bar.atMost, unit)}`;
  return 'atLeast' in bar ? `≥ ${amountOf(bar.atLeast, unit)}` : `< ${amountOf(bar.below, unit)}`;
}

/** `1.27 ×`, `812 ms`, `12.4 /s` */
function amount(value: number, unit: string): string {
  const digits = unit === '×' ? 2 : unit === '/s' ? 1 : 0;
  return `${value.toFixed(digits)} ${unit}`;
}

/** A bar as it was set. */
function amountOf(value: number, unit: string): string {
  return `${value} ${unit}`;
}
