import { isStorableText } from './text-rules';

/**
 * What `JSON.parse` does not say. Nothing here gives a number or a text a meaning of its own: one pass counts depth
 * before parsing, one finds repeated keys in a text that JSON.parse has already accepted, one walks the parsed value.
 */
type Path = readonly (string | number)[];

export interface Finding {
  readonly kind: 'forbidden-key' | 'text' | 'number';
  readonly path: Path;
}

const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** True when arrays and objects are nested deeper than `limit`. Works on any text, without recursion. */
export function isDeeperThan(text: string, limit: number): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') at = endOfString(text, at);
    else if (character === '{' || character === '[') {
      depth += 1;
      if (depth > limit) return true;
    } else if (character === '}' || character === ']') depth -= 1;
  }
  return false;
}

interface Frame {
  /** Keys seen; null in an array. */
  readonly keys: Set<string> | null;
  step: string | number;
  keyComesNext: boolean;
}

/**
 * @param text JSON that JSON.parse accepts.
 * @returns the path of the first key that its object has already, or null.
 */
export function repeatedKey(text: string): Path | null {
  const frames: Frame[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const frame = frames.at(-1);
    switch (text[at]) {
      case '"': {
        const end = endOfString(text, at);
        if (frame?.keys && frame.keyComesNext) {
          const key = JSON.parse(text.slice(at, end + 1)) as string;
          frame.step = key;
          if (frame.keys.has(key)) return frames.map((each) => each.step);
          frame.keys.add(key);
          frame.keyComesNext = false;
        }
        at = end;
        break;
      }
      case '{':
        frames.push({ keys: new Set(), step: '', keyComesNext: true });
        break;
      case '[':
        frames.push({ keys: null, step: 0, keyComesNext: false });
        break;
      case '}':
      case ']':
        frames.pop();
        break;
      case ',':
        if (frame?.keys) frame.keyComesNext = true;
        else if (frame && typeof frame.step === 'number') frame.step += 1;
        break;
      default:
    }
  }
  return null;
}

/** The first key, text or number of a parsed value that may not be; its depth was checked before. */
export function forbiddenPart(value: unknown, path: Path = []): Finding | null {
  if (typeof value === 'string') return isStorableText(value) ? null : { kind: 'text', path };
  if (typeof value === 'number') return isExactNumber(value) ? null : { kind: 'number', path };
  if (value === null || typeof value !== 'object') return null;
  const isArray = Array.isArray(value);
  for (const [key, member] of Object.entries(value)) {
    const here = [...path, key];
    if (!isArray) {
      if (FORBIDDEN_KEYS.has(key)) return { kind: 'forbidden-key', path: here };
      if (!isStorableText(key)) return { kind: 'text', path: here };
    }
    const found = forbiddenPart(member, here);
    if (found) return found;
  }
  return null;
}

/** Finite, and where it is whole, one that a double holds exactly. */
function isExactNumber(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}

/** Index of the quote that ends the string beginning at `start`, or of the end of the text. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}
