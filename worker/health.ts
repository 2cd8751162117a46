import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Worker } from '@temporalio/worker';
import type { Metrics } from '../common/metrics';

export interface Health {
  /** What a worker can't do without, by the name under which it is reported missing. Each rejects when it isn't there. */
  readonly needs: Readonly<Record<'temporal' | 'database' | 'worker', () => Promise<unknown>>>;
  readonly metrics: Metrics;
  /** The metrics of Temporal's core, as Prometheus text. */
  readonly temporalMetrics: () => Promise<string>;
}

/** How long each of them may take to show that it is there: a supervisor does not wait for ever. Milliseconds. */
const WITHIN = 2_500;

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

/** A worker that runs may still have lost a poller: then it takes nothing more. @throws when it does not take tasks. */
export async function requirePolling(worker: Pick<Worker, 'getStatus'>): Promise<void> {
  const { runState, workflowPollerState, activityPollerState } = worker.getStatus();
  const isPolling = workflowPollerState === 'POLLING' && activityPollerState === 'POLLING';
  if (runState !== 'RUNNING' || !isPolling) throw new Error('the worker does not poll');
}

async function answer(health: Health, path: string): Promise<{ status: number; type: string; body: string }> {
  const json = 'application/json';
  if (path === '/healthz') return { status: 200, type: json, body: '{"status":"alive"}' };
  if (path === '/readyz') {
    const missing = await missingOf(health);
    const body = JSON.stringify({ status: missing.length === 0 ? 'ready' : 'not-ready', missing });
    return { status: missing.length === 0 ? 200 : 503, type: json, body };
  }
  if (path !== '/metrics') return { status: 404, type: json, body: '{}' };
  const [ours, temporal] = await Promise.all([health.metrics.render(), health.temporalMetrics()]);
  return { status: 200, type: ours.contentType, body: ours.body + temporal };
}

async function missingOf({ needs }: Health): Promise<string[]> {
  const asked = Object.entries(needs).map(async ([name, isThere]) => ((await inTime(isThere)) ? [] : [name]));
  return (await Promise.all(asked)).flat();
}

/** A server that is frozen takes the question and says nothing. */
async function inTime(isThere: () => Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), WITHIN)));
  const there = isThere().then(
    () => true,
    () => false,
  );
  const result = await Promise.race([there, tooLate]);
  clearTimeout(timer);
  return result;
}
