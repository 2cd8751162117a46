import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import { z } from 'zod';

import type { Principal } from './access';
import { parseIfMatch } from './etag';
import { readForm } from './form-body';
import { parseIdempotencyKey, requestHash, type Idempotency } from './idempotency';
import { hasBody, readJsonBody, readUpload } from './json-body';
import { invalidRequest, problem, type FieldError } from './problem';
import { readQuery } from './query';
import type { Route, TypedRequest } from './route';
import { isStorableText, safeName, STORABLE_TEXT } from './text-rules';
import { check, type Place } from './validate';

const NO_PARAMETERS = z.strictObject({});

/**
 * Parses all parts of a request by the schemas of its route; the body last, and only when the rest is right.
 *
 * @throws Problem naming every wrong parameter, or every wrong field.
 */
export async function readRequest(
  route: Route,
  principal: Principal | null,
  req: Request,
  res: Response,
): Promise<TypedRequest> {
  const rawQuery = readQuery(req.url);
  const rawHeaders = readHeaders(req, [
    ...Object.keys(route.headers?.shape ?? {}),
    ...(route.idempotent ? ['idempotency-key'] : []),
  ]);
  requireStorable(req.params, 'path');
  requireStorable(rawQuery.values, 'query');
  requireStorable(rawHeaders.values, 'header');
  const params = route.params ? check(route.params, req.params, 'path') : NOTHING;
  const query = check(route.query ?? NO_PARAMETERS, rawQuery.values, 'query');
  const headers = route.headers ? check(route.headers, pick(rawHeaders.values, route.headers), 'header') : NOTHING;
  const named = new Set([...rawQuery.errors, ...rawHeaders.errors].map((error) => error.parameter));
  const found = [params, query, headers].flatMap((part) => part.errors ?? []);
  const errors = [
    ...rawQuery.errors,
    ...rawHeaders.errors,
    ...found.filter((error) => !named.has(error.parameter)),
    ...(!route.body && !route.upload && hasBody(req) ? [UNEXPECTED_BODY] : []),
  ];
  if (errors.length > 0) throw invalidRequest(errors);
  const ifMatch = route.ifMatch ? parseIfMatch(req.headers['if-match']) : null;
  const key = route.idempotent ? readKey(rawHeaders.values['idempotency-key'], principal) : null;

  const bytes = route.upload ? await readUpload(req, res, route.upload) : null;
  const rawBody = route.body && hasBody(req) ? await readBody(route, req, res) : undefined;
  const body = route.body ? check(route.body, rawBody, 'body') : NOTHING;
  if (body.errors) throw invalidRequest(body.errors);
  const sent = bytes ? createHash('sha256').update(bytes).digest('hex') : rawBody;
  const idempotency: Idempotency | null =
    key === null ? null : { key, requestHash: requestHash({ method: req.method, path: req.path, body: sent }) };
  return {
    params: params.value,
    query: route.query ? query.value : undefined,
    headers: headers.value,
    body: body.value,
    bytes,
    idempotency,
    ifMatch,
  };
}

const readBody = (route: Route, req: Request, res: Response): Promise<unknown> =>
  route.form ? readForm(req, res) : readJsonBody(req, res, route.bodyLimit);

const NOTHING: { readonly value?: unknown; readonly errors?: readonly FieldError[] } = {};
const UNEXPECTED_BODY: FieldError = { pointer: '', code: 'unexpected-body', expected: 'no body' };

function readKey(header: string | undefined, principal: Principal | null): string | null {
  const key = parseIdempotencyKey(header);
  if (key === null && principal?.kind === 'machine') throw problem('idempotency-key-required');
  return key;
}

/** The named headers, each of which may come once. */
function readHeaders(
  req: Request,
  names: readonly string[],
): { readonly values: Record<string, string>; readonly errors: readonly FieldError[] } {
  const values: Record<string, string> = {};
  const errors: FieldError[] = [];
  for (const name of names) {
    const sent = req.headersDistinct[name] ?? [];
    if (sent.length > 1) errors.push(repeatedHeader(name));
    else if (sent[0] !== undefined) values[name] = sent[0];
  }
  return { values, errors };
}

export function repeatedHeader(name: string): FieldError {
  return { parameter: name, in: 'header', code: 'repeated', expected: 'each header once' };
}

function pick(values: Record<string, string>, schema: z.ZodObject): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => name in schema.shape));
}

function requireStorable(values: Readonly<Record<string, unknown>>, place: Exclude<Place, 'body'>): void {
  for (const [name, value] of Object.entries(values)) {
    if (isStorableText(name) && (typeof value !== 'string' || isStorableText(value))) continue;
    const parameter = safeName(name);
    const error: FieldError = { parameter, in: place, code: 'text-not-storable', expected: STORABLE_TEXT };
    throw problem('text-not-storable', { where: parameter }, { errors: [error] });
  }
}
