import { createHmac } from 'node:crypto';
import { initialsOf } from '../pinyin';
import { KEY_BYTES } from './keyring';
import { normaliseName, normalisePhone, normaliseRoom } from './normalise';

export { normaliseName, normalisePhone, normaliseRoom } from './normalise';

/** 128 of HMAC-SHA-256's 256 bits: enough that two texts never meet, and half the column. */
const INDEX_BYTES = 16;

/**
 * Keyed hashes that find encrypted personal data by equality and tell nothing without the key.
 * Each is 32 hex digits, differs per project, and is the same for every usual spelling (see normalise.ts).
 * All throw RangeError for a text without a visible character.
 */
export interface BlindIndex {
  room(projectId: string, text: string): string;
  phone(projectId: string, text: string): string;
  name(projectId: string, text: string): string;
  /** Of the letters that people type for a Chinese name: `zw`. */
  initials(projectId: string, typed: string): string;
  /** The same of the name itself; empty where it has no Chinese characters. */
  initialsOf(projectId: string, name: string): string;
  /** Of somebody by an identity provider's own name for him, compared exactly. */
  identity(issuer: string, subject: string): string;
}

/** @param indexKey 32 bytes (`GUANJIA_INDEX_KEY`). */
export function createBlindIndex(indexKey: Buffer): BlindIndex {
  if (indexKey.length !== KEY_BYTES) throw new RangeError(`index key must be ${KEY_BYTES} bytes`);
  /** @param within the project; of an identity the issuer. */
  const index = (field: string, within: string, normalised: string): string => {
    if (normalised === '') throw new RangeError(`a blank ${field} can't be indexed`);
    const message = JSON.stringify([`${field}/v1`, within, normalised]);
    return createHmac('sha256', indexKey).update(message).digest().subarray(0, INDEX_BYTES).toString('hex');
  };
  return {
    room: (projectId, text) => index('room', projectId, normaliseRoom(text)),
    phone: (projectId, text) => index('phone', projectId, normalisePhone(text)),
    name: (projectId, text) => index('name', projectId, normaliseName(text)),
    initials: (projectId, typed) => index('initials', projectId, typed.toUpperCase()),
    initialsOf: (projectId, name) => {
      const typed = initialsOf(name);
      return typed === null ? '' : index('initials', projectId, typed);
    },
    identity: (issuer, subject) => index('identity', issuer, subject),
  };
}
