import { createHash, createHmac, hkdfSync } from 'node:crypto';

/**
 * The secret in a resident's link. It is made of the link's id under a key that only we have, so that every message of a
 * case can carry the same link without the secret being kept anywhere: the database has a hash of it, which is enough
 * to know it again, and nothing with which to make one.
 */
export interface LinkTokens {
  /** 43 characters that can stand in an address; 256 bits. */
  tokenOf(id: string): string;
}

const TOKEN = /^[\w-]{43}$/;

/** @param indexKey 32 bytes (`GUANJIA_INDEX_KEY`), of which a key of its own is made. */
export function createLinkTokens(indexKey: Buffer): LinkTokens {
  const key = Buffer.from(hkdfSync('sha256', indexKey, Buffer.alloc(0), 'guanjia/resident-link/v1', 32));
  return { tokenOf: (id) => createHmac('sha256', key).update(id).digest('base64url') };
}

/**
 * What is kept of a token, hex; null for what can't be one. What is compared with it is a hash as well, so how long that
 * takes says nothing about a token.
 */
export function hashOfToken(token: string): string | null {
  return TOKEN.test(token) ? createHash('sha256').update(token).digest('hex') : null;
}
