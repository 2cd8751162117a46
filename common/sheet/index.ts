import { SheetError, type Sheet, type SheetLimits } from './cell';
import { readCsv } from './csv';
import { readXlsx } from './xlsx';

export { SheetError, type Cell, type Sheet, type SheetLimits, type SheetRow } from './cell';

const ZIP = Buffer.from('PK\x03\x04', 'latin1');
/** Workbooks of before 2007, and those with a password. */
const COMPOUND = Buffer.from([0xd0, 0xcf, 0x11, 0xe0]);

/**
 * Reads a table, CSV or XLSX by its first bytes. Others get their turn while it is read.
 * @throws SheetError
 */
export async function readSheet(bytes: Buffer, limits: SheetLimits): Promise<Sheet> {
  if (bytes.subarray(0, COMPOUND.length).equals(COMPOUND)) {
    throw new SheetError('not-a-sheet', 'a workbook without a password, saved as .xlsx');
  }
  return bytes.subarray(0, ZIP.length).equals(ZIP) ? readXlsx(bytes, limits) : readCsv(bytes, limits);
}
