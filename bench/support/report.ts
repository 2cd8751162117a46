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

const HEAD = ['', 'what', 'floor', 'measured', 'bar', '', 'ours; floor'];

/** The page of the last run: the template with `{{table}}` and the other names filled in. */
export function performancePage(template: string, rows: readonly Row[], circumstances: Circumstances): string {
  const values: Record<string, string> = { ...circumstances, table: table(rows), verdict: verdict(rows) };
  return template.replaceAll(/\{\{(\w+)\}\}/g, (_match, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`the template asks for ${name}, which is not known`);
    return value;
  });
}

/** `12 of 14 bars are met; missed: M2 (twice).` */
export function verdict(rows: readonly Row[]): string {
  const missed = rows.filter((row) => !isMet(row));
  if (missed.length === 0) return `All ${rows.length} bars are met.`;
  const lines = missed.map(({ id, what }) => `${id} ${what}`);
  return `${rows.length - missed.length} of ${rows.length} bars are met. Missed: ${lines.join('; ')}.`;
}

/** A Markdown table, its columns aligned as Prettier does. */
export function table(rows: readonly Row[]): string {
  const cells = [HEAD, ...rows.map(cellsOf)];
  const widths = HEAD.map((_head, column) => Math.max(3, ...cells.map((line) => (line[column] ?? '').length)));
  const [head = '', ...body] = cells.map((line) =>
    lineOf(line.map((cell, column) => cell.padEnd(widths[column] ?? 0))),
  );
  return [head, lineOf(widths.map((width) => '-'.repeat(width))), ...body].join('\n');
}

function lineOf(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function cellsOf(row: Row): string[] {
  const result = isMet(row) ? 'met' : '**missed**';
  return [row.id, row.what, row.floor, amount(row.value, row.unit), barOf(row.bar, row.unit), result, row.figures];
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
