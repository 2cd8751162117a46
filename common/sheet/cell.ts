/** What stands in a cell. Text as it is; what only a workbook knows keeps its type, so that nothing is guessed here. */
export type Cell = string | NumberCell | SpoiltCell;

/** A number as Excel keeps it; of a date or a time the serial day count of the 1900 system. */
export interface NumberCell {
  readonly number: number;
  /** The cell is shown as a date or a time. */
  readonly isDate: boolean;
}

/** A cell without a value that anybody could read. */
export interface SpoiltCell {
  readonly spoilt: 'cell-error' | 'formula-without-value' | 'merged-across';
}

/** One row with something in it. */
export interface SheetRow {
  /** As the spreadsheet counts it, from 1. */
  readonly row: number;
  /** By column, from 0; undefined where nothing stands. */
  readonly cells: readonly (Cell | undefined)[];
}

export type Encoding = 'utf-8' | 'utf-16le' | 'gb18030';

export interface Sheet {
  readonly format: 'csv' | 'xlsx';
  /** Of a CSV: what it was read as. */
  readonly encoding: Encoding | null;
  /** Without the empty ones. */
  readonly rows: readonly SheetRow[];
}

export interface SheetLimits {
  /** Rows with something in them. */
  readonly rows: number;
  readonly columns: number;
  /** Bytes of a workbook, unpacked. */
  readonly unpacked: number;
}

/** The file as a whole can't be read. */
export class SheetError extends Error {
  override readonly name = 'SheetError';
  constructor(
    readonly code: 'not-a-sheet' | 'too-many-rows' | 'too-many-columns' | 'too-many-bytes',
    /** What was expected; of what is too many: the limit. */
    readonly expected: string,
    cause?: unknown,
  ) {
    super(`${code}: ${expected}`, { cause });
  }
}

/** What the rows of a file are collected in: counts them, and leaves out those in which nothing stands. */
export class Rows {
  readonly #rows: SheetRow[] = [];
  constructor(private readonly limits: SheetLimits) {}

  /** @throws SheetError too-many-rows, too-many-columns */
  add(row: number, cells: readonly (Cell | undefined)[]): void {
    const last = cells.findLastIndex((cell) => cell !== undefined);
    if (last < 0) return;
    if (last >= this.limits.columns) throw new SheetError('too-many-columns', String(this.limits.columns));
    if (this.#rows.length >= this.limits.rows) throw new SheetError('too-many-rows', String(this.limits.rows));
    this.#rows.push({ row, cells: cells.slice(0, last + 1) });
  }

  get all(): SheetRow[] {
    return this.#rows;
  }
}
