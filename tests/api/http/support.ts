import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

import type { Principal } from '../../../api/http/access';
import { createHttpApp, type HttpApp, type HttpAppOptions } from '../../../api/http/app';
import { problem } from '../../../api/http/problem';
import { createHttpServer, type ServerTimeouts } from '../../../api/http/server';
import { createLogger } from '../../../common/logger';
import { createMetrics } from '../../../common/metrics';
import { EXAMPLE_ROUTES } from './example-routes';

/** A company of three: what the framework is tried with. */
export const MANAGER: Principal = {
  id: 'staff-1',
  kind: 'staff',
  role: 'manager',
  department: null,
  projects: '*',
  keyId: 'key-1',
};
export const CLERK: Principal = {
  ...MANAGER,
  id: 'staff-2',
  role: 'customer_service',
  projects: ['p1'],
  keyId: 'key-2',
};
export const MACHINE: Principal = { ...CLERK, id: 'machine-1', kind: 'machine', keyId: 'key-3' };

const KEYS: Readonly<Record<string, Principal | 'key-expired' | 'key-revoked'>> = {
  'Bearer manager': MANAGER,
  'Bearer clerk': CLERK,
  'Bearer machine': MACHINE,
  'Bearer old': 'key-expired',
  'Bearer taken': 'key-revoked',
};

export interface Harness {
  readonly app: HttpApp;
  readonly url: string;
  readonly port: number;
  /** The lines that were logged, parsed. */
  readonly logs: Record<string, unknown>[];
  /** What /metrics would answer. */
  metrics(): Promise<string>;
  /** The time of the injected clock. */
  now: number;
  /** `fetch` of a path, as the manager unless told otherwise. */
  get(path: string, init?: RequestInit & { readonly as?: string | null }): Promise<Response>;
  /** POST of a body given as text or bytes. */
  post(path: string, body: Body, headers?: Record<string, string>): Promise<Response>;
  stop(): Promise<void>;
}

/** What fetch takes as a body; its own name for it is not global here. */
export type Body = NonNullable<RequestInit['body']>;

type Settings = Partial<Omit<HttpAppOptions, 'deps'>> & { readonly timeouts?: ServerTimeouts };

/** A server on a free port with the example routes. */
export async function startHarness({ timeouts, ...settings }: Settings = {}): Promise<Harness> {
  const logs: Harness['logs'] = [];
  const write = (line: string): void => void logs.push(JSON.parse(line) as Record<string, unknown>);
  const metrics = createMetrics({ processMetrics: false });
  let ids = 0;
  const app = createHttpApp({
    routes: EXAMPLE_ROUTES,
    version: '1.0.0',
    checkReplies: true,
    limits: { address: null, principal: null, guesses: null, links: null },
    ...settings,
    deps: {
      clock: { now: () => harness.now },
      ids: { uuid: () => `request-${String((ids += 1)).padStart(4, '0')}` },
      logger: createLogger('info', { service: 'test' }, { destination: { write } }),
      metrics,
      authenticate: async (header) => KEYS[header] ?? null,
      mapError: (error) => (error instanceof RangeError ? problem('engine-unavailable') : null),
    },
  });
  const server: Server = createHttpServer(app, timeouts);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const harness: Harness = {
    app,
    url,
    port,
    logs,
    metrics: async () => (await metrics.render()).body,
    now: 1_767_222_000_000,
    get: (path, { as = 'manager', headers, ...init } = {}) =>
      fetch(url + path, {
        ...init,
        headers: { ...(as === null ? {} : { authorization: `Bearer ${as}` }), ...(headers as Record<string, string>) },
      }),
    post: (path, body, headers = {}) =>
      harness.get(path, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } }),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return harness;
}

/** Sends bytes on a socket of its own and collects what comes back until the server closes, or until `until` is in it. */
export async function rawExchange(port: number, parts: readonly (string | Buffer)[], until?: string): Promise<string> {
  const socket: Socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  let received = '';
  const done = new Promise<void>((resolve) => {
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      if (until !== undefined && received.includes(until)) resolve();
    });
    socket.on('close', () => resolve());
  });
  for (const part of parts) socket.write(part);
  await done;
  socket.destroy();
  return received;
}

/** The problem in an answer; fails when it is anything else. */
export async function problemOf(
  response: Response,
): Promise<Record<string, unknown> & { errors?: Record<string, unknown>[] }> {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect(response.headers.get('server-time')).toMatch(/^\d+$/);
  const body = (await response.json()) as Record<string, unknown>;
  expect(body).toMatchObject({
    type: `/docs/problems#${String(body.code)}`,
    status: response.status,
    instance: response.headers.get('x-request-id'),
    serverTime: expect.any(Number),
    title: expect.any(String),
    detail: expect.any(String),
    args: expect.any(Object),
  });
  return body;
}
