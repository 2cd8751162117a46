import { Agent, request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';

/** What came back, as it came. */
export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Milliseconds. */
  readonly took: number;
}

export interface Sent {
  readonly method: string;
  /** With the query, sent as it is. */
  readonly path: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
}

export interface Wire {
  /** Rejects when there is no answer within `HANGS`. */
  send(sent: Sent): Promise<Reply>;
  close(): void;
}

/** Whoever waits longer than this for an answer has met a hang. Milliseconds. */
export const HANGS = 15_000;

/** An HTTP client that mends nothing: node:http sends what fetch would refuse or correct. */
export function createWire(port: number, maxSockets = 16): Wire {
  const agent = new Agent({ keepAlive: true, maxSockets });
  return {
    send: (sent) => exchange({ agent, port }, sent),
    close: () => agent.destroy(),
  };
}

function exchange(to: { readonly agent: Agent; readonly port: number }, sent: Sent): Promise<Reply> {
  const { method, path, headers, body } = sent;
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const outgoing = request({ ...to, host: '127.0.0.1', method, path, headers, timeout: HANGS }, (res) => {
      let text = '';
      const done = (): void =>
        resolve({ status: res.statusCode ?? 0, headers: res.headers, text, took: performance.now() - began });
      res.setEncoding('utf8').on('data', (part: string) => (text += part));
      res.once('end', done).once('error', reject);
      // A stream has no end: its head is all there is to see.
      if (res.headers['content-type']?.startsWith('text/event-stream')) {
        res.destroy();
        done();
      }
    });
    outgoing.once('timeout', () => outgoing.destroy(new Error(`no answer within ${HANGS} ms: ${method} ${path}`)));
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

/** The problem in an answer; fails when it is anything else. */
export function problemIn({
  status,
  headers,
  text,
}: Reply): Readonly<Record<string, unknown>> & { readonly code: string } {
  expect(headers['content-type']).toBe('application/problem+json');
  const body = JSON.parse(text) as Readonly<Record<string, unknown>> & { readonly code: string };
  expect(body).toMatchObject({
    status,
    code: expect.stringMatching(/^[a-z-]+$/),
    title: expect.any(String),
    instance: headers['x-request-id'],
    serverTime: expect.any(Number),
  });
  return body;
}
