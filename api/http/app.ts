import type { RequestListener } from 'node:http';

import express, { type ErrorRequestHandler, type Express, type Request, type RequestHandler } from 'express';

import { documentationRoutes } from './docs';
import {
  identify,
  serveRoute,
  type Authenticate,
  type Authorise,
  type DispatchOptions,
  type SessionLogin,
} from './dispatch';
import { ClientGone } from './json-body';
import { preflightHeaders } from './cross-origin';
import { exchangeOf, UNMATCHED } from './exchange';
import { Guesses } from './guesses';
import { limitAddress, observe, requireSaneRequest, securityHeaders, type ObservationDeps } from './middleware';
import { buildOpenApi, type OpenApiDocument } from './openapi';
import { sendPage, wantsPage } from './page';
import { invalidRequest, Problem, problem } from './problem';
import { createRateLimiter, type RateLimit } from './rate-limit';
import { sendProblem } from './reply';
import type { Route } from './route';

export interface HttpDeps extends ObservationDeps {
  readonly authenticate: Authenticate;
  readonly session?: SessionLogin;
  readonly authorise?: Authorise;
  /** Turns errors of drivers and gateways into refusals; null for those it doesn't know. */
  readonly mapError?: (error: unknown) => Problem | null;
}

export interface HttpAppOptions {
  readonly routes: readonly Route[];
  readonly deps: HttpDeps;
  readonly version: string;
  /** null switches one off. */
  readonly limits?: {
    /** Of those who are not known, by address. */
    readonly address?: RateLimit | null;
    readonly principal?: RateLimit | null;
    /** Wrong keys, by address. */
    readonly guesses?: RateLimit | null;
    /** By link of a resident. */
    readonly links?: RateLimit | null;
  };
  readonly handlerTimeoutMs?: number;
  /** For tests: refuses replies and problems that a route does not declare. */
  readonly checkReplies?: boolean;
  /** Proxies in front whose X-Forwarded-For is believed, as Express's "trust proxy" has it. */
  readonly trustProxy?: boolean | number | string;
  /** /openapi.json and /docs; true where it is left out. */
  readonly docs?: boolean;
}

/** The finished application. Express itself stays inside, so no route can be added past the registry. */
export interface HttpApp {
  readonly listener: RequestListener;
  readonly document: OpenApiDocument;
  readonly deps: HttpDeps;
}

const ADDRESS_LIMIT: RateLimit = { requests: 6000, perSeconds: 60 };
const PRINCIPAL_LIMIT: RateLimit = { requests: 3000, perSeconds: 60 };
const GUESS_LIMIT: RateLimit = { requests: 30, perSeconds: 60 };
/** Far more than a household needs, of one that was passed around. */
const LINK_LIMIT: RateLimit = { requests: 60, perSeconds: 60 };
const HANDLER_TIMEOUT_MS = 30_000;

const expressOf = new WeakMap<HttpApp, Express>();

/** @throws TypeError when two routes have the same address or operationId. */
export function createHttpApp(options: HttpAppOptions): HttpApp {
  const { deps, limits = {} } = options;
  const documentation = options.docs === false ? [] : documentationRoutes(() => app.document);
  const routes = inOrder([...options.routes, ...documentation]);
  const document = buildOpenApi(routes, { version: options.version });
  const addressLimiter = limiterOf(deps, limits.address, ADDRESS_LIMIT);
  const dispatch: DispatchOptions = {
    deps,
    addressLimiter,
    guesses: new Guesses(limiterOf(deps, limits.guesses, GUESS_LIMIT)),
    principalLimiter: limiterOf(deps, limits.principal, PRINCIPAL_LIMIT),
    linkLimiter: limiterOf(deps, limits.links, LINK_LIMIT),
    handlerTimeoutMs: options.handlerTimeoutMs ?? HANDLER_TIMEOUT_MS,
    checkReplies: options.checkReplies ?? false,
  };

  const server = express();
  server.disable('x-powered-by');
  server.disable('etag');
  server.enable('case sensitive routing');
  server.enable('strict routing');
  server.set('query parser', false);
  server.set('trust proxy', options.trustProxy ?? false);
  server.use(observe(deps));
  server.use(securityHeaders());
  server.use(requireSaneRequest);
  server.use(limitAddress(addressLimiter));
  for (const path of new Set(routes.map((route) => route.path))) {
    const group = routes.filter((route) => route.path === path);
    const place = server.route(path.replaceAll(/\{(\w+)\}/g, ':$1'));
    for (const route of group) addMethod(place, route, serveRoute(route, dispatch));
    place.all(refuseMethod(path, group, dispatch));
  }
  server.use(refusePath(dispatch));
  server.use(answerError(deps, dispatch));

  const app: HttpApp = Object.freeze({ listener: server as RequestListener, document, deps });
  expressOf.set(app, server);
  return app;
}

