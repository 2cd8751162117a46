import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { readPhoto } from '../../../common/image';
import { orientationIn, orientationSegment } from '../../../common/image/orientation';
import { GPS, jpegOf, jpegSegment, pngChunk, pngOf, webpChunk, webpOf } from './made';

/** Planted in every place that is not the picture; may be nowhere afterwards. */
const planted = (bytes: Buffer | undefined): boolean => bytes?.includes(GPS) ?? false;
const noise = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes));
/** Bytes of a scan: `FF` only where a zero or a restart follows. */
const scan = noise.map((bytes) => Buffer.from([...bytes].flatMap((byte) => (byte === 0xff ? [0xff, 0] : [byte]))));

describe('a JPEG', () => {
  const beside = fc.constantFrom(
    jpegSegment(0xe1, `Exif\0\0MM\0*\0\0\0\u0008\0\0${GPS}`),
    jpegSegment(0xe1, `http://ns.adobe.com/xap/1.0/\0<x>${GPS}</x>`),
    jpegSegment(0xe2, `MPF\0${GPS}`),
    jpegSegment(0xed, `Photoshop 3.0\0${GPS}`),
    jpegSegment(0xe0, `JFXX\0${GPS}`),
    jpegSegment(0xfe, GPS),
  );
  const needed = fc.constantFrom(
    jpegSegment(0xe2, 'ICC_PROFILE\0colours'),
    jpegSegment(0xee, 'Adobe\0d\0\0\0\0\u0001'),
    jpegSegment(0xdb, 'a table'),
    jpegSegment(0xc0, 'a frame'),
  );
  const many = fc.array(fc.oneof(beside, needed), { maxLength: 8 });

  test('keeps what the picture is drawn from and nothing else, in its order', () => {
    fc.assert(
      fc.property(many, fc.array(fc.tuple(many, scan), { minLength: 1, maxLength: 3 }), noise, (head, scans, tail) => {
        const parts = [...head, ...scans.flatMap(([before, data]) => [...before, jpegSegment(0xda, 'scan'), data])];
        const photo = readPhoto(Buffer.concat([jpegOf(parts), tail, Buffer.from(GPS)]));
        const clean = parts.filter((part) => !planted(part));
        expect(photo).toEqual({ type: 'image/jpeg', bytes: jpegOf(clean) });
        expect(readPhoto(photo?.bytes ?? Buffer.alloc(0))).toEqual(photo);
      }),
    );
  });

  test('stays the right way up', () => {
    for (let orientation = 1; orientation <= 8; orientation += 1) {
      const exif = jpegSegment(
        0xe1,
        `Exif\0\0II*\0\u0008\0\0\0\u0001\0\u0012\u0001\u0003\0\u0001\0\0\0${String.fromCharCode(orientation)}\0\0\0${GPS}`,
      );
      const jfif = jpegSegment(0xe0, 'JFIF\0\u0001\u0001');
      const rest = [jpegSegment(0xda, 'scan'), Buffer.from('data')];
      const photo = readPhoto(jpegOf([jfif, exif, ...rest]));
      const says = orientationSegment(orientation);
      expect(photo?.bytes).toEqual(jpegOf([jfif, says, ...rest]));
      expect(says.length === 0 ? 1 : orientationIn(says.subarray(4))).toBe(orientation);
      expect(readPhoto(photo?.bytes ?? Buffer.alloc(0))).toEqual(photo);
    }
  });

  test('cut short, it is none', () => {
    const whole = jpegOf([jpegSegment(0xdb, 'table'), jpegSegment(0xda, 'scan'), Buffer.from('data')]);
    for (let length = 0; length < whole.length; length += 1) expect(readPhoto(whole.subarray(0, length))).toBeNull();
    expect(readPhoto(whole)?.bytes).toEqual(whole);
  });
});

describe('a PNG', () => {
  const beside = fc.constantFrom(
    ...['tEXt', 'zTXt', 'iTXt', 'eXIf', 'tIME', 'raNd'].map((type) => pngChunk(type, GPS)),
  );
  const needed = fc.constantFrom(
    ...['PLTE', 'tRNS', 'gAMA', 'iCCP', 'pHYs', 'IDAT'].map((type) => pngChunk(type, 'x')),
  );

  test('keeps what the picture is drawn from and nothing else', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(beside, needed), { maxLength: 10 }), noise, (chunks, tail) => {
        const all = [pngChunk('IHDR', 'head'), ...chunks, pngChunk('IDAT', deflateSync(Buffer.from('picture')))];
        const photo = readPhoto(Buffer.concat([pngOf(all), tail, Buffer.from(GPS)]));
        expect(photo).toEqual({ type: 'image/png', bytes: pngOf(all.filter((chunk) => !planted(chunk))) });
        expect(readPhoto(photo?.bytes ?? Buffer.alloc(0))).toEqual(photo);
      }),
    );
  });

  test('cut short or out of order, it is none', () => {
    const whole = pngOf([pngChunk('IHDR', 'head'), pngChunk('IDAT', 'x')]);
    for (let length = 0; length < whole.length; length += 1) expect(readPhoto(whole.subarray(0, length))).toBeNull();
    expect(readPhoto(pngOf([pngChunk('IDAT', 'x'), pngChunk('IHDR', 'head')]))).toBeNull();
    expect(readPhoto(pngOf([pngChunk('IHDR', 'head')]))).toBeNull();
  });
});

describe('a WebP', () => {
  const beside = fc.constantFrom(...['EXIF', 'XMP ', 'junk'].map((name) => webpChunk(name, `${GPS}.`)));
  const needed = fc.constantFrom(webpChunk('ICCP', 'colours'), webpChunk('ALPH', 'x'));
  const extended = (flags: number): Buffer => webpChunk('VP8X', `${String.fromCharCode(flags)}\0\0\0\0\0\0\0\0\0`);

  test('keeps what the picture is drawn from, and does not say that there is more', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(beside, needed), { maxLength: 8 }), fc.nat(255), noise, (chunks, bits, tail) => {
        const flags = bits & ~0x02;
        const file = webpOf([extended(flags), ...chunks, webpChunk('VP8 ', 'picture')]);
        const photo = readPhoto(Buffer.concat([file, tail, Buffer.from(GPS)]));
        const kept = chunks.filter((chunk) => !planted(chunk));
        const clean = webpOf([extended(flags & ~0x0c), ...kept, webpChunk('VP8 ', 'picture')]);
        expect(photo).toEqual({ type: 'image/webp', bytes: clean });
      }),
    );
  });

  test('cut short or moving, it is none', () => {
    const whole = webpOf([webpChunk('VP8L', 'picture')]);
    for (let length = 0; length < whole.length; length += 1) expect(readPhoto(whole.subarray(0, length))).toBeNull();
    expect(readPhoto(webpOf([extended(0x02), webpChunk('VP8 ', 'x')]))).toBeNull();
  });
});

test('anything else is no photo, and nothing breaks on it', () => {
  const starts = [
    [0xff, 0xd8],
    [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    [...Buffer.from('RIFF\0\0\0\0WEBP')],
    [],
  ];
  fc.assert(
    fc.property(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 200 }), (start, rest) => {
      const photo = readPhoto(Buffer.from([...start, ...rest]));
      expect(photo === null || photo.bytes.length <= start.length + rest.length + 36).toBe(true);
    }),
    { numRuns: 3000 },
  );
  const others = [
    'GIF89a',
    '<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>',
    '%PDF-1.7',
    '\0\0\0\u0018ftypheic',
  ];
  for (const text of others) expect(readPhoto(Buffer.from(text, 'latin1'))).toBeNull();
});
