import { Rows, SheetError, type Cell, type Sheet, type SheetLimits } from './cell';
import { openContainer, type Container } from './container';
import { dateStylesOf, sharedTextsOf, sheetPathOf } from './workbook';
import { fillMerged, type Merge } from './merged';

/**
 * The first sheet of a workbook that is shown. Numbers and dates stay what they are, a formula is the value that Excel
 * saw last, and a merged cell over several rows counts for each of them.
 * @throws SheetError
 */
export async function readXlsx(bytes: Buffer, limits: SheetLimits): Promise<Sheet> {
  const container = await openContainer(bytes, limits.unpacked);
  const { path, dayOffset } = await sheetPathOf(container);
  const known = { texts: await sharedTextsOf(container), dates: await dateStylesOf(container), dayOffset };
  const { rows, merges } = await readRows(container, path, known, limits);
  return { format: 'xlsx', encoding: null, rows: fillMerged(rows, merges) };
}

interface Known {
  readonly texts: readonly string[];
  /** By style: whether it shows a date. */
  readonly dates: readonly boolean[];
  /** Days between the workbook's first day and that of the 1900 system. */
  readonly dayOffset: number;
}

/** What is known of a cell until it ends. */
interface Open {
  readonly column: number;
  readonly type: string;
  readonly style: number;
  isFormula: boolean;
  value: string | null;
}

async function readRows(container: Container, path: string, known: Known, limits: SheetLimits) {
  const rows = new Rows(limits);
  const merges: Merge[] = [];
  let row = 0;
  let cells: (Cell | undefined)[] = [];
  let cell: Open | null = null;
  /** Text counts inside of a value only, and not where it says how one is read aloud. */
  let isValue = false;
  let isReading = false;
  await container.read(path, {
    open: (name, attribute) => {
      if (name === 'row') {
        row = placeOf(attribute('r'), row + 1, row + 1);
        cells = [];
      } else if (name === 'c') {
        const column = columnOf(attribute('r')) ?? (cell?.column ?? -1) + 1;
        if (column >= COLUMNS_MAX) throw new SheetError('not-a-sheet', 'columns from A to XFD');
        cell = {
          column,
          type: attribute('t') ?? 'n',
          style: Number(attribute('s') ?? 0),
          isFormula: false,
          value: null,
        };
      } else if (name === 'f' && cell) cell.isFormula = true;
      else if (name === 'v' || name === 't') isValue = !isReading;
      else if (name === 'rPh') isReading = true;
      else if (name === 'mergeCell') merges.push(mergeOf(attribute('ref') ?? ''));
    },
    text: (text) => {
      if (isValue && cell) cell.value = (cell.value ?? '') + text;
    },
    close: (name) => {
      if (name === 'v' || name === 't') isValue = false;
      else if (name === 'rPh') isReading = false;
      else if (name === 'c' && cell) cells[cell.column] = valueOf(cell, known);
      else if (name === 'row') {
        rows.add(row, cells);
        cell = null;
      }
    },
  });
  return { rows: rows.all, merges };
}

const COLUMNS_MAX = 16_384;
const ROWS_MAX = 1_048_576;

/** @throws SheetError for one that does not come after those before it */
function placeOf(written: string | undefined, next: number, otherwise: number): number {
  const place = written === undefined ? otherwise : Number(written);
  if (!Number.isInteger(place) || place < next || place > ROWS_MAX) {
    throw new SheetError('not-a-sheet', 'rows in their order');
  }
  return place;
}

/** `AB12` is 27; null where nothing is written. */
function columnOf(written: string | undefined): number | null {
  const letters = /^[A-Z]{1,3}/.exec(written ?? '')?.[0];
  if (letters === undefined) return null;
  return [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

/** `A2:B5` */
function mergeOf(ref: string): Merge {
  const [from = '', to = from] = ref.split(':');
  const place = (text: string): { row: number; column: number } => ({
    row: Number(/\d+$/.exec(text)?.[0] ?? 0),
    column: columnOf(text) ?? 0,
  });
  return { from: place(from), to: place(to) };
}

function valueOf({ type, style, isFormula, value }: Open, { texts, dates, dayOffset }: Known): Cell | undefined {
  if (value === null || value.trim() === '') return isFormula ? { spoilt: 'formula-without-value' } : undefined;
  switch (type) {
    case 's':
      return filled(texts[Number(value)]);
    case 'e':
      return { spoilt: 'cell-error' };
    case 'b':
      return value === '1' ? 'TRUE' : 'FALSE';
    case 'n': {
      const number = Number(value);
      if (!Number.isFinite(number)) return { spoilt: 'cell-error' };
      return dates[style] ? { number: number + dayOffset, isDate: true } : { number, isDate: false };
    }
    default:
      return filled(value);
  }
}

const filled = (text: string | undefined): string | undefined => (text?.trim() === '' ? undefined : text);
