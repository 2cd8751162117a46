import type { Request, Response } from 'express';
import { z } from 'zod';

import type { Logger } from '../../common/logger';
import type { Access, Capability, Principal, PublicAccess } from './access';
import type { CrossOrigin } from './cross-origin';
import type { IfMatch } from './etag';
import type { Idempotency } from './idempotency';
import type { Page } from './page';
import type { Problem } from './problem';
import type { ProblemCode } from './problem-codes';
import { looseParts } from './strict-schema';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface ResponseSpec {
  readonly description: string;
  /** Left out where there is no body, or one that isn't JSON. */
  readonly schema?: z.ZodType;
  /** application/json where it is left out. */
  readonly contentType?: string;
  /** The answer carries an ETag (its handler replies with `etag: seq`). */
  readonly etag?: boolean;
  /** Further headers, each with what it says. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly example?: unknown;
}

export type ResponseSpecs = Readonly<Record<number, ResponseSpec>>;

type Primitive = string | number | boolean | bigint | symbol | null | undefined;

/** The same, for reading only: so that handlers can answer with the read-only types of the domain. */
type Immutable<T> = unknown extends T
  ? T
  : T extends Primitive
    ? T
    : T extends readonly (infer Item)[]
      ? readonly Immutable<Item>[]
      : { readonly [K in keyof T]: Immutable<T[K]> };

/** What a handler answers: one of the declared statuses with the body that its schema describes. */
export type ReplyFor<R extends ResponseSpecs> = {
  [S in keyof R & number]: {
    readonly status: S;
    readonly headers?: Readonly<Record<string, string>>;
    /** seq of the state shown; sent as a strong ETag. */
    readonly etag?: number;
    /** A file in the place of a body; its headers say of which type. */
    readonly bytes?: Buffer;
  } & (R[S] extends { readonly schema: infer T extends z.ZodType }
    ? { readonly body: Immutable<z.output<T>> }
    : { readonly body?: undefined });
}[keyof R & number];

/** A reply of any route. */
export interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly etag?: number;
  readonly bytes?: Buffer;
}

type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined;

/** The parts of a request, parsed by the schemas of its route. */
export interface TypedRequest<P = unknown, Q = unknown, H = unknown, B = unknown> {
  readonly params: P;
  readonly query: Q;
  readonly headers: H;
  readonly body: B;
  /** Of routes with `upload`: what was sent. */
  readonly bytes: Buffer | null;
  /** Of routes with `idempotent`; null when the caller sent no key. */
  readonly idempotency: Idempotency | null;
  /** Of routes with `ifMatch`; null when the caller sent none. */
  readonly ifMatch: IfMatch | null;
}

export interface RouteContext<P = Principal | null> {
  /** Null on public routes only. */
  readonly principal: P;
  readonly requestId: string;
  /** The instant the request came, by the injected clock. */
  readonly now: number;
  /** Writes the request id with every line. */
  readonly logger: Logger;
  /** Aborted when the connection is done with: answered, given up after the time limit, or left by the client. */
  readonly signal: AbortSignal;
  /** @throws Problem 404 when the project is not one of the caller's. */
  requireProject(projectId: string): void;
}

type PrincipalOf<A extends Access> = A extends { readonly capability: Capability }
  ? Principal
  : A extends PublicAccess
    ? null
    : Principal;

interface RouteFacts {
  readonly method: Method;
  /** `/api/v1/cases/{no}` */
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  /** Refusals of this operation; those that any route of its kind can give are added by themselves. */
  readonly problems: readonly ProblemCode[];
  /** Accepts Idempotency-Key, and requires it from machines. Every POST says true or false. */
  readonly idempotent?: boolean;
  /** Reads If-Match. */
  readonly ifMatch?: boolean;
  /** Bytes; 100 KB where it is left out. */
  readonly bodyLimit?: number;
  /** The body is a file and no JSON: of one of these types, and of at most `limit` bytes. */
  readonly upload?: { readonly types: readonly string[]; readonly limit: number };
  /** The body is what a form of a page sends: the schema parses an object of texts. */
  readonly form?: true;
  /** Of pages for people: what a browser is shown in the place of problem+json. */
  readonly refusalPage?: (refusal: Problem, req: Request) => Page;
  /** Left out where only pages of our own origin may call it from a browser. */
  readonly crossOrigin?: CrossOrigin;
  /** Example bodies by name. */
  readonly examples?: Readonly<Record<string, unknown>>;
}

