import { createHmac, randomBytes, randomUUID } from 'node:crypto';

/** Crockford base 32: no I, L, O, U. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LETTER = /^[A-HJKMNP-TV-Z]$/;
/** 40 bits, 8 characters. */
const NUMBER_BYTES = 5;
const NUMBER_CHARACTERS = 8;

/** Ids are handed in, as the clock is, so that a story or a test can name them beforehand. */
export interface Ids {
  /** Random UUID (version 4). */
  uuid(): string;
  /** `C-7K2M-94QD`: the family's letter and 40 random bits. It may be taken already: the caller tries the next one. */
  caseNumber(letter: string): string;
  /**
   * The same number for the same letter, project and idempotency key, so that equal requests make one workflow.
   *
   * @param attempt 0 (left out) for the first number; 1, 2, … when the caller found that the one before belongs to a
   * case with another idempotency key.
   */
  keyedCaseNumber(letter: string, projectId: string, idempotencyKey: string, attempt?: number): string;
}

const SHORT_DIGITS = 16;

/** `h-4f0c…`: what kind of thing it is, and 16 hexadecimal digits of a UUID. */
export function shortId(ids: Pick<Ids, 'uuid'>, letter: string): string {
  return `${letter}-${ids.uuid().replaceAll('-', '').slice(0, SHORT_DIGITS)}`;
}

/**
 * @param indexKey 32 bytes (`GUANJIA_INDEX_KEY`).
 * @throws RangeError from the number makers for a letter that isn't one capital of Crockford's alphabet.
 */
export function createIds(indexKey: Buffer): Ids {
  return {
    uuid: () => randomUUID(),
    caseNumber: (letter) => format(letter, randomBytes(NUMBER_BYTES)),
    keyedCaseNumber: (letter, projectId, idempotencyKey, attempt = 0) => {
      const parts = ['case-number/v1', letter, projectId, idempotencyKey, ...(attempt === 0 ? [] : [attempt])];
      // JSON keeps the parts apart: no project and key can be cut differently into the same message.
      return format(letter, createHmac('sha256', indexKey).update(JSON.stringify(parts)).digest());
    },
  };
}

/**
 * Reads a case number as people say and type it: lower case, o for 0, i or l for 1, full-width, dashes missing or
 * blanks instead.
 *
 * @returns the canonical form `C-7K2M-94QD`, or null.
 */
export function parseCaseNumber(text: string): string | null {
  const symbols = text
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s\p{Pd}−]/gu, '');
  const letter = symbols.charAt(0);
  const number = symbols.slice(1).replaceAll('O', '0').replace(/[IL]/g, '1');
  if (!LETTER.test(letter) || number.length !== NUMBER_CHARACTERS) return null;
  if ([...number].some((symbol) => !ALPHABET.includes(symbol))) return null;
  return withDashes(letter, number);
}

/** @param bytes at least 5; the first 40 bits are taken. */
function format(letter: string, bytes: Buffer): string {
  if (!LETTER.test(letter)) throw new RangeError('letter must be one capital letter other than I, L, O, U');
  let rest = bytes.readUIntBE(0, NUMBER_BYTES);
  let number = '';
  for (let index = 0; index < NUMBER_CHARACTERS; index += 1) {
    number = ALPHABET.charAt(rest % 32) + number;
    rest = Math.floor(rest / 32);
  }
  return withDashes(letter, number);
}

function withDashes(letter: string, number: string): string {
  return `${letter}-${number.slice(0, 4)}-${number.slice(4)}`;
}
