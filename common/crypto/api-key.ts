import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const FORMAT = /^gj_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/;
const ID_BYTES = 8;
const SECRET_BYTES = 32;

export interface NewApiKey {
  /** 16 hex digits: finds the row, may be logged. */
  id: string;
  /** `gj_<id>_<secret>`, 63 characters: shown once, never stored. */
  plain: string;
  /** SHA-256 of the secret part as hex, 64 characters. A plain hash is enough for 256 random bits. */
  hash: string;
}

export function newApiKey(): NewApiKey {
  const id = randomBytes(ID_BYTES).toString('hex');
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  return { id, plain: `gj_${id}_${secret}`, hash: hashSecret(secret) };
}

/** Splits a key as it came in a header; null for anything of another shape. */
export function parseApiKey(plain: string): { id: string; secret: string } | null {
  const match = FORMAT.exec(plain);
  return match ? { id: match[1] as string, secret: match[2] as string } : null;
}

/** Id and hash of a key as it is handed out; null for anything of another shape. */
export function identifyKey(plain: string): { id: string; hash: string } | null {
  const parsed = parseApiKey(plain);
  return parsed && { id: parsed.id, hash: hashSecret(parsed.secret) };
}

/** Compares in constant time; false for a key or a hash of another shape. */
export function verifyApiKey(plain: string, hash: string): boolean {
  const parsed = parseApiKey(plain);
  if (!parsed || !/^[0-9a-f]{64}$/.test(hash)) return false;
  return timingSafeEqual(Buffer.from(hashSecret(parsed.secret), 'hex'), Buffer.from(hash, 'hex'));
}

function hashSecret(secret: string): string {
  return createHash('sha256').update(secret, 'ascii').digest('hex');
}
