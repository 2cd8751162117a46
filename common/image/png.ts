/** Portable Network Graphics, ISO/IEC 15948: chunks of a length, a type, data and a checksum. */
const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** What a picture is drawn from; texts, times, Exif data and everything unknown are left out. */
const KEPT = new Set('IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT bKGD pHYs cICP acTL fcTL fdAT'.split(' '));
const AROUND = 12;

/**
 * The same picture without what a program wrote beside it, and without what is appended after the end.
 * @returns null for what is not a whole PNG.
 */
export function stripPng(bytes: Buffer): Buffer | null {
  if (!bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE)) return null;
  const kept: Buffer[] = [SIGNATURE];
  let hasPicture = false;
  for (let at = SIGNATURE.length; at + AROUND <= bytes.length;) {
    const end = at + AROUND + bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (end > bytes.length || (kept.length === 1) !== (type === 'IHDR')) return null;
    if (KEPT.has(type)) kept.push(bytes.subarray(at, end));
    hasPicture ||= type === 'IDAT';
    if (type === 'IEND') return hasPicture ? Buffer.concat(kept) : null;
    at = end;
  }
  return null;
}
