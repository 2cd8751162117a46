import { definitionOf, type ArgValue, type ProblemArgs, type ProblemCode } from './problem-codes';

/** One wrong value. Names the place, what was expected and the type received, never the value itself. */
export interface FieldError {
  /** JSON pointer into the body. */
  readonly pointer?: string;
  /** Name of a path, query or header parameter. */
  readonly parameter?: string;
  readonly in?: 'path' | 'query' | 'header';
  readonly code: string;
  readonly expected: string;
  readonly received?: string;
  readonly args?: Readonly<Record<string, ArgValue>>;
}

export interface ProblemOptions {
  readonly detail?: string;
  readonly args?: Readonly<Record<string, ArgValue>>;
  readonly errors?: readonly FieldError[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Further members of the answer (RFC 9457, 3.2), for example what happened since on 412. */
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** A refusal as RFC 9457 has it. Code that knows its code at compile time throws `problem(…)`, which checks the args. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly detail: string;
  readonly args: Readonly<Record<string, ArgValue>>;
  readonly errors: readonly FieldError[] | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly extensions: Readonly<Record<string, unknown>>;

  constructor(
    readonly code: ProblemCode,
    options: ProblemOptions = {},
  ) {
    super(code, { cause: options.cause });
    const definition = definitionOf(code);
    this.status = definition.status;
    this.args = options.args ?? {};
    this.detail = options.detail ?? fill(definition.detail ?? definition.meaning, this.args);
    this.errors = options.errors;
    this.headers = { ...standardHeaders(definition.status, definition.retryAfter), ...options.headers };
    this.extensions = options.extensions ?? {};
  }
}

type Rest<C extends ProblemCode> = keyof ProblemArgs<C> extends never
  ? [args?: Record<string, never>, options?: Omit<ProblemOptions, 'args'>]
  : [args: ProblemArgs<C>, options?: Omit<ProblemOptions, 'args'>];

/** `throw problem('stale', { current: 7 })`: the arguments are those that the table of codes names. */
export function problem<C extends ProblemCode>(code: C, ...[args, options]: Rest<C>): Problem {
  return new Problem(code, { ...options, args });
}

/** How many wrong values one answer names. */
const MAX_ERRORS = 50;

/** `invalid-request` from the wrong values found. */
export function invalidRequest(errors: readonly FieldError[]): Problem {
  return problem('invalid-request', { count: errors.length }, { errors: errors.slice(0, MAX_ERRORS) });
}

/** The members of the answer; `instance` is the request id, `serverTime` milliseconds. */
export function problemBody(
  refusal: Problem,
  about: { readonly instance: string; readonly serverTime: number },
): Record<string, unknown> {
  return {
    ...refusal.extensions,
    type: `/docs/problems#${refusal.code}`,
    title: definitionOf(refusal.code).title,
    status: refusal.status,
    code: refusal.code,
    detail: refusal.detail,
    args: refusal.args,
    ...(refusal.errors ? { errors: refusal.errors } : {}),
    instance: about.instance,
    serverTime: about.serverTime,
  };
}

function standardHeaders(status: number, retryAfter: number | undefined): Record<string, string> {
  return {
    ...(status === 401 ? { 'WWW-Authenticate': 'Bearer realm="guanjia"' } : {}),
    ...(retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) }),
  };
}

function fill(template: string, args: Readonly<Record<string, ArgValue>>): string {
  return template.replace(/\{(\w+)\}/g, (place, name: string) => {
    const value = args[name];
    if (value === undefined) return place;
    return Array.isArray(value) ? value.join(', ') || 'none' : String(value);
  });
}
