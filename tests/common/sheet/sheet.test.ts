import { readSheet, SheetError, type Sheet } from '../../../common/sheet';
import { partsOf, rowsOf, workbookOf, zipOf } from './made';

const LIMITS = { rows: 100, columns: 10, unpacked: 1_000_000 };
const read = (bytes: Buffer | string, limits = LIMITS): Promise<Sheet> => readSheet(Buffer.from(bytes), limits);
const rowsIn = async (bytes: Buffer | string) => (await read(bytes)).rows.map(({ row, cells }) => [row, ...cells]);
/** GB18030 of 房号,姓名 and 1501,张伟 */
const GB18030 = Buffer.from('b7bfbac52cd0d5c3fb0d0a313530312cd5c5ceb00d0a', 'hex');

async function refusal(bytes: Buffer | string, limits = LIMITS): Promise<[string, string]> {
  const error: unknown = await read(bytes, limits).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(SheetError);
  const { code, expected } = error as SheetError;
  return [code, expected];
}

describe('a CSV', () => {
  it.each([
    ['UTF-8', Buffer.from('房号,姓名\n1501,张伟\n'), 'utf-8'],
    ['UTF-8 with a byte order mark', Buffer.from('\ufeff房号,姓名\r\n1501,张伟'), 'utf-8'],
    ['UTF-16, as Excel has Unicode text', Buffer.from('\ufeff房号\t姓名\r\n1501\t张伟', 'utf16le'), 'utf-16le'],
    ['GB18030, as a Chinese Windows writes it', GB18030, 'gb18030'],
  ])('is read in %s', async (_what, bytes, encoding) => {
    const sheet = await read(bytes);
    expect([sheet.format, sheet.encoding]).toEqual(['csv', encoding]);
    expect(sheet.rows.map(({ cells }) => cells)).toEqual([
      ['房号', '姓名'],
      ['1501', '张伟'],
    ]);
  });

  it('may have semicolons, quoted line ends, and rows of any length; empty rows are counted and left out', async () => {
    expect(await rowsIn('a;b;c\n\n"x\n;y";"say ""hi"""\n ; \nlast')).toEqual([
      [1, 'a', 'b', 'c'],
      [3, 'x\n;y', 'say "hi"'],
      [5, 'last'],
    ]);
  });

  it('is refused when it is something else, without telling what stands in it', async () => {
    expect(await refusal(Buffer.from([0x41, 0x00, 0x42]))).toEqual(['not-a-sheet', 'text in UTF-8 or GB18030']);
    expect(await refusal(Buffer.from([0x41, 0xff, 0xff, 0xff]))).toEqual(['not-a-sheet', 'text in UTF-8 or GB18030']);
    expect(await refusal('a,b\n1,2\n"秘密,3\n')).toEqual([
      'not-a-sheet',
      'rows as RFC 4180 has them; after row 2: CSV_QUOTE_NOT_CLOSED',
    ]);
    const endless = await refusal(`a\n"${'x\n'.repeat(100_000)}`);
    expect(endless).toEqual(['not-a-sheet', 'rows as RFC 4180 has them; after row 1: CSV_MAX_RECORD_SIZE']);
  });

  it('has at most so many rows and columns', async () => {
    expect(await refusal('x\n'.repeat(101))).toEqual(['too-many-rows', '100']);
    expect(await refusal(`${','.repeat(10)}x`)).toEqual(['too-many-columns', '10']);
    expect(await rowsIn(`x${','.repeat(50)}`)).toEqual([[1, 'x']]);
  });
});

