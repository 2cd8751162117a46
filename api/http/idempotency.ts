import { createHash } from 'node:crypto';

import { canonicalJson } from './canonical-json';
import { problem } from './problem';

/** What makes a repeated request recognisable: its key, and a hash that tells another request under the same key. */
export interface Idempotency {
  readonly key: string;
  /** SHA-256, hex. Same method, path and meaning of the body: same hash. */
  readonly requestHash: string;
}

const KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * @returns null when there is no header.
 * @throws Problem idempotency-key-malformed.
 */
export function parseIdempotencyKey(header: string | undefined): string | null {
  if (header === undefined) return null;
  if (!KEY.test(header)) throw problem('idempotency-key-malformed');
  return header;
}

/** @param request `path` without query; `body` as parsed from JSON, before defaults are put in. */
export function requestHash(request: {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}): string {
  const { method, path, body } = request;
  return createHash('sha256')
    .update(canonicalJson([method, path, body ?? null]))
    .digest('hex');
}
