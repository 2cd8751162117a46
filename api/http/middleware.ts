import type { NextFunction, Request, RequestHandler, Response } from 'express';
import helmet from 'helmet';

import type { Clock } from '../../common/clock';
import type { Ids } from '../../common/ids';
import type { Logger } from '../../common/logger';
import type { Metrics } from '../../common/metrics';
import { onTrail, type OpenSpan, type Tracer } from '../../common/telemetry';
import { beginExchange, type Exchange } from './exchange';
import { invalidRequest, problem } from './problem';
import { addressKey, requireShare, type RateLimiter } from './rate-limit';
import { REQUEST_ID, SERVER_TIME } from './reply';

export interface ObservationDeps {
  readonly clock: Clock;
  readonly ids: Pick<Ids, 'uuid'>;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'httpRequestDuration' | 'refusals'>;
  /** Null or left out: no traces are kept. */
  readonly tracer?: Tracer | null;
}

export const MAX_HEADERS = 100;

/** What a caller may name his request: short, and safe in a log, a header and a URI. */
const REQUEST_ID_FORM = /^[A-Za-z0-9][A-Za-z0-9._-]{7,63}$/;
/** Node reads a refused body to its end and throws it away, so that the client gets the answer; we stop it here. */
const DISCARD_LIMIT = 16 * 1024 * 1024;
const DISCARD_CHECK_MS = 100;
/** Logged where the client went away before there was an answer. */
const CLIENT_CLOSED_REQUEST = 499;

/** First of all: names the request, sends the server's time, and writes one log line and one observation at its end. */
export function observe({ clock, ids, logger, metrics, tracer = null }: ObservationDeps): RequestHandler {
  return (req, res, next) => {
    const asked = req.headers['x-request-id'];
    const requestId = typeof asked === 'string' && REQUEST_ID_FORM.test(asked) ? asked : ids.uuid();
    const exchange = beginExchange(req, requestId, clock.now());
    res.setHeader(REQUEST_ID, requestId);
    res.setHeader(SERVER_TIME, String(exchange.now));
    res.setHeader('Cache-Control', 'no-store');
    // Elapsed time, not the time of day: a story's clock leaps.
    const startedAt = performance.now();
    const span = beginSpan(tracer, req);
    res.once('finish', () => discardRest(req));
    res.once('close', () => {
      const { route, principal, problem: code, caseNo } = exchange;
      const status = res.headersSent ? res.statusCode : CLIENT_CLOSED_REQUEST;
      const durationMs = Math.round((performance.now() - startedAt) * 10) / 10;
      const line = { requestId, method: req.method, route, status, durationMs };
      const caller = principal ? { principalId: principal.id, keyId: principal.keyId } : {};
      const about = caseNo ? { no: caseNo } : {};
      const outcome = { ...(code ? { code } : {}), ...(res.writableFinished ? {} : { clientLeft: true }) };
      logger.info({ ...line, ...about, ...caller, ...outcome }, 'request');
      metrics.httpRequestDuration.observe({ method: req.method, route, status }, durationMs / 1000);
      if (code) metrics.refusals.inc({ code });
      if (span) endSpan(span, req.method, status, exchange);
    });
    onTrail({ requestId, traceparent: span?.traceparent, tracer }, next);
  };
}

/** Of requests to the API alone: probes and pages would only hide them. Goes on with the trace of the caller. */
function beginSpan(tracer: Tracer | null, req: Request): OpenSpan | null {
  if (!tracer || !req.path.startsWith('/api/')) return null;
  const parent = req.headers['traceparent'];
  const attributes = { 'http.request.method': req.method };
  return tracer.open({
    ...{ name: req.method, kind: 'server', attributes },
    parent: typeof parent === 'string' ? parent : undefined,
  });
}

/** Refusals are answers; only what we owe an answer for is an error of ours. */
function endSpan(span: OpenSpan, method: string, status: number, { route, problem: code, caseNo }: Exchange): void {
  span.end({
    name: `${method} ${route}`,
    attributes: {
      'http.route': route,
      'http.response.status_code': status,
      ...(caseNo ? { 'guanjia.case': caseNo } : {}),
      ...(code ? { 'guanjia.code': code } : {}),
    },
    error: status >= 500 ? (code ?? String(status)) : null,
  });
}

/** Headers of every answer. JSON needs nothing of a browser; pages set a wider policy of their own. */
export function securityHeaders(): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    xFrameOptions: { action: 'deny' },
    strictTransportSecurity: { maxAge: 31_536_000 },
  });
}

/** What Node lets through or would answer in words of its own. */
export function requireSaneRequest(req: Request, _res: Response, next: NextFunction): void {
  if (req.rawHeaders.length / 2 > MAX_HEADERS) throw problem('headers-too-large');
  if (req.headers.host === undefined && req.httpVersion !== '1.0') {
    throw invalidRequest([{ parameter: 'host', in: 'header', code: 'missing', expected: 'a Host header' }]);
  }
  next();
}

/** The share of one address, before anybody is asked who he is. */
export function limitAddress(limiter: RateLimiter | null): RequestHandler {
  return (req, _res, next) => {
    requireShare(limiter, 'address', addressKey(req.ip));
    next();
  };
}

function discardRest(req: Request): void {
  if (req.complete || req.destroyed) return;
  const { socket } = req;
  const limit = socket.bytesRead + DISCARD_LIMIT;
  const look = setInterval(() => {
    if (socket.bytesRead > limit) socket.destroy();
    if (req.complete || socket.destroyed) clearInterval(look);
  }, DISCARD_CHECK_MS).unref();
}
