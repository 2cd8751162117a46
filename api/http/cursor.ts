import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

import { canonicalJson } from './canonical-json';
import { problem } from './problem';

type SortValue = string | number | boolean | null;

/** Where a page of a list ended. */
export interface Cursor {
  /** Values of the last row in the order of the sort; never personal data, for a cursor can be read. */
  readonly sort: readonly SortValue[];
  /** Id of the last row: makes the order total. */
  readonly id: string;
  /** The moment the list was asked for first, so that pages fit together. */
  readonly asOf: number;
}

export interface CursorCodec {
  /** @param list name, filter and sort of the list: whatever, when different, makes it another list. */
  encode(cursor: Cursor, list: unknown): string;
  /** @throws Problem invalid-cursor when tampered with, or of another list. */
  decode(text: string, list: unknown): Cursor;
}

const MAX_LENGTH = 2048;
const CONTEXT = 'guanjia/cursor/v1\0';

/**
 * Opaque cursors: base64url JSON and an HMAC, so a client can't make up a position or carry one to another filter.
 *
 * @param key at least 32 random bytes, the same in every API process.
 */
export function createCursorCodec(key: Buffer): CursorCodec {
  if (key.length < 32) throw new RangeError('the cursor key needs at least 32 bytes');
  const sign = (payload: string): Buffer => createHmac('sha256', key).update(CONTEXT).update(payload).digest();
  return {
    encode({ sort, id, asOf }, list) {
      const payload = Buffer.from(JSON.stringify([sort, id, asOf, hashOf(list)])).toString('base64url');
      return `${payload}.${sign(payload).toString('base64url')}`;
    },
    decode(text, list) {
      const [payload, signature, ...more] = text.length > MAX_LENGTH ? [] : text.split('.');
      if (!payload || !signature || more.length > 0) throw problem('invalid-cursor');
      const given = Buffer.from(signature, 'base64url');
      const expected = sign(payload);
      // Comparing the text too: base64url leaves bits unused, and one position has one cursor.
      const isOurs = given.length === expected.length && timingSafeEqual(given, expected);
      if (!isOurs || given.toString('base64url') !== signature) throw problem('invalid-cursor');
      // Signed by us, so it has the shape that encode gave it.
      const parts = JSON.parse(Buffer.from(payload, 'base64url').toString()) as [SortValue[], string, number, string];
      const [sort, id, asOf, hash] = parts;
      if (hash !== hashOf(list)) throw problem('invalid-cursor');
      return { sort, id, asOf };
    },
  };
}

function hashOf(list: unknown): string {
  return createHash('sha256').update(canonicalJson(list)).digest('base64url').slice(0, 22);
}