describe('a workbook', () => {
  it('is read from the first sheet that is shown, with its texts as people see them', async () => {
    const rows = `<row r="2"><c r="A2" t="s"><v>0</v></c><c t="s"><v>1</v></c><c r="D2" t="b"><v>1</v></c>
      <c r="E2" t="str"><f>A1&amp;B1</f><v>3-2</v></c></row><row><c t="inlineStr"><is><r><t>张</t></r><r><t>伟</t></r></is></c></row>`;
    const shared = ['<t>房号</t>', '<r><t>姓</t></r><r><t>名</t></r><rPh><t>xìng míng</t></rPh>'];
    expect(await rowsIn(workbookOf({ rows, shared }))).toEqual([
      [2, '房号', '姓名', undefined, 'TRUE', '3-2'],
      [3, '张伟'],
    ]);
  });

  it('keeps numbers and dates apart, whatever year its days are counted from', async () => {
    const formats = ['yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;', '[Red]0.00&quot;days&quot;', 'h:mm'];
    const rows = `<row r="1"><c s="1"><v>46000</v></c><c s="2"><v>1.5</v></c><c s="3"><v>0.5</v></c><c><v>13800000012</v></c></row>`;
    const cells = [
      { number: 46_000, isDate: true },
      { number: 1.5, isDate: false },
      { number: 0.5, isDate: true },
      { number: 13_800_000_012, isDate: false },
    ];
    expect(await rowsIn(workbookOf({ rows, formats }))).toEqual([[1, ...cells]]);
    const old = await rowsIn(workbookOf({ rows, formats, date1904: true }));
    expect(old[0]?.[1]).toEqual({ number: 47_462, isDate: true });
  });

  it('says which cells have no value: errors, and formulas that were never computed', async () => {
    const rows = `<row r="1"><c t="e"><f>1/0</f><v>#DIV/0!</v></c><c><f>A1</f></c><c><f>1+1</f><v>2</v></c></row>`;
    expect(await rowsIn(workbookOf({ rows }))).toEqual([
      [1, { spoilt: 'cell-error' }, { spoilt: 'formula-without-value' }, { number: 2, isDate: false }],
    ]);
  });

  it('fills a cell that is merged over several rows into each; over several columns it is nobody’s', async () => {
    const rows = rowsOf([
      ['台账', null, null],
      ['3-2-1501', '张伟', 'x'],
      [null, '李娜', null],
      ['3-2-1502', '王芳', 'y'],
    ]);
    expect(await rowsIn(workbookOf({ rows, merges: ['A1:C1', 'A2:A3', 'B4:C4'] }))).toEqual([
      [1, { spoilt: 'merged-across' }, { spoilt: 'merged-across' }, { spoilt: 'merged-across' }],
      [2, '3-2-1501', '张伟', 'x'],
      [3, '3-2-1501', '李娜'],
      [4, '3-2-1502', { spoilt: 'merged-across' }, { spoilt: 'merged-across' }],
    ]);
  });

  it('is refused where it can’t be trusted', async () => {
    const good = partsOf({ rows: rowsOf([['x']]) });
    const without = (name: string) => zipOf(good.filter((part) => part.name !== name));
    const instead = (name: string, content: string) =>
      zipOf([...good.filter((part) => part.name !== name), { name, content }]);
    const sheet = 'xl/worksheets/sheet2.xml';
    const readable = `a workbook whose ${sheet} can be read`;
    expect(await refusal(Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1]))).toEqual([
      'not-a-sheet',
      'a workbook without a password, saved as .xlsx',
    ]);
    expect(await refusal(zipOf(good).subarray(0, 300))).toEqual(['not-a-sheet', 'a workbook (.xlsx)']);
    expect(await refusal(without('xl/workbook.xml'))).toEqual(['not-a-sheet', 'a workbook with xl/workbook.xml']);
    expect(await refusal(without(sheet))).toEqual(['not-a-sheet', `a workbook with ${sheet}`]);
    expect(await refusal(instead(sheet, '<worksheet><sheetData>'))).toEqual(['not-a-sheet', readable]);
    const entity = '<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet><row><c><v>&a;</v></c></row></worksheet>';
    expect(await refusal(instead(sheet, entity))).toEqual(['not-a-sheet', readable]);
    const backwards = '<worksheet><row r="5"><c><v>1</v></c></row><row r="2"><c><v>1</v></c></row></worksheet>';
    expect(await refusal(instead(sheet, backwards))).toEqual(['not-a-sheet', 'rows in their order']);
    expect(await refusal(workbookOf({ rows: '<row><c r="XFE1"><v>1</v></c></row>' }))).toEqual([
      'not-a-sheet',
      'columns from A to XFD',
    ]);
    expect(await refusal(workbookOf({ rows: '<row><c r="K1"><v>1</v></c></row>' }))).toEqual([
      'too-many-columns',
      '10',
    ]);
  });

  it('does not unpack more than it may, whatever the zip says', async () => {
    const name = 'xl/worksheets/sheet2.xml';
    const others = partsOf({ rows: '' }).filter((part) => part.name !== name);
    const content = `<worksheet>${' '.repeat(20_000_000)}</worksheet>`;
    const bomb = zipOf([...others, { name, content }]);
    expect(bomb.length).toBeLessThan(40_000);
    expect(await refusal(bomb)).toEqual(['too-many-bytes', '1000000']);
    const lying = zipOf([...others, { name, content, claimed: 1_000 }]);
    expect(await refusal(lying)).toEqual(['not-a-sheet', `a workbook whose ${name} can be read`]);
  });

  it('may be merged as much as people do, not more', async () => {
    const rows = rowsOf(Array.from({ length: 90 }, (_, index) => [`room ${index}`]));
    const merges = Array.from({ length: 20_000 }, () => 'A1:ZZ90');
    expect(await refusal(workbookOf({ rows, merges }))).toEqual(['not-a-sheet', 'fewer merged cells']);
  });
});

test('others get their turn while a long file is read', async () => {
  const limits = { ...LIMITS, rows: 200_000 };
  const lines = Array.from({ length: 60_000 }, (_, index) => `3-2-${index},张伟,13800000012`).join('\n');
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 1);
  expect((await read(lines, limits)).rows).toHaveLength(60_000);
  clearInterval(timer);
  expect(turns).toBeGreaterThan(5);
});
