import type { Instant, Millis } from '../../domain/instant';
import type { Json } from '../format/values';
import { durationText, localText } from '../time';
import { TOLERANCE, type Matcher } from './matcher';

/** How single values are compared and shown. */
export interface Scope {
  readonly zone: string;
  /**
   * Milliseconds by which moments of this case were themselves late: a timer's, a command's. A planned instant that
   * counts from such a moment carries them, and they are taken off before it is compared.
   */
  readonly drift: readonly Millis[];
}

export interface Mismatch {
  readonly path: string;
  readonly expected: string;
  readonly actual: string;
}

/** @returns everything in which the value differs from what is expected; empty when it doesn't. */
export function mismatches(matcher: Matcher, value: Json | undefined, scope: Scope, path = ''): Mismatch[] {
  const different = (expected: string): Mismatch[] => [{ path, expected, actual: shown(value, matcher, scope) }];
  switch (matcher.is) {
    case 'equal':
      return equal(matcher.value, value) ? [] : different(plain(matcher.value));
    case 'planned':
      return typeof value === 'number' && isPlanned(value, matcher.instant, scope)
        ? []
        : different(instantText(matcher.instant, scope));
    case 'happened':
      return within(value, matcher.instant) ? [] : different(instantText(matcher.instant, scope));
    case 'length':
      return within(value, matcher.ms) ? [] : different(durationText(matcher.ms));
    case 'contains':
      return typeof value === 'string' && value.includes(matcher.text) ? [] : different(`… ${matcher.text} …`);
    case 'fields': {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return different('fields');
      const fields = value as Readonly<Record<string, Json>>;
      return Object.entries(matcher.fields).flatMap(([name, inner]) =>
        mismatches(inner, fields[name], scope, path === '' ? name : `${path}.${name}`),
      );
    }
    case 'list': {
      if (!Array.isArray(value)) return different(`a list of ${matcher.items.length}`);
      const list = value as readonly Json[];
      const length: Mismatch[] =
        list.length === matcher.items.length
          ? []
          : [{ path, expected: `${matcher.items.length} entries`, actual: `${list.length} entries: ${plain(list)}` }];
      return [
        ...length,
        ...matcher.items.flatMap((item, index) =>
          index < list.length ? mismatches(item, list[index], scope, `${path}[${index}]`) : [],
        ),
      ];
    }
  }
}

function isPlanned(value: Instant, expected: Instant, { drift }: Scope): boolean {
  const off = value - expected;
  if (off === 0) return true;
  if (Math.abs(off) >= TOLERANCE) return false;
  const known = [0, ...drift];
  return known.some((later) => known.some((earlier) => later - earlier === off));
}

function within(value: Json | undefined, expected: number): boolean {
  return typeof value === 'number' && value >= expected && value < expected + TOLERANCE;
}

/** Equal as JSON, whatever the order of members. */
export function equal(a: Json, b: Json | undefined): boolean {
  if (a === b) return true;
  if (b === undefined || typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item: Json, index) => equal(item, (b as readonly Json[])[index]));
  }
  const [left, right] = [a, b] as readonly Readonly<Record<string, Json>>[];
  const keys = Object.keys(left ?? {});
  return (
    keys.length === Object.keys(right ?? {}).length && keys.every((key) => equal(left?.[key] ?? null, right?.[key]))
  );
}

function instantText(instant: Instant, { zone }: Scope): string {
  return localText(instant, zone);
}

/** The observed value, in the words of what was expected. */
function shown(value: Json | undefined, matcher: Matcher, scope: Scope): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number' && (matcher.is === 'planned' || matcher.is === 'happened')) {
    const off = value - matcher.instant;
    return `${instantText(value, scope)} (${off < 0 ? `${durationText(-off)} earlier` : `${durationText(off)} later`})`;
  }
  if (typeof value === 'number' && matcher.is === 'length') return durationText(value);
  return plain(value);
}

const LONGEST = 400;

export function plain(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'none';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
