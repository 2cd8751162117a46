import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Altered, cut short, or opened in another place (other key, other associated data) than it was made for. */
export class DecryptionError extends Error {
  override readonly name = 'DecryptionError';
}

/**
 * AES-256-GCM under a random 96-bit IV.
 *
 * @param key 32 bytes.
 * @param associatedData what the result is bound to: not stored in it, and needed again to open it.
 * @returns iv (12 bytes) | ciphertext (as long as `plain`) | tag (16 bytes).
 */
export function encryptBytes(key: Buffer, plain: Uint8Array, associatedData: string): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(associatedData, 'utf8'));
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/**
 * Undoes `encryptBytes`.
 *
 * @throws DecryptionError, which says nothing about the content.
 */
export function decryptBytes(key: Buffer, box: Uint8Array, associatedData: string): Buffer {
  if (box.length < IV_BYTES + TAG_BYTES) throw new DecryptionError('Encrypted bytes are cut short');
  const decipher = createDecipheriv(ALGORITHM, key, box.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(associatedData, 'utf8'));
  decipher.setAuthTag(box.subarray(box.length - TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(box.subarray(IV_BYTES, box.length - TAG_BYTES)), decipher.final()]);
  } catch {
    throw new DecryptionError('Encrypted bytes were altered, or belong to another key or place');
  }
}