/** What Express really serves, for comparison with the OpenAPI document. */
export function registeredRoutes(app: HttpApp): { readonly method: string; readonly path: string }[] {
  const layers = expressOf.get(app)?.router.stack ?? [];
  return layers.flatMap(({ route }) => {
    if (!route) return [];
    const methods = route.stack.map((layer) => layer.method).filter((method) => method !== undefined);
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    return methods.map((method) => ({ method: method.toUpperCase(), path }));
  });
}

function addMethod(place: ReturnType<Express['route']>, route: Route, handler: RequestHandler): void {
  switch (route.method) {
    case 'GET':
      return void place.get(handler);
    case 'POST':
      return void place.post(handler);
    case 'PUT':
      return void place.put(handler);
    case 'PATCH':
      return void place.patch(handler);
    case 'DELETE':
      return void place.delete(handler);
  }
}

/** Words before parameters, so that `/cases/counts` is not taken for a case. */
function inOrder(routes: readonly Route[]): Route[] {
  const shape = (route: Route): string => route.path.replaceAll(/\{\w+\}/g, '{}');
  requireUnique(routes.map((route) => `${route.method} ${shape(route)}`));
  requireUnique(routes.map((route) => route.operationId));
  return [...routes].sort((a, b) =>
    sortKey(a.path) < sortKey(b.path) ? -1 : sortKey(a.path) > sortKey(b.path) ? 1 : 0,
  );
}

const sortKey = (path: string): string => path.replaceAll(/\{(\w+)\}/g, '\uffff$1');

function requireUnique(names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new TypeError(`two routes have ${twice}`);
}

function limiterOf({ clock }: HttpDeps, wanted: RateLimit | null | undefined, usual: RateLimit) {
  return wanted === null ? null : createRateLimiter(clock, wanted ?? usual);
}

/** Below /api nobody learns what exists before he has said who he is. */
const isApi = (req: Request): boolean => req.path === '/api' || req.path.startsWith('/api/');

/** A known address with another method: 405, or 204 for OPTIONS; both name the methods. */
function refuseMethod(path: string, group: readonly Route[], dispatch: DispatchOptions): RequestHandler {
  const methods = group.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  const allowed = [...methods, 'OPTIONS'].sort();
  const headers = { Allow: allowed.join(', ') };
  return async (req, res) => {
    exchangeOf(req).route = path;
    if (isApi(req)) await identify(req, dispatch);
    if (req.method !== 'OPTIONS') throw problem('method-not-allowed', { allowed }, { headers });
    res.writeHead(204, { ...headers, ...preflightHeaders(group, req) }).end();
  };
}

function refusePath(dispatch: DispatchOptions): RequestHandler {
  return async (req) => {
    if (isApi(req)) await identify(req, dispatch);
    throw isDecodable(req.path) ? problem('not-found') : undecodablePath();
  };
}

/** The only place where an error becomes an answer. */
function answerError(deps: HttpDeps, dispatch: DispatchOptions): ErrorRequestHandler {
  return async (error: unknown, req, res, _next) => {
    const { requestId } = exchangeOf(req);
    const cause = await causeOf(error, req, dispatch);
    const refusal = cause instanceof Problem ? cause : (deps.mapError?.(cause) ?? problem('internal-error'));
    const isGone = cause instanceof ClientGone;
    if (refusal.code === 'internal-error' && !isGone) {
      deps.logger.error({ requestId, error: cause }, 'unexpected error');
    }
    const { refusalPage } = exchangeOf(req);
    exchangeOf(req).problem = refusal.code;
    if (isGone || res.headersSent || res.destroyed) res.destroy();
    else if (refusalPage && wantsPage(req)) {
      sendPage(res, refusalPage(refusal, req), { status: refusal.status, headers: refusal.headers });
    } else sendProblem(res, refusal, { instance: requestId, serverTime: deps.clock.now() });
  };
}

/** Express fails before any route on percent codes it can't decode; below /api that too is told to callers we know. */
async function causeOf(error: unknown, req: Request, dispatch: DispatchOptions): Promise<unknown> {
  if (!(error instanceof URIError) || exchangeOf(req).route !== UNMATCHED) return error;
  try {
    if (isApi(req)) await identify(req, dispatch);
    return undecodablePath();
  } catch (refusal) {
    return refusal;
  }
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

function undecodablePath(): Problem {
  return invalidRequest([{ parameter: '', in: 'path', code: 'percent-encoding', expected: 'percent-encoded UTF-8' }]);
}
