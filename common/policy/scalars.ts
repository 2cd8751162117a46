import { z } from 'zod';
import { DAY, HOUR, MINUTE, type Millis } from '../../domain/instant';
import { timeOfDay } from '../../domain/zone';
import { report } from './issues';

/**
 * The single values a policy is made of. Convention of this folder: the message of every zod issue says what was
 * expected, so that errors can name it (issues.ts).
 */

const DURATION = 'a duration from 1m to 365d, like 15m, 2h or 30d';
const UNITS: Readonly<Record<string, Millis>> = { m: MINUTE, h: HOUR, d: DAY };
const MAX_DURATION = 365 * DAY;

export const duration = z.string({ error: DURATION }).transform((text, ctx): Millis => {
  const [, count = '', unit = ''] = /^([1-9]\d{0,5})([mhd])$/.exec(text) ?? [];
  const length = Number(count) * (UNITS[unit] ?? 0);
  if (unit === '') report(ctx, 'wrong-format', DURATION);
  else if (length > MAX_DURATION) report(ctx, 'out-of-range', DURATION);
  return length;
});

const TIME = 'a local time from "00:00" to "23:59"';
export const time = z.string({ error: TIME }).regex(/^([01]\d|2[0-3]):[0-5]\d$/, TIME);

const DATE = 'a date like "2027-02-06"';
export const date = z.string({ error: DATE }).superRefine((text, ctx) => {
  if (!isDate(text)) report(ctx, 'wrong-format', DATE);
});

function isDate(text: string): boolean {
  if (!/^[12]\d{3}-\d{2}-\d{2}$/.test(text)) return false;
  const instant = Date.parse(`${text}T00:00:00Z`);
  return Number.isFinite(instant) && new Date(instant).toISOString().startsWith(text);
}

const WINDOW = 'opening hours like "07:00-22:00", ending after they begin and at "24:00" at the latest';
/** `07:00-22:00` as `['07:00', '22:00']`. */
export const window = z.string({ error: WINDOW }).transform((text, ctx): [string, string] => {
  const [, from = '', to = ''] = /^((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d|24:00)$/.exec(text) ?? [];
  if (to === '' || timeOfDay(to) <= timeOfDay(from)) report(ctx, 'wrong-format', WINDOW);
  return [from, to];
});

export function flag(): z.ZodBoolean {
  return z.boolean({ error: 'true or false' });
}

export function whole(least: number, most: number): z.ZodNumber {
  const error = `a whole number from ${least} to ${most}`;
  return z.number({ error }).int(error).min(least, error).max(most, error);
}

/** A word in lower case, its parts joined by `joint`. */
export function name(joint: '_' | '-'): z.ZodString {
  const error = `a name in lower-case letters and digits, joined by "${joint}"`;
  const pattern = joint === '_' ? /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/ : /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
  return z.string({ error }).regex(pattern, error).max(40, error);
}

/** One of the names that are known, in the file or in the program. */
export function oneOf<const N extends string>(known: readonly N[], what: string) {
  const expected = known.length > 0 ? `${what}: ${known.join(', ')}` : `${what}, but there is none`;
  return z.string({ error: expected }).transform((text, ctx): N => {
    const found = known.find((candidate) => candidate === text);
    if (found === undefined) {
      report(ctx, 'unknown-name', expected, { known });
      return z.NEVER;
    }
    return found;
  });
}

/** A list in which nothing stands twice. */
export function list<T extends z.ZodType>(item: T, what: string, least = 0) {
  const expected = least > 0 ? `a list of ${what}, ${least} at least` : `a list of ${what}`;
  return z
    .array(item, { error: expected })
    .min(least, expected)
    .max(1_000, `${expected}, 1000 at most`)
    .superRefine((items, ctx) => {
      const seen = new Set<string>();
      for (const [index, value] of items.entries()) {
        const key = JSON.stringify(value);
        if (seen.has(key)) report(ctx, 'repeated', `each of the ${what} once`, { path: [index] });
        seen.add(key);
      }
    });
}

/** A mapping with these keys and no others. */
export function strict<S extends z.ZodRawShape>(shape: S) {
  const known = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? known : `a mapping with the keys ${known}`),
  });
}

/** A mapping from names that the file chooses. */
export function named<V extends z.ZodType>(value: V, what: string) {
  const error = `a mapping from names to ${what}`;
  return z.record(
    name('_').refine((key) => key !== 'none', 'a name other than "none"'),
    value,
    { error },
  );
}
