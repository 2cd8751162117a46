import { createServer, STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

import type { HttpApp } from './app';
import { exchangeOf } from './exchange';
import { MAX_HEADERS } from './middleware';
import { problem, problemBody, type Problem } from './problem';
import { PROBLEM_TYPE, REQUEST_ID, SERVER_TIME } from './reply';

export interface ServerTimeouts {
  /** ms for the whole head of a request to arrive. */
  readonly headersTimeout?: number;
  /** ms for a whole request to arrive, body included. */
  readonly requestTimeout?: number;
  /** ms that an idle connection is kept. */
  readonly keepAliveTimeout?: number;
  /** ms between two looks at the first two. */
  readonly connectionsCheckingInterval?: number;
}

const MAX_HEADER_BYTES = 16 * 1024;

/**
 * An HTTP server that waits for nobody: slow, half-sent and oversized requests end with a problem and a closed
 * connection. Not listening yet.
 */
export function createHttpServer(app: HttpApp, timeouts: ServerTimeouts = {}): Server {
  const server = createServer({
    headersTimeout: timeouts.headersTimeout ?? 10_000,
    requestTimeout: timeouts.requestTimeout ?? 30_000,
    // Longer than the 60 s of common load balancers, so that they and not we close idle connections.
    keepAliveTimeout: timeouts.keepAliveTimeout ?? 65_000,
    connectionsCheckingInterval: timeouts.connectionsCheckingInterval ?? 2_000,
    maxHeaderSize: MAX_HEADER_BYTES,
    requireHostHeader: false,
    insecureHTTPParser: false,
  });
  // Node drops headers beyond this number in silence; the app refuses the request that reaches it.
  server.maxHeadersCount = MAX_HEADERS + 1;

  const answering = new WeakMap<Duplex, ServerResponse>();
  const serve = (req: IncomingMessage, res: ServerResponse): void => {
    answering.set(req.socket, res);
    app.listener(req, res);
  };
  server.on('request', serve);
  // The app decides whether it wants the body before it says "100 Continue".
  server.on('checkContinue', serve);
  server.on('checkExpectation', serve);
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const current = answering.get(socket);
    const isMidAnswer = current !== undefined && current.headersSent && !current.writableFinished;
    if (error.code === 'ECONNRESET' || !socket.writable || isMidAnswer) {
      socket.destroy();
      return;
    }
    const refusal = refusalOf(error.code);
    // A request that had begun gets its own log line when it closes; what never became one gets this.
    if (current && !current.writableFinished) exchangeOf(current.req).problem = refusal.code;
    else app.deps.logger.info({ code: refusal.code, reason: error.code ?? 'unknown' }, 'connection refused');
    socket.end(rawAnswer(app, refusal), () => socket.destroy());
  });
  return server;
}

function refusalOf(code: string | undefined): Problem {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return problem('request-timeout');
    case 'HPE_HEADER_OVERFLOW':
      return problem('headers-too-large');
    default:
      return problem('malformed-request');
  }
}

/** An answer for a socket that has no request object. */
function rawAnswer({ deps }: HttpApp, refusal: Problem): string {
  const instance = deps.ids.uuid();
  const serverTime = deps.clock.now();
  const body = JSON.stringify(problemBody(refusal, { instance, serverTime }));
  return [
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? ''}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    `${REQUEST_ID}: ${instance}`,
    `${SERVER_TIME}: ${serverTime}`,
    'Cache-Control: no-store',
    'X-Content-Type-Options: nosniff',
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}
