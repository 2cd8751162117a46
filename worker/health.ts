import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Metrics } from '../common/metrics';

export interface Health {
  /** The names of what is not there: `temporal`, `database`, `worker`. */
  readonly missing: () => Promise<string[]>;
  readonly metrics: Metrics;
}

/** The worker's own /healthz, /readyz and /metrics on loopback or the pod's address. */
export async function serveHealth(health: Health, host: string, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    void answer(health, request.url ?? '').then(
      ({ status, type, body }) => response.writeHead(status, { 'content-type': type }).end(body),
      () => response.writeHead(500).end(),
    );
  });
  server.requestTimeout = 5_000;
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  return server;
}

export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

async function answer(health: Health, path: string): Promise<{ status: number; type: string; body: string }> {
  const json = 'application/json';
  if (path === '/healthz') return { status: 200, type: json, body: '{"status":"alive"}' };
  if (path === '/readyz') {
    const missing = await health.missing();
    const body = JSON.stringify({ status: missing.length === 0 ? 'ready' : 'not-ready', missing });
    return { status: missing.length === 0 ? 200 : 503, type: json, body };
  }
  if (path !== '/metrics') return { status: 404, type: json, body: '{}' };
  const { contentType, body } = await health.metrics.render();
  return { status: 200, type: contentType, body };
}
