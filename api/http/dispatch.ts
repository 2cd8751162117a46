import type { Request, RequestHandler, Response } from 'express';

import type { Clock } from '../../common/clock';
import { parseCaseNumber } from '../../common/ids';
import type { Logger } from '../../common/logger';
import { requireProject, requireRole, type Capability, type CookieLogin, type Known, type Principal } from './access';
import { readCookie } from './cookie';
import { allowOrigin } from './cross-origin';
import { exchangeOf } from './exchange';
import type { Guesses } from './guesses';
import { invalidRequest, Problem, problem } from './problem';
import { isOwnPage } from './own-page';
import { addressKey, requireShare, type RateLimiter } from './rate-limit';
import { readRequest, repeatedHeader } from './read-request';
import { sendReply } from './reply';
import { problemsOf } from './route-problems';
import type { Reply, Route, RouteContext, TypedRequest } from './route';

/**
 * What the `Authorization` header stands for.
 * @param role that the caller wants to come in; null where he names none.
 * @throws Problem role-unclear; those of an identity provider that is away.
 */
export type Authenticate = (authorization: string, role: string | null) => Promise<Known>;

/** Further rules, after role and project. Throws a Problem. */
export type Authorise = (principal: Principal, route: Route, request: TypedRequest) => Promise<void>;

/** What is known of a request that came with the cookie of a browser. */
export interface Asking {
  /** GET and HEAD change nothing. */
  readonly isReading: boolean;
  /** A page of our own origin asks, as far as the browser says. */
  readonly isOwnPage: boolean;
  /** X-CSRF-Token */
  readonly csrf: string | null;
}

/** The login of a browser, taken by every route where no Authorization header is sent. */
export interface SessionLogin {
  /** Name of its cookie. */
  readonly cookie: string;
  /** @throws Problem origin-not-allowed, csrf-token-wrong */
  authenticate(value: string, asking: Asking): Promise<Known>;
}

export interface DispatchDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly authenticate: Authenticate;
  readonly session?: SessionLogin;
  readonly authorise?: Authorise;
}

export interface DispatchOptions {
  readonly deps: DispatchDeps;
  readonly addressLimiter: RateLimiter | null;
  readonly principalLimiter: RateLimiter | null;
  /** Of a link: whoever has it shares it with everybody whom he gave it to. */
  readonly linkLimiter: RateLimiter | null;
  readonly guesses: Guesses;
  readonly handlerTimeoutMs: number;
  readonly checkReplies: boolean;
}

/** @throws Problem 401 or 429. */
export async function identify(
  req: Request,
  { deps, addressLimiter, principalLimiter, guesses }: DispatchOptions,
  cookie?: CookieLogin,
): Promise<Principal> {
  const sent = once(req, 'authorization');
  const kept = deps.session ? readCookie(req.headers.cookie, deps.session.cookie) : null;
  if (sent && kept !== null) throw problem('two-logins');
  const known = sent
    ? await byHeader(req, sent, deps, guesses)
    : ((await byCookie(req, cookie)) ?? (await bySession(req, kept, deps, cookie)));
  if (known === null) throw problem('unauthenticated');
  if (typeof known === 'string') throw problem(known);
  exchangeOf(req).principal = known;
  // Who is known has a share of his own, and takes none of those who come from the same address.
  addressLimiter?.giveBack(addressKey(req.ip));
  requireShare(principalLimiter, 'principal', known.id);
  return known;
}

/** @throws Problem for a header that came twice. */
function once(req: Request, name: string): string | null {
  const sent = req.headersDistinct[name] ?? [];
  if (sent.length > 1) throw invalidRequest([repeatedHeader(name)]);
  return sent[0] ?? null;
}

async function byHeader(req: Request, sent: string, deps: DispatchDeps, guesses: Guesses): Promise<Known> {
  guesses.admit(req.ip, sent);
  const known = await deps.authenticate(sent, once(req, 'guanjia-role'));
  if (known === null) guesses.wasWrong(req.ip);
  else guesses.wasRight(sent);
  return known;
}

async function byCookie(req: Request, cookie: CookieLogin | undefined): Promise<Known> {
  const value = cookie && readCookie(req.headers.cookie, cookie.name);
  return cookie && value ? cookie.authenticate(value, req.headers.origin ?? null) : null;
}

/** Not where a route has a login of its own: that one is for pages of another origin. */
async function bySession(
  req: Request,
  kept: string | null,
  { session }: DispatchDeps,
  cookie: CookieLogin | undefined,
): Promise<Known> {
  if (!session || kept === null || cookie) return null;
  const isReading = req.method === 'GET' || req.method === 'HEAD';
  return session.authenticate(kept, { isReading, isOwnPage: isOwnPage(req), csrf: once(req, 'x-csrf-token') });
}

