import { SheetError, type Cell, type SheetRow } from './cell';

interface Place {
  readonly row: number;
  readonly column: number;
}

export interface Merge {
  readonly from: Place;
  readonly to: Place;
}

/** Cells that merges touch, all told: a file that has more was made to keep us busy. */
const TOUCHED_MAX = 5_000_000;

/**
 * A cell that is merged over several rows is the same for all of them: a room with three people has one cell for the
 * room. Merged over several columns it belongs to none of them; in a title nobody minds.
 * @throws SheetError
 */
export function fillMerged(rows: readonly SheetRow[], merges: readonly Merge[]): SheetRow[] {
  const filled = rows.map(({ row, cells }) => ({ row, cells: [...cells] as (Cell | undefined)[] }));
  let touched = 0;
  for (const { from, to } of merges) {
    const first = firstAt(filled, from.row);
    const top = filled[first]?.row === from.row ? filled[first].cells[from.column] : undefined;
    const isAcross = to.column > from.column;
    for (let index = first; (filled[index]?.row ?? Infinity) <= to.row; index += 1) {
      touched += 1 + to.column - from.column;
      if (touched > TOUCHED_MAX) throw new SheetError('not-a-sheet', 'fewer merged cells');
      const { cells } = filled[index] ?? { cells: [] };
      for (let column = from.column; column <= to.column; column += 1) {
        if (isAcross) cells[column] = { spoilt: 'merged-across' };
        else cells[column] = top;
      }
    }
  }
  return filled;
}

/** Index of the first row at this number or after it. */
function firstAt(rows: readonly SheetRow[], row: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle]?.row ?? Infinity) < row) low = middle + 1;
    else high = middle;
  }
  return low;
}
