import { crc32, deflateRawSync } from 'node:zlib';

/** Workbooks made by hand, so that a test says each byte that matters. */

export interface Part {
  readonly name: string;
  readonly content: string | Buffer;
  /** What the zip says that it unpacks to; the truth where it is left out. */
  readonly claimed?: number;
}

/** A zip of deflated files. */
export function zipOf(parts: readonly Part[]): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content, claimed } of parts) {
    const bytes = Buffer.from(content);
    const packed = deflateRawSync(bytes);
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt16LE(8, 4);
    facts.writeUInt32LE(crc32(bytes), 10);
    facts.writeUInt32LE(packed.length, 14);
    facts.writeUInt32LE(claimed ?? bytes.length, 18);
    facts.writeUInt16LE(Buffer.byteLength(name), 22);
    const file = Buffer.concat([Buffer.from('PK\x03\x04'), facts, Buffer.from(name), packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.from([20, 0]), facts, tail, Buffer.from(name)]));
    files.push(file);
    offset += file.length;
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(parts.length, 4);
  end.writeUInt16LE(parts.length, 6);
  end.writeUInt32LE(size, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...files, ...directory, Buffer.from('PK\x05\x06'), end]);
}

export interface Made {
  /** `<row>` elements, and nothing around them. */
  readonly rows: string;
  /** `A2:A3` */
  readonly merges?: readonly string[];
  readonly shared?: readonly string[];
  /** Format codes: style 1 is the first of them, style 0 is General. */
  readonly formats?: readonly string[];
  readonly date1904?: boolean;
}

const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

/** A workbook with a hidden sheet before the one that counts. */
export function workbookOf(made: Made): Buffer {
  return zipOf(partsOf(made));
}

export function partsOf({ rows, merges = [], shared = [], formats = [], date1904 = false }: Made): Part[] {
  const merged = merges.map((ref) => `<mergeCell ref="${ref}"/>`).join('');
  const codes = formats.map((code, index) => `<numFmt numFmtId="${200 + index}" formatCode="${code}"/>`).join('');
  const styles = formats.map((_, index) => `<xf numFmtId="${200 + index}"/>`).join('');
  return [
    {
      name: 'xl/workbook.xml',
      content: `${HEAD}<workbook xmlns="${MAIN}" xmlns:r="${RELATIONS}"><workbookPr${date1904 ? ' date1904="1"' : ''}/>
        <sheets><sheet name="旧" sheetId="1" state="hidden" r:id="rId1"/><sheet name="台账" sheetId="2" r:id="rId2"/></sheets></workbook>`,
    },
    {
      name: 'xl/_rels/workbook.xml.rels',
      content: `${HEAD}<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/>
        <Relationship Id="rId2" Target="/xl/worksheets/sheet2.xml"/></Relationships>`,
    },
    {
      name: 'xl/sharedStrings.xml',
      content: `${HEAD}<sst xmlns="${MAIN}">${shared.map((text) => `<si>${text}</si>`).join('')}</sst>`,
    },
    {
      name: 'xl/styles.xml',
      content: `${HEAD}<styleSheet xmlns="${MAIN}"><numFmts>${codes}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>
        <cellXfs><xf numFmtId="0"/>${styles}</cellXfs></styleSheet>`,
    },
    {
      name: 'xl/worksheets/sheet2.xml',
      content: `${HEAD}<worksheet xmlns="${MAIN}"><sheetData>${rows}</sheetData><mergeCells>${merged}</mergeCells></worksheet>`,
    },
  ];
}

/** Rows of inline texts and numbers; null leaves a cell out. */
export function rowsOf(rows: readonly (readonly (string | number | null)[])[]): string {
  return rows
    .map((cells, index) => {
      const made = cells.map((cell, column) => cellOf(cell, `${String.fromCharCode(65 + column)}${index + 1}`));
      return `<row r="${index + 1}">${made.join('')}</row>`;
    })
    .join('');
}

function cellOf(cell: string | number | null, place: string): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return `<c r="${place}"><v>${cell}</v></c>`;
  return `<c r="${place}" t="inlineStr"><is><t>${cell}</t></is></c>`;
}