/** Whom a secret in the address stands for. @throws Problem 404, 410 or 429. */
async function byCapability(
  req: Request,
  { in: parameter, authenticate }: Capability,
  { guesses, linkLimiter }: DispatchOptions,
): Promise<Principal> {
  const secret = String(req.params[parameter]);
  guesses.admit(req.ip, secret);
  const known = await authenticate(secret);
  if (known === null) {
    guesses.wasWrong(req.ip);
    throw problem('link-unknown');
  }
  guesses.wasRight(secret);
  const exchange = exchangeOf(req);
  exchange.principal = known;
  exchange.caseNo = known.link?.no ?? null;
  requireShare(linkLimiter, 'principal', known.id);
  return known;
}

/** Serves one route: who → may he → what → handler → reply. */
export function serveRoute(route: Route, options: DispatchOptions): RequestHandler {
  const allowedCodes = new Set(problemsOf(route));
  const isLogin = route.access.public === true && allowedCodes.has('unauthenticated');
  return async (req, res) => {
    Object.assign(exchangeOf(req), { route: route.path, refusalPage: route.refusalPage ?? null });
    allowOrigin(route, req, res);
    try {
      if (isLogin) options.guesses.admit(req.ip, null);
      await serve(route, options, req, res);
    } catch (error) {
      const isWrong = error instanceof Problem && error.code === 'unauthenticated';
      if (isLogin && isWrong) options.guesses.wasWrong(req.ip);
      if (options.checkReplies && error instanceof Problem && !allowedCodes.has(error.code)) {
        throw new Error(`${route.operationId} answers ${error.code}, which it does not declare`, { cause: error });
      }
      throw error;
    }
  };
}

async function serve(route: Route, options: DispatchOptions, req: Request, res: Response): Promise<void> {
  const { deps } = options;
  const { access } = route;
  const principal = await whoAsks(route, options, req);
  if (principal && !access.public) requireRole(principal, access);
  const request = await readRequest(route, principal, req, res);
  exchangeOf(req).caseNo ??= caseOf(request);
  if (principal) {
    requireNamedProject(route, principal, request);
    await deps.authorise?.(principal, route, request);
  }

  const aborter = new AbortController();
  res.once('close', () => aborter.abort());
  const context: RouteContext = {
    principal,
    requestId: exchangeOf(req).requestId,
    now: exchangeOf(req).now,
    get logger() {
      return deps.logger.child({ requestId: this.requestId });
    },
    signal: aborter.signal,
    requireProject: (projectId) => {
      if (!principal) throw problem('not-found');
      requireProject(principal, projectId);
    },
  };
  if (route.raw) {
    if (req.method === 'HEAD') res.status(200).end();
    else await route.raw(req, res, request, context);
    return;
  }
  const work = Promise.resolve(route.handler(request, context));
  const reply = await inTime(work, options, context.requestId);
  if (options.checkReplies) checkReply(route, reply);
  exchangeOf(req).caseNo ??= caseMadeBy(reply);
  if (!res.destroyed) sendReply(res, reply, deps.clock.now());
}

function whoAsks({ access }: Route, options: DispatchOptions, req: Request): Promise<Principal> | null {
  if (!access.public) return identify(req, options, access.cookie);
  return access.capability ? byCapability(req, access.capability, options) : null;
}

/** For the log: `{no}` in a path is a case's number everywhere. */
function caseOf({ params }: TypedRequest): string | null {
  const { no } = (params ?? {}) as { readonly no?: unknown };
  return typeof no === 'string' ? parseCaseNumber(no) : null;
}

function caseMadeBy({ status, headers }: Reply): string | null {
  const [, no] = /^\/api\/v1\/cases\/([^/]+)$/.exec(headers?.Location ?? '') ?? [];
  return status === 201 && no !== undefined ? parseCaseNumber(no) : null;
}

function requireNamedProject(route: Route, principal: Principal, request: TypedRequest): void {
  const project = route.access.public ? undefined : route.access.project;
  if (!project || !('in' in project)) return;
  const part = request[project.in] as Readonly<Record<string, unknown>> | undefined;
  const named = part?.[project.name];
  const ids = Array.isArray(named) ? (named as readonly unknown[]) : [named];
  for (const id of ids) if (typeof id === 'string') requireProject(principal, id);
}

/** @throws Problem `timeout`; with that answer the handler is told to stop, and what it still throws is logged. */
async function inTime(
  work: Promise<Reply>,
  { deps, handlerTimeoutMs }: DispatchOptions,
  requestId: string,
): Promise<Reply> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(problem('timeout'));
      work.catch((error: unknown) => deps.logger.warn({ requestId, error }, 'failed after time-out'));
    }, handlerTimeoutMs);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

/** In tests: an answer that the OpenAPI document doesn't describe is a fault of ours. */
function checkReply(route: Route, reply: Reply): void {
  const spec = route.responses[reply.status];
  if (!spec) throw new Error(`${route.operationId} answers ${reply.status}, which it does not declare`);
  const result = spec.schema?.safeParse(reply.body);
  if (result && !result.success) {
    const places = result.error.issues.map((issue) => `${issue.path.map(String).join('/')}: ${issue.message}`);
    throw new Error(`${route.operationId} answers ${reply.status} with another body: ${places.join('; ')}`);
  }
}
