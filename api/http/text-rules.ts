/**
 * What no text may hold: NUL and the other C0 controls except tab and line ends, half surrogate pairs (PostgreSQL
 * stores neither), and the bidi controls that make a line read otherwise than it is.
 */
// eslint-disable-next-line no-control-regex -- control characters are what this looks for
const UNSTORABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u202a-\u202e\u2066-\u2069]|\p{Cs}/u;
const EVERY_UNSTORABLE = new RegExp(UNSTORABLE.source, 'gu');

export const STORABLE_TEXT = 'text without control characters, half surrogate pairs and bidi controls';

export const isStorableText = (text: string): boolean => !UNSTORABLE.test(text);

const MAX_NAME = 200;

/** A name that came from outside, made safe to send back: replaced where not storable, cut where long. */
export function safeName(text: string): string {
  return text.slice(0, MAX_NAME).replace(EVERY_UNSTORABLE, '\ufffd');
}

/** JSON pointer (RFC 6901), safe to send back. */
export function toPointer(path: readonly PropertyKey[]): string {
  return safeName(path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''));
}
