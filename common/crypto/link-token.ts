import { createHash, createHmac, hkdfSync } from 'node:crypto';

/**
 * The secret in a resident's link. It is made of the link's id under a key that only we have, so that every message of a
 * case can carry the same link without the secret being kept anywhere: the database has a hash of it, which is enough
 * to know it again, and nothing with which to make one.
 */
export interface LinkTokens {
  /** 43 characters that can stand in an address; 256 bits. */
  tokenOf(id: string): string;
  /** What is kept of it, hex. */
  hashOf(id: string): string;
}

const TOKEN = /^[\w-]{43}$/;

/** @param indexKey 32 bytes (`GUANJIA_INDEX_KEY`), of which a key of its own is made. */
export function createLinkTokens(indexKey: Buffer): LinkTokens {
  const key = Buffer.from(hkdfSync('sha256', indexKey, Buffer.alloc(0), 'guanjia/resident-link/v1', 32));
  const tokenOf = (id: string): string => createHmac('sha256', key).update(id).digest('base64url');
  return { tokenOf, hashOf: (id) => sha256(tokenOf(id)) };
}

/**
 * What is kept of a token, hex; null for what can't be one. What is compared with it is a hash as well, so how long that
 * takes says nothing about a token.
 */
export function hashOfToken(token: string): string | null {
  return TOKEN.test(token) ? sha256(token) : null;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
