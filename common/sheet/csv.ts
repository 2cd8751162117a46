import { isUtf8 } from 'node:buffer';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import { CsvError, parse } from 'csv-parse';
import { Rows, SheetError, type Encoding, type Sheet, type SheetLimits } from './cell';

/** So much is decoded and parsed before others get their turn. Bytes. */
const PIECE = 128 * 1024;
/** Longest row; a quotation mark that nobody closed must not swallow the file. Characters. */
const ROW_MAX = 100_000;

/**
 * Text with commas, semicolons or tabs, quoted as RFC 4180 has it: UTF-8, what Excel calls Unicode text, or GB18030, as
 * a Chinese Windows writes it.
 * @throws SheetError
 */
export async function readCsv(bytes: Buffer, limits: SheetLimits): Promise<Sheet> {
  const encoding = encodingOf(bytes);
  const rows = new Rows(limits);
  let count = 0;
  const parser = parse({
    bom: true,
    delimiter: delimiterOf(bytes, encoding),
    relax_column_count: true,
    max_record_size: ROW_MAX,
  });
  try {
    await pipeline(pieces(bytes, encoding), parser, async (records: AsyncIterable<string[]>) => {
      for await (const record of records) {
        count += 1;
        rows.add(
          count,
          record.map((text) => (text.trim() === '' ? undefined : text)),
        );
      }
    });
  } catch (error) {
    if (error instanceof CsvError) throw new SheetError('not-a-sheet', wrongIn(error), error);
    throw error;
  }
  return { format: 'csv', encoding, rows: rows.all };
}

const ENCODINGS = 'text in UTF-8 or GB18030';

/** Never what stands in the file. */
function wrongIn({ code, records }: CsvError): string {
  return `rows as RFC 4180 has them; after row ${String(records)}: ${code}`;
}

/** @throws SheetError when it is none of these. */
function encodingOf(bytes: Buffer): Encoding {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes.includes(0)) throw new SheetError('not-a-sheet', ENCODINGS);
  return isUtf8(bytes) ? 'utf-8' : 'gb18030';
}

async function* pieces(bytes: Buffer, encoding: Encoding): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  for (let from = 0; from < bytes.length; from += PIECE) {
    const isLast = from + PIECE >= bytes.length;
    yield decoded(decoder, bytes.subarray(from, from + PIECE), isLast);
    await setImmediate();
  }
}

function decoded(decoder: InstanceType<typeof TextDecoder>, piece: Buffer, isLast: boolean): string {
  try {
    return decoder.decode(piece, { stream: !isLast });
  } catch (error) {
    throw new SheetError('not-a-sheet', ENCODINGS, error);
  }
}

/** The one of which the first line has most; a comma where it has none. */
function delimiterOf(bytes: Buffer, encoding: Encoding): string {
  const text = new TextDecoder(encoding).decode(bytes.subarray(0, PIECE));
  const line = /^.*$/m.exec(text.trimStart())?.[0] ?? '';
  const counts = [',', ';', '\t'].map((sign) => ({ sign, count: line.split(sign).length }));
  return counts.reduce((best, each) => (each.count > best.count ? each : best)).sign;
}
