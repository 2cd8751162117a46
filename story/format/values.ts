import { z } from 'zod';
import { ROLES } from '../../domain/actor';
import { isZone } from '../../domain/zone';
import { report } from '../../common/policy/issues';
import { DURATION, MOMENT, parseDuration, parseMoment, type Moment } from '../time';

/**
 * The single values a story is made of. As in common/policy, the message of every zod issue says what was expected,
 * so that errors can name it.
 */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export const moment = z.string({ error: MOMENT }).transform((text, ctx): Moment => {
  const parsed = parseMoment(text);
  if (parsed) return parsed;
  report(ctx, 'wrong-format', MOMENT);
  return z.NEVER;
});

/** A length of time in milliseconds; `signed` allows `-10m`, which is early. */
export function duration(signed = false) {
  const expected = signed ? `${DURATION}, or with "-" in front` : DURATION;
  return z.string({ error: expected }).transform((text, ctx): number => {
    const negative = signed && text.startsWith('-');
    const length = parseDuration(negative ? text.slice(1) : text);
    if (length === null) {
      report(ctx, 'wrong-format', expected);
      return z.NEVER;
    }
    return negative ? -length : length;
  });
}

const ZONE = 'an IANA zone like Asia/Shanghai';
export const zone = z.string({ error: ZONE }).superRefine((text, ctx) => {
  if (!isZone(text)) report(ctx, 'unknown-name', ZONE);
});

const NAME = 'a name of lower-case letters, digits, "-" and "_"';
/** Of a case, a step, a key, a project, a person. */
export const name = z.string({ error: NAME }).regex(/^[a-z][a-z0-9_-]{0,39}$/, NAME);

export const text = z.string({ error: 'a text' }).min(1, 'a text');
export const word = z.string({ error: 'a word' }).regex(/^\S{1,200}$/, 'a word without blanks');
export const bool = z.boolean({ error: 'true or false' });

export function count(least: number, most: number) {
  const error = `a whole number from ${least} to ${most}`;
  return z.number({ error }).int(error).min(least, error).max(most, error);
}

/**
 * Who acts or is looked at: `nobody`, `resident`, a role, a role of one project (`manager@riverside`), a person or a
 * named key. Which names there are is checked when the whole story is known.
 */
export interface Who {
  readonly written: string;
  readonly name: string;
  readonly project: string | null;
}

const WHO = 'a role, a person, "role@project", "resident" or "nobody"';
export const who = z.string({ error: WHO }).transform((written, ctx): Who => {
  const parts = /^([a-z][a-z0-9_-]{0,39})(?:@([a-z][a-z0-9_-]{0,39}))?$/.exec(written);
  if (!parts) {
    report(ctx, 'wrong-format', WHO);
    return z.NEVER;
  }
  return { written, name: parts[1] ?? '', project: parts[2] ?? null };
});

export const role = z.string({ error: 'a role' }).transform((written, ctx) => {
  const found = ROLES.find((candidate) => candidate === written);
  if (found) return found;
  report(ctx, 'unknown-name', `a role: ${ROLES.join(', ')}`, { known: ROLES });
  return z.NEVER;
});

/** Any value that JSON can hold. */
export const json = z.json({ error: 'a value' }) as unknown as z.ZodType<Json>;

/** A mapping from any key to values of one kind. */
export function mapping<V extends z.ZodType>(value: V, expected: string) {
  return z.record(z.string(), value, { error: expected });
}

export function listOf<V extends z.ZodType>(value: V, expected: string) {
  return z.array(value, { error: expected }).max(500, `${expected}, 500 at most`);
}

/**
 * One schema or another, by the look of the value: so that an error names what is wrong with the form that was meant,
 * where a union would only say that no form fits.
 */
export function either<A extends z.ZodType, B extends z.ZodType>(
  isFirst: (value: unknown) => boolean,
  first: A,
  second: B,
) {
  return z.unknown().transform((value, ctx): z.output<A> | z.output<B> => {
    const parsed = (isFirst(value) ? first : second).safeParse(value);
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues) ctx.issues.push({ ...issue, input: value } as never);
    return z.NEVER;
  });
}

export const isText = (value: unknown): boolean => typeof value === 'string';
export const isList = (value: unknown): boolean => Array.isArray(value);

/** One value, or a list of them; comes out as a list. */
export function oneOrMore<V extends z.ZodType>(value: V, expected: string) {
  return either(isList, listOf(value, expected), value).transform((found): z.output<V>[] =>
    Array.isArray(found) ? (found as z.output<V>[]) : [found as z.output<V>],
  );
}
