import type { IncomingMessage } from 'node:http';

import type { Principal } from './access';
import type { ProblemCode } from './problem-codes';
import type { Route } from './route';

/** What is known of a request while it is served. */
export interface Exchange {
  readonly requestId: string;
  /** When it came, by the injected clock. */
  readonly now: number;
  /** Template of the route, or UNMATCHED. */
  route: string;
  principal: Principal | null;
  problem: ProblemCode | null;
  /** Number of the case that it is about. */
  caseNo: string | null;
  /** How a browser is shown a refusal of this route; null: as everybody else. */
  refusalPage: Route['refusalPage'] | null;
}

/** The route of requests that match none, in logs and metrics. */
export const UNMATCHED = 'unmatched';

const exchanges = new WeakMap<IncomingMessage, Exchange>();

export function beginExchange(req: IncomingMessage, requestId: string, now: number): Exchange {
  const known = { principal: null, problem: null, caseNo: null, refusalPage: null };
  const exchange: Exchange = { requestId, now, route: UNMATCHED, ...known };
  exchanges.set(req, exchange);
  return exchange;
}

/** Every request has been begun by the first middleware. */
export function exchangeOf(req: IncomingMessage): Exchange {
  const exchange = exchanges.get(req);
  if (!exchange) throw new Error('the request was not begun');
  return exchange;
}
