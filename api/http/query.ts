import { z } from 'zod';

import type { FieldError } from './problem';
import { safeName } from './text-rules';

/** Query values as text, one per name. The object has no prototype, so no name is special. */
export interface RawQuery {
  readonly values: Record<string, string>;
  readonly errors: readonly FieldError[];
}

/** Reads the query of a request target strictly: no name twice, no broken percent code, no value without `=`. */
export function readQuery(target: string): RawQuery {
  const start = target.indexOf('?');
  const values = Object.create(null) as Record<string, string>;
  const errors: FieldError[] = [];
  for (const pair of start === -1 ? [] : target.slice(start + 1).split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decode(equals === -1 ? pair : pair.slice(0, equals));
    const value = equals === -1 ? null : decode(pair.slice(equals + 1));
    if (name === null || (value === null && equals !== -1)) {
      errors.push(wrong(name ?? '', 'percent-encoding', 'percent-encoded UTF-8'));
    } else if (value === null) {
      errors.push(wrong(name, 'missing', 'a value: name=value'));
    } else if (name in values) {
      errors.push(wrong(name, 'repeated', 'each parameter once'));
    } else {
      values[name] = value;
    }
  }
  return { values, errors };
}

/** A whole number in the query, written in plain digits. */
export function queryInteger(range: { readonly min: number; readonly max: number }) {
  const { min: minimum, max: maximum } = range;
  return z
    .string()
    .max(17)
    .regex(/^-?(?:0|[1-9][0-9]*)$/, 'a whole number in plain digits')
    .transform(Number)
    .pipe(z.int().min(minimum).max(maximum))
    .meta({ type: 'integer', minimum, maximum, pattern: undefined, maxLength: undefined });
}

/** `true` or `false` in the query. */
export function queryBoolean() {
  return z
    .literal(['true', 'false'])
    .transform((text) => text === 'true')
    .meta({ type: 'boolean', enum: undefined });
}

/** Values with commas between them: `state=open,missed`. The schema is of one value; at most `max` of them. */
export function queryList<T extends z.ZodType>(item: T, max = 20) {
  return z.preprocess((text) => (typeof text === 'string' ? text.split(',') : text), z.array(item).min(1).max(max));
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return null;
  }
}

function wrong(name: string, code: string, expected: string): FieldError {
  return { parameter: safeName(name), in: 'query', code, expected };
}
