import type { Readable } from 'node:stream';
import { fromBuffer, type Entry, type ZipFile } from 'yauzl';
import { SaxesParser } from 'saxes';
import { SheetError } from './cell';

/** The parts of a workbook, which is a zip of XML files. */
export interface Container {
  has(name: string): boolean;
  /**
   * Parses one part as it is unpacked.
   * @throws SheetError for what is no XML, or more than it says to be
   */
  read(name: string, handler: XmlHandler): Promise<void>;
}

/** Names come without their prefix. */
export interface XmlHandler {
  open?(name: string, attribute: (name: string) => string | undefined): void;
  text?(text: string): void;
  close?(name: string): void;
}

/** No workbook has as many parts. */
const PARTS_MAX = 5_000;

/** @throws SheetError for what is no zip, or unpacks to more than `limit` bytes */
export async function openContainer(bytes: Buffer, limit: number): Promise<Container> {
  const zip = await opened(bytes);
  const entries = await entriesOf(zip, limit);
  return {
    has: (name) => entries.has(name),
    read: async (name, handler) => {
      const entry = entries.get(name);
      if (!entry) throw notAWorkbook(`a workbook with ${name}`);
      try {
        await parse(await streamOf(zip, entry), handler);
      } catch (error) {
        throw error instanceof SheetError ? error : notAWorkbook(`a workbook whose ${name} can be read`, error);
      }
    },
  };
}

const notAWorkbook = (expected: string, cause?: unknown): SheetError => new SheetError('not-a-sheet', expected, cause);

function opened(bytes: Buffer): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    // Sizes are checked while it is unpacked: a part that says less than it holds ends with an error.
    fromBuffer(bytes, { lazyEntries: true, validateEntrySizes: true, strictFileNames: true }, (error, zip) => {
      if (error) reject(notAWorkbook('a workbook (.xlsx)', error));
      else resolve(zip);
    });
  });
}

function entriesOf(zip: ZipFile, limit: number): Promise<ReadonlyMap<string, Entry>> {
  return new Promise((resolve, reject) => {
    const entries = new Map<string, Entry>();
    let size = 0;
    zip.on('error', (error) => reject(notAWorkbook('a workbook (.xlsx)', error)));
    zip.on('end', () => resolve(entries));
    zip.on('entry', (entry: Entry) => {
      size += entry.uncompressedSize;
      entries.set(entry.fileName, entry);
      if (size > limit) reject(new SheetError('too-many-bytes', String(limit)));
      else if (entries.size > PARTS_MAX) reject(notAWorkbook('a workbook (.xlsx)'));
      else zip.readEntry();
    });
    zip.readEntry();
  });
}

function streamOf(zip: ZipFile, entry: Entry): Promise<Readable> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => {
      if (error) reject(error);
      else resolve(stream);
    });
  });
}

/** Entities of its own a part can't have: the parser knows the five of XML, and reads no document type. */
async function parse(stream: Readable, { open, text, close }: XmlHandler): Promise<void> {
  const parser = new SaxesParser<{ position: false; xmlns: false }>({ position: false, xmlns: false });
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => open?.(localName(name), (attribute) => attributes[attribute]));
  if (text) parser.on('text', text);
  parser.on('closetag', ({ name }) => close?.(localName(name)));
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const piece of stream as AsyncIterable<Buffer>) parser.write(decoder.decode(piece, { stream: true }));
  parser.write(decoder.decode());
  parser.close();
}

const localName = (name: string): string => name.slice(name.indexOf(':') + 1);
