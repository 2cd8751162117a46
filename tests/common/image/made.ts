import { crc32 } from 'node:zlib';

/** Photos made by hand, of whatever parts; texts are bytes. */

/** Where somebody lives. */
export const GPS = 'GPS 31.2304 N 121.4737 E';

const bytesOf = (content: string | Buffer): Buffer =>
  typeof content === 'string' ? Buffer.from(content, 'latin1') : content;

export function jpegSegment(marker: number, content: string | Buffer): Buffer {
  const bytes = bytesOf(content);
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(bytes.length + 2, 2);
  return Buffer.concat([head, bytes]);
}

export const jpegOf = (parts: readonly Buffer[]): Buffer =>
  Buffer.concat([Buffer.of(0xff, 0xd8), ...parts, Buffer.of(0xff, 0xd9)]);

export function pngChunk(type: string, content: string | Buffer): Buffer {
  const body = Buffer.concat([bytesOf(type), bytesOf(content)]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(body.length - 4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

export const pngOf = (chunks: readonly Buffer[]): Buffer =>
  Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...chunks, pngChunk('IEND', '')]);

export function webpChunk(name: string, content: string): Buffer {
  const bytes = bytesOf(content);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([bytesOf(name), length, bytes, Buffer.alloc(bytes.length % 2)]);
}

export function webpOf(chunks: readonly Buffer[]): Buffer {
  const body = Buffer.concat([bytesOf('WEBP'), ...chunks]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(body.length);
  return Buffer.concat([bytesOf('RIFF'), length, body]);
}
