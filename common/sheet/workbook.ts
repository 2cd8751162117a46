import { posix } from 'node:path';
import { SheetError } from './cell';
import type { Container } from './container';

/** Days from 1900-01-00 to 1904-01-01: the first day of workbooks from an old Macintosh. */
const DAYS_TO_1904 = 1_462;
const BOOK = 'xl/workbook.xml';

/**
 * Which part holds the first sheet that is shown, and how its days are counted.
 * @throws SheetError for what is no workbook
 */
export async function sheetPathOf(
  container: Container,
): Promise<{ readonly path: string; readonly dayOffset: number }> {
  const sheets: { readonly id: string; readonly isShown: boolean }[] = [];
  let dayOffset = 0;
  await container.read(BOOK, {
    open: (name, attribute) => {
      if (name === 'workbookPr' && ['1', 'true'].includes(attribute('date1904') ?? '')) dayOffset = DAYS_TO_1904;
      if (name !== 'sheet') return;
      sheets.push({ id: attribute('r:id') ?? '', isShown: (attribute('state') ?? 'visible') === 'visible' });
    },
  });
  const targets = new Map<string, string>();
  await container.read('xl/_rels/workbook.xml.rels', {
    open: (name, attribute) => {
      if (name === 'Relationship') targets.set(attribute('Id') ?? '', attribute('Target') ?? '');
    },
  });
  const target = targets.get(sheets.find(({ isShown }) => isShown)?.id ?? '');
  if (target === undefined) throw new SheetError('not-a-sheet', 'a workbook with a sheet that is shown');
  return { path: target.startsWith('/') ? target.slice(1) : posix.join('xl', target), dayOffset };
}

/** The texts that cells name by number; without the readings that Japanese and Chinese editions put beside them. */
export async function sharedTextsOf(container: Container): Promise<readonly string[]> {
  const texts: string[] = [];
  if (!container.has('xl/sharedStrings.xml')) return texts;
  let text = '';
  let isText = false;
  let isReading = false;
  await container.read('xl/sharedStrings.xml', {
    open: (name) => {
      if (name === 'si') text = '';
      else if (name === 't') isText = true;
      else if (name === 'rPh') isReading = true;
    },
    text: (piece) => {
      if (isText && !isReading) text += piece;
    },
    close: (name) => {
      if (name === 'si') texts.push(text);
      else if (name === 't') isText = false;
      else if (name === 'rPh') isReading = false;
    },
  });
  return texts;
}

/** Formats that every workbook has without saying so and that show a date or a time. */
const isBuiltInDate = (id: number): boolean =>
  (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58);

/** By number of the cell's style: whether it shows a date. */
export async function dateStylesOf(container: Container): Promise<readonly boolean[]> {
  const own = new Map<number, boolean>();
  const styles: boolean[] = [];
  if (!container.has('xl/styles.xml')) return styles;
  let isCellStyles = false;
  await container.read('xl/styles.xml', {
    open: (name, attribute) => {
      if (name === 'numFmt') own.set(Number(attribute('numFmtId')), showsDate(attribute('formatCode') ?? ''));
      else if (name === 'cellXfs') isCellStyles = true;
      else if (name === 'xf' && isCellStyles) {
        const id = Number(attribute('numFmtId') ?? 0);
        styles.push(own.get(id) ?? isBuiltInDate(id));
      }
    },
    close: (name) => {
      if (name === 'cellXfs') isCellStyles = false;
    },
  });
  return styles;
}

/** Without quoted texts, escaped signs, colours and conditions: has it a year, a month, a day, an hour or a second? */
function showsDate(format: string): boolean {
  return /[ymdhs]/i.test(
    format.replaceAll(/"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi, '').replaceAll(/general/gi, ''),
  );
}
