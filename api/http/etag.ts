import { problem } from './problem';

/** What If-Match asks: any state, or one of these strong tags. */
export type IfMatch = { readonly any: true } | { readonly any: false; readonly tags: readonly string[] };

const MAX_LENGTH = 512;
/** One entity tag (RFC 9110, 8.8.3), with the comma or the end behind it. */
const TAG = /\s*(W\/)?"([\x21\x23-\x7e]*)"\s*(?:,|$)/y;

/** The strong entity tag of a state: `"12"`. */
export const formatEtag = (seq: number): string => `"${seq}"`;

/**
 * @returns null when there is no header. Weak tags are read and left out: they never match strongly.
 * @throws Problem precondition-malformed.
 */
export function parseIfMatch(header: string | undefined): IfMatch | null {
  if (header === undefined) return null;
  const text = header.trim();
  if (text === '*') return { any: true };
  if (text === '' || text.length > MAX_LENGTH || text.endsWith(',')) throw problem('precondition-malformed');
  const tags: string[] = [];
  for (TAG.lastIndex = 0; TAG.lastIndex < text.length;) {
    const match = TAG.exec(text);
    if (!match) throw problem('precondition-malformed');
    if (!match[1]) tags.push(match[2] ?? '');
  }
  return { any: false, tags };
}

export function matches(condition: IfMatch | null, seq: number): boolean {
  return condition === null || condition.any || condition.tags.includes(String(seq));
}

/**
 * @param since what the answer tells of the states in between, as a further member of the problem.
 * @throws Problem stale (412).
 */
export function requireMatch(condition: IfMatch | null, seq: number, since?: unknown): void {
  if (matches(condition, seq)) return;
  throw problem('stale', { current: seq }, since === undefined ? {} : { extensions: { since } });
}
