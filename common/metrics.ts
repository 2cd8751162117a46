import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** The metrics of one process. Labels are codes, never ids or personal data, so that their number stays small. */
export interface Metrics {
  /** Seconds from request to answer. `route` is the pattern (`/api/v1/cases/:no`), never the path. */
  readonly httpRequestDuration: Histogram<'route' | 'method' | 'status'>;
  /** Seconds between the instant a timer was due and the instant its case dealt with it. */
  readonly timerLateness: Histogram;
  /** Cases whose journal isn't in PostgreSQL yet. */
  readonly projectionPending: Gauge;
  readonly projectionFailures: Counter;
  readonly obligationsOpen: Gauge<'kind'>;
  readonly obligationsOverdue: Gauge<'kind'>;
  readonly notifications: Counter<'channel' | 'outcome'>;
  /** Differences between workflows and read model that the auditor's last round found. */
  readonly auditDifferences: Gauge<'kind'>;
  /** Calls to Temporal that failed, by reason (`unavailable`, `deadline`, …). */
  readonly engineErrors: Counter<'reason'>;
  /** Times that something could not be opened for want of a key, by the variable that lacks it. */
  readonly missingKeys: Counter<'variable' | 'key'>;
  /** What `GET /metrics` answers. */
  render(): Promise<{ contentType: string; body: string }>;
}

const HTTP_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const LATENESS_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600, 21_600, 86_400];

/**
 * A registry of its own for each call, so that two in one process (tests, `npm start`) don't meet.
 *
 * @param options `processMetrics`: CPU, memory, event loop of the process too (default true).
 */
export function createMetrics(options: { processMetrics?: boolean } = {}): Metrics {
  const registry = new Registry();
  const registers = [registry];
  if (options.processMetrics ?? true) collectDefaultMetrics({ register: registry });
  return {
    httpRequestDuration: new Histogram({
      name: 'guanjia_http_request_duration_seconds',
      help: 'Time from request to answer',
      labelNames: ['route', 'method', 'status'],
      buckets: HTTP_SECONDS,
      registers,
    }),
    timerLateness: new Histogram({
      name: 'guanjia_timer_lateness_seconds',
      help: 'How long after its due instant a timer was dealt with',
      buckets: LATENESS_SECONDS,
      registers,
    }),
    projectionPending: new Gauge({
      name: 'guanjia_projection_pending',
      help: 'Cases whose journal is not in the read model yet',
      registers,
    }),
    projectionFailures: new Counter({
      name: 'guanjia_projection_failures_total',
      help: 'Failed writes to the read model',
      registers,
    }),
    obligationsOpen: new Gauge({
      name: 'guanjia_obligations_open',
      help: 'Open obligations',
      labelNames: ['kind'],
      registers,
    }),
    obligationsOverdue: new Gauge({
      name: 'guanjia_obligations_overdue',
      help: 'Open obligations past their due instant',
      labelNames: ['kind'],
      registers,
    }),
    notifications: new Counter({
      name: 'guanjia_notifications_total',
      help: 'Notifications by channel and what came of them',
      labelNames: ['channel', 'outcome'],
      registers,
    }),
    auditDifferences: new Gauge({
      name: 'guanjia_audit_differences',
      help: 'Differences between workflows and read model in the last audit',
      labelNames: ['kind'],
      registers,
    }),
    engineErrors: new Counter({
      name: 'guanjia_engine_errors_total',
      help: 'Failed calls to Temporal',
      labelNames: ['reason'],
      registers,
    }),
    missingKeys: new Counter({
      name: 'guanjia_missing_keys_total',
      help: 'Times that something could not be opened because this process lacks its key',
      labelNames: ['variable', 'key'],
      registers,
    }),
    render: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
}

/** Sets a gauge to exactly these counts: kinds that are no longer counted vanish instead of keeping their last value. */
export function setByKind(gauge: Gauge<'kind'>, counts: Readonly<Record<string, number>>): void {
  gauge.reset();
  for (const [kind, count] of Object.entries(counts)) gauge.set({ kind }, count);
}
