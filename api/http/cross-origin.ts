import type { Request, Response } from 'express';

/** Pages of other origins that may call a route from a browser, with the cookies the browser has of us. */
export interface CrossOrigin {
  /** `http://127.0.0.1:8233`, compared exactly; there is no `*`. */
  readonly origins: readonly string[];
  /** Request headers they may send, in lower case. */
  readonly headers: readonly string[];
}

interface Shared {
  readonly method: string;
  readonly crossOrigin?: CrossOrigin;
}

/** Seconds that a browser may remember the answer to a preflight. */
const REMEMBERED = '600';

/** Lets the page that asks read the answer, refusals included. */
export function allowOrigin(route: Shared, req: Request, res: Response): void {
  if (!route.crossOrigin) return;
  res.vary('Origin');
  for (const [name, value] of Object.entries(allowed(route, req.headers.origin))) res.setHeader(name, value);
}

/** What OPTIONS says besides Allow; nothing for pages that no route of this address is open to. */
export function preflightHeaders(group: readonly Shared[], req: Request): Record<string, string> {
  const asked = req.headers['access-control-request-method'];
  const route = group.find(({ method, crossOrigin }) => crossOrigin !== undefined && method === asked);
  const headers = route ? allowed(route, req.headers.origin) : {};
  if (!route?.crossOrigin || Object.keys(headers).length === 0) return {};
  return {
    ...headers,
    'Access-Control-Allow-Methods': route.method,
    'Access-Control-Allow-Headers': route.crossOrigin.headers.join(', '),
    'Access-Control-Max-Age': REMEMBERED,
    Vary: 'Origin',
  };
}

function allowed({ crossOrigin }: Shared, origin: string | undefined): Record<string, string> {
  if (origin === undefined || !crossOrigin?.origins.includes(origin)) return {};
  return { 'Access-Control-Allow-Origin': origin, 'Access-Control-Allow-Credentials': 'true' };
}
