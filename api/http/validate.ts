import type { z } from 'zod';

import type { ArgValue } from './problem-codes';
import type { FieldError } from './problem';
import { safeName, toPointer } from './text-rules';

/** Where a value came from: decides how an error names its place. */
export type Place = 'body' | 'path' | 'query' | 'header';

export type Checked<T> =
  { readonly value: T; readonly errors?: never } | { readonly errors: readonly FieldError[]; readonly value?: never };

/** Parses with zod and puts every issue into the words of a FieldError. */
export function check<S extends z.ZodType>(schema: S, input: unknown, place: Place): Checked<z.output<S>> {
  const result = schema.safeParse(input);
  if (result.success) return { value: result.data };
  return { errors: result.error.issues.flatMap((issue) => fieldErrors(issue, input, place)) };
}

interface Wrong {
  readonly code: string;
  readonly expected: string;
  readonly args?: Readonly<Record<string, ArgValue>>;
}

function fieldErrors(issue: z.core.$ZodIssue, input: unknown, place: Place): FieldError[] {
  if (issue.code === 'unrecognized_keys') {
    const expected = place === 'body' ? 'no such field' : 'no such parameter';
    return issue.keys.map((key) => ({ ...where([...issue.path, key], place), code: 'unknown-field', expected }));
  }
  if (issue.code === 'invalid_union') {
    const branch = likeliestBranch(issue.errors);
    if (branch) {
      return branch.flatMap((inner) => fieldErrors({ ...inner, path: [...issue.path, ...inner.path] }, input, place));
    }
  }
  const value = valueAt(input, issue.path);
  const wrong = value === undefined && !isNamed(issue) ? missing(issue) : describe(issue);
  return [{ ...where(issue.path, place), ...wrong, received: typeName(value) }];
}

/** `refine` with params.code keeps its own code even where the value is missing. */
const isNamed = (issue: z.core.$ZodIssue): boolean => issue.code === 'custom';

function missing(issue: z.core.$ZodIssue): Wrong {
  return { ...describe(issue), code: 'missing' };
}

function describe(issue: z.core.$ZodIssue): Wrong {
  switch (issue.code) {
    case 'invalid_type':
      return { code: 'wrong-type', expected: issue.expected };
    case 'invalid_value': {
      const values = issue.values.slice(0, MAX_VALUES).map(String);
      return { code: 'not-one-of', expected: `one of: ${values.join(', ')}`, args: { values } };
    }
    case 'too_big':
      return bound(issue.origin, 'most', Number(issue.maximum), issue.inclusive !== false);
    case 'too_small':
      return bound(issue.origin, 'least', Number(issue.minimum), issue.inclusive !== false);
    case 'not_multiple_of':
      return { code: 'not-multiple-of', expected: `a multiple of ${issue.divisor}`, args: { divisor: issue.divisor } };
    case 'invalid_format': {
      const expected = issue.format === 'regex' ? issue.message.replace(DEFAULT_MESSAGE, '') : issue.format;
      return { code: 'wrong-format', expected, args: { format: issue.format } };
    }
    case 'invalid_union': {
      const types = [...new Set(issue.errors.flat().map((inner) => describe(inner).expected))].slice(0, MAX_VALUES);
      const tags = 'options' in issue ? issue.options?.slice(0, MAX_VALUES).map(String) : undefined;
      const expected = tags ? `one of: ${tags.join(', ')}` : types.join(', or ');
      return { code: 'not-one-of', expected, args: { values: tags ?? types } };
    }
    case 'custom': {
      const code: unknown = issue.params?.code;
      const expected: unknown = issue.params?.expected;
      return {
        code: typeof code === 'string' ? code : 'not-acceptable',
        expected: typeof expected === 'string' ? expected : issue.message,
      };
    }
    default:
      return { code: 'not-acceptable', expected: issue.message };
  }
}

const MAX_VALUES = 20;
/** How zod words a pattern that was given no message. */
const DEFAULT_MESSAGE = /^Invalid string: must /;
const UNITS: Readonly<Record<string, string>> = {
  string: ' characters',
  array: ' items',
  set: ' items',
  file: ' bytes',
};

function bound(origin: string, side: 'most' | 'least', limit: number, inclusive: boolean): Wrong {
  const unit = UNITS[origin];
  const size = unit ? (side === 'most' ? 'too-long' : 'too-short') : side === 'most' ? 'too-big' : 'too-small';
  const than = side === 'most' ? 'less than' : 'more than';
  const expected = `${inclusive ? `at ${side}` : than} ${limit}${unit ?? ''}`;
  return { code: size, expected, args: { limit } };
}

/** The one alternative that the value has the type of, if there is exactly one: its issues say more than "none fits". */
function likeliestBranch(branches: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] | null {
  const fitting = branches.filter((issues) => issues.every((issue) => issue.path.length > 0 || isPartial(issue)));
  return fitting.length === 1 ? (fitting[0] ?? null) : null;
}

const isPartial = (issue: z.core.$ZodIssue): boolean =>
  issue.code !== 'invalid_type' && issue.code !== 'invalid_value' && issue.code !== 'invalid_union';

function where(path: readonly PropertyKey[], place: Place): Pick<FieldError, 'pointer' | 'parameter' | 'in'> {
  if (place === 'body') return { pointer: toPointer(path) };
  return { parameter: safeName(String(path[0] ?? '')), in: place };
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const step of path) {
    // A list in the query is one text, of which the schema makes an array.
    if (typeof value === 'string') return value;
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[step];
  }
  return value;
}

function typeName(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
