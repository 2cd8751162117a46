import { orientationIn, orientationSegment } from './orientation';

/** Joint Photographic Experts Group, ITU-T T.81: a file is segments, each `FF`, a marker and (most) a length. */
const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const COM = 0xfe;
const APP = { first: 0xe0, jfif: 0xe0, exif: 0xe1, icc: 0xe2, adobe: 0xee, last: 0xef };
const ICC_NAME = 'ICC_PROFILE\0';

/**
 * The same picture without what a camera or a program wrote beside it: position, names, previews, comments, and what is
 * appended after the end (films, second pictures). Colours stay (JFIF, ICC, Adobe), and which side is up.
 * @returns null for what is not a whole JPEG.
 */
export function stripJpeg(bytes: Buffer): Buffer | null {
  if (bytes[0] !== 0xff || bytes[1] !== SOI) return null;
  const kept: Buffer[] = [];
  let orientation = 1;
  let hasPicture = false;
  for (let at = 2; ;) {
    const marker = markerAt(bytes, at);
    if (marker === null) return null;
    if (marker.code === EOI) return hasPicture ? together(kept, orientation) : null;
    const segment = segmentAt(bytes, marker.end);
    if (!segment) return null;
    const content = bytes.subarray(marker.end + 2, segment.end);
    if (marker.code === APP.exif) orientation = orientationIn(content) ?? orientation;
    if (isKept(marker.code, content)) kept.push(Buffer.of(0xff, marker.code), bytes.subarray(marker.end, segment.end));
    at = segment.end;
    if (marker.code !== SOS) continue;
    hasPicture = true;
    at = endOfScan(bytes, segment.end);
    kept.push(bytes.subarray(segment.end, at));
  }
}

function together(kept: readonly Buffer[], orientation: number): Buffer {
  const [start, end] = [Buffer.of(0xff, SOI), Buffer.of(0xff, EOI)];
  // JFIF wants to be the first segment; which side is up comes right after it.
  const isJfif = kept[0]?.[1] === APP.jfif;
  const first = isJfif ? kept.slice(0, 2) : [];
  return Buffer.concat([start, ...first, orientationSegment(orientation), ...kept.slice(first.length), end]);
}

function isKept(code: number, content: Buffer): boolean {
  if (code === COM) return false;
  if (code < APP.first || code > APP.last) return true;
  if (code === APP.icc) return content.toString('latin1', 0, ICC_NAME.length) === ICC_NAME;
  return code === APP.jfif ? content.toString('latin1', 0, 5) === 'JFIF\0' : code === APP.adobe;
}

/** A marker may have any number of `FF` before it. */
function markerAt(bytes: Buffer, at: number): { readonly code: number; readonly end: number } | null {
  if (bytes[at] !== 0xff) return null;
  let place = at;
  while (bytes[place] === 0xff) place += 1;
  const code = bytes[place];
  // Neither a byte that stands for itself nor one that belongs into a scan.
  if (code === undefined || code === 0 || code === SOI || (code >= 0xd0 && code <= 0xd7)) return null;
  return { code, end: place + 1 };
}

function segmentAt(bytes: Buffer, at: number): { readonly end: number } | null {
  if (at + 2 > bytes.length) return null;
  const length = bytes.readUInt16BE(at);
  return length < 2 || at + length > bytes.length ? null : { end: at + length };
}

/** Where the next marker is that does not belong into a scan; the end where there is none. */
function endOfScan(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1];
    if (next === undefined) break;
    const isPartOfIt = next === 0 || next === 0xff || (next >= 0xd0 && next <= 0xd7);
    if (!isPartOfIt) return at;
  }
  return bytes.length;
}
