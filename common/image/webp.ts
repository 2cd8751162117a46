/** WebP in a RIFF container: chunks of a name, a length and data, padded to even length. */
const HEAD = 12;
const CHUNK_HEAD = 8;
const PICTURE: ReadonlySet<string> = new Set(['VP8 ', 'VP8L']);
/** What a picture is drawn from; Exif data, XMP and everything unknown are left out. */
const KEPT: ReadonlySet<string> = new Set([...PICTURE, 'VP8X', 'ALPH', 'ICCP']);
/** Bits of the first byte of VP8X. */
const FLAGS = { animation: 0x02, xmp: 0x04, exif: 0x08 };

/**
 * The same picture without what a program wrote beside it, and without what is appended after the end.
 * @returns null for what is not a whole WebP, and for moving pictures.
 */
export function stripWebp(bytes: Buffer): Buffer | null {
  if (bytes.length < HEAD || named(bytes, 0) !== 'RIFF' || named(bytes, 8) !== 'WEBP') return null;
  const end = CHUNK_HEAD + bytes.readUInt32LE(4);
  if (end > bytes.length) return null;
  const kept: Buffer[] = [];
  let hasPicture = false;
  for (let at = HEAD; at < end;) {
    if (at + CHUNK_HEAD > end) return null;
    const length = bytes.readUInt32LE(at + 4);
    const next = at + CHUNK_HEAD + length + (length % 2);
    if (next > end) return null;
    const name = named(bytes, at);
    if (KEPT.has(name)) kept.push(Buffer.from(bytes.subarray(at, next)));
    if (name === 'VP8X' && !saysLess(kept.at(-1), length)) return null;
    hasPicture ||= PICTURE.has(name);
    at = next;
  }
  if (!hasPicture) return null;
  const head = Buffer.from(bytes.subarray(0, HEAD));
  head.writeUInt32LE(HEAD - CHUNK_HEAD + kept.reduce((sum, { length }) => sum + length, 0), 4);
  return Buffer.concat([head, ...kept]);
}

/** Takes back that there are Exif data and XMP. @returns false for a moving picture, or a chunk that is too short. */
function saysLess(chunk: Buffer | undefined, length: number): boolean {
  const flags = chunk?.[CHUNK_HEAD];
  if (chunk === undefined || flags === undefined || length < 10 || (flags & FLAGS.animation) !== 0) return false;
  chunk[CHUNK_HEAD] = flags & ~(FLAGS.exif | FLAGS.xmp);
  return true;
}

const named = (bytes: Buffer, at: number): string => bytes.toString('latin1', at, at + 4);