interface RouteSchemas<P, Q, H, B, R, A> {
  readonly access: A;
  /** Strict object with the names of the path. */
  readonly params?: P;
  /** Strict object of text values; see query.ts for numbers, booleans and lists. */
  readonly query?: Q;
  /** Object with lower-case names; other headers are let through unread. */
  readonly headers?: H;
  /** Every object in it is strict. */
  readonly body?: B;
  readonly responses: R;
}

type Handling<Req, Ctx, Rep> =
  | { readonly handler: (request: Req, context: Ctx) => Promise<Rep> | Rep; readonly raw?: never }
  | {
      /** For streams and files: writes the answer itself. No time limit; must heed `context.signal`. */
      readonly raw: (req: Request, res: Response, request: Req, context: Ctx) => Promise<void> | void;
      readonly handler?: never;
    };

type Objects = z.ZodObject | undefined;

/** A route of the API, as the registry, the app and the OpenAPI document know it. Made by `defineRoute` only. */
export type Route = RouteFacts &
  RouteSchemas<z.ZodObject, z.ZodObject, z.ZodObject, z.ZodType, ResponseSpecs, Access> &
  Handling<TypedRequest, RouteContext, Reply> & { readonly [made]: true };

declare const made: unique symbol;

/**
 * Declares a route. The types of `handler` follow from the schemas.
 *
 * @throws TypeError for a mistake that no request may find first: a loose schema, a parameter without a place.
 */
export function defineRoute<
  const A extends Access,
  const R extends ResponseSpecs,
  P extends Objects = undefined,
  Q extends Objects = undefined,
  H extends Objects = undefined,
  B extends z.ZodType | undefined = undefined,
  const Out extends ReplyFor<R> = ReplyFor<R>,
>(
  spec: RouteFacts &
    RouteSchemas<P, Q, H, B, R, A> &
    Handling<TypedRequest<Parsed<P>, Parsed<Q>, Parsed<H>, Parsed<B>>, RouteContext<PrincipalOf<A>>, Out>,
): Route {
  // The one place where the types of a single route are let go: the dispatcher parses by these very schemas.
  const route = spec as unknown as Route;
  const mistakes = mistakesOf(route);
  if (mistakes.length > 0) throw new TypeError(`${route.method} ${route.path}: ${mistakes.join('; ')}`);
  return Object.freeze(route);
}

/** Names of the parameters in a path. */
export const pathParameters = (path: string): string[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');

const PATH = /^(?:\/(?:[A-Za-z0-9._-]+|\{[A-Za-z]\w*\}))+$/;

function mistakesOf(route: Route): string[] {
  const { access, params, query, headers, body } = route;
  const names = pathParameters(route.path);
  const declared = Object.keys(params?.shape ?? {});
  const loose = Object.entries({ params, query, body }).flatMap(([part, schema]) =>
    schema ? looseParts(schema).map((place) => `${part} ${place} is not a z.strictObject`) : [],
  );
  const project = access.public ? undefined : access.project;
  const projectSchema = project && 'in' in project ? route[project.in] : undefined;
  return [
    ...loose,
    ...(PATH.test(route.path) ? [] : ['the path is not made of /word and /{name}']),
    ...(names.length === new Set(names).size ? [] : ['a path parameter has two places']),
    ...(sameNames(names, declared) ? [] : [`params must be exactly {${names.join(', ')}}`]),
    ...Object.keys(headers?.shape ?? {})
      .filter((name) => name !== name.toLowerCase())
      .map((name) => `header ${name} must be in lower case`),
    ...(body && (route.method === 'GET' || route.method === 'DELETE') ? [`${route.method} has no body`] : []),
    ...(access.public && access.capability && !names.includes(access.capability.in)
      ? [`access.capability names {${access.capability.in}}, which the path doesn't have`]
      : []),
    ...(route.form && !body ? ['a form needs a body'] : []),
    ...(body && route.upload ? ['the body is either JSON or a file'] : []),
    ...(project && 'in' in project && !hasField(projectSchema, project.name)
      ? [`access.project names ${project.in}.${project.name}, which the route doesn't have`]
      : []),
  ];
}

function hasField(schema: z.ZodType | undefined, name: string): boolean {
  return schema instanceof z.ZodObject && name in schema.shape;
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name) => b.includes(name));
}
