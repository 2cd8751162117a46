import fc from 'fast-check';

/** Surrogates, half a character each, begin here. */
const HALVES = 0xd800;
const HALVES_LEFT_OUT = 0x800;
const LAST = 0x10ffff;

/**
 * Any character of Unicode: `fc.string({ unit: CHARACTER })` makes the strings that `unit: 'binary'` makes. fast-check
 * keeps a table of its million characters for that one, to find out which of its known bad strings are made of them:
 * a second of a core and some hundred megabytes in each suite that asks for it.
 */
export const CHARACTER = fc
  .nat(LAST - HALVES_LEFT_OUT)
  .map((n) => String.fromCodePoint(n < HALVES ? n : n + HALVES_LEFT_OUT), numberOf);

/** @throws when it is no single character: fast-check asks this of anything. */
function numberOf(text: unknown): number {
  const point = typeof text === 'string' ? (text.codePointAt(0) ?? NaN) : NaN;
  const isOne = !Number.isNaN(point) && String.fromCodePoint(point) === text;
  if (!isOne || (point >= HALVES && point < HALVES + HALVES_LEFT_OUT)) throw new Error('not one character');
  return point < HALVES ? point : point - HALVES_LEFT_OUT;
}
