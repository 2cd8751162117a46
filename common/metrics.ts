import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { CHANNELS } from '../domain/delivery';
import { VERSION } from './version';

export type Service = 'api' | 'worker';

/** The metrics of one process. Labels are codes, never ids or personal data, so that their number stays small. */
export interface Metrics {
  /** Seconds from request to answer. `route` is the pattern (`/api/v1/cases/:no`), never the path. */
  readonly httpRequestDuration: Histogram<'route' | 'method' | 'status'>;
  /** Refusals by the code of their problem. */
  readonly refusals: Counter<'code'>;
  /** Calls to Temporal that failed, by reason (`unavailable`, `deadline`, …). */
  readonly engineErrors: Counter<'reason'>;
  /** Pollers of the task queue that asked for work lately, by kind of task; absent while Temporal can't be asked. */
  readonly pollers: Gauge<'kind'>;
  readonly streamsOpen: Gauge;
  /** How old what was handed to the streams may be. */
  readonly feedLag: Gauge;
  /** Seconds between the instant a timer was due and the instant its case dealt with it. */
  readonly timerLateness: Histogram;
  /** Cases whose journal this worker could not write yet, and the age in seconds of the oldest batch of it. */
  readonly projectionPending: Gauge;
  readonly projectionOldest: Gauge;
  readonly projectionFailures: Counter;
  /** Seconds that one write of a batch took. */
  readonly journalWrite: Histogram<'outcome'>;
  /** Tries of an activity after its first. */
  readonly activityRetries: Counter<'activity'>;
  readonly obligationsOpen: Gauge<'kind'>;
  readonly obligationsOverdue: Gauge<'kind'>;
  readonly notifications: Counter<'channel' | 'outcome'>;
  /** Tries beyond the inbox. */
  readonly deliveries: Counter<'channel' | 'outcome'>;
  /** Messages that were given up and not sent again since. */
  readonly deadLetters: Gauge;
  /** Age in seconds of the oldest message that is due beyond the inbox and neither sent nor given up, by urgency. */
  readonly oldestUndelivered: Gauge<'urgency'>;
  /** Differences between workflows and read model that the auditor's last round found. */
  readonly auditDifferences: Gauge<'kind'>;
  /** Texts or keys of the vault that did not open. */
  readonly vaultFailures: Counter<'reason'>;
  /** Times that something could not be opened for want of a key, by the variable that lacks it. */
  readonly missingKeys: Counter<'variable' | 'key'>;
  readonly databaseConnections: Gauge<'state'>;
  /** Who waits for a connection of the pool. */
  readonly databaseWaiting: Gauge;
  readonly spansDropped: Counter;
  /** What is described of each metric of ours, by name. */
  readonly catalogue: ReadonlyMap<string, Described>;
  /** Called before each answer, to set what is only worth looking up when somebody asks. */
  onScrape(collect: () => void | Promise<void>): void;
  /** What `GET /metrics` answers. */
  render(): Promise<{ contentType: string; body: string }>;
}

export interface Described {
  readonly of: readonly Service[];
  readonly labels: readonly string[];
  readonly help: string;
}

export interface MetricsOptions {
  /** CPU, memory, event loop of the process too (default true). */
  readonly processMetrics?: boolean;
  /** Only those that this program sets are shown; all of them when left out. */
  readonly service?: Service;
}

const HTTP_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const WRITE_SECONDS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10];
const LATENESS_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600, 21_600, 86_400];

const API: readonly Service[] = ['api'];
const WORKER: readonly Service[] = ['worker'];
const BOTH: readonly Service[] = ['api', 'worker'];

/** A registry of its own for each call, so that two in one process (tests, `npm start`) don't meet. */
export function createMetrics(options: MetricsOptions = {}): Metrics {
  const registry = new Registry();
  const make = maker(registry, options.service ?? null);
  if (options.processMetrics ?? true) collectDefaultMetrics({ register: registry });
  const collectors: (() => void | Promise<void>)[] = [];
  make.gauge(BOTH, 'guanjia_build_info', 'Always 1; says what runs', 'version').set({ version: VERSION }, 1);
  const metrics = {
    ...apiMetrics(make),
    ...workerMetrics(make),
    vaultFailures: make.counter(BOTH, 'guanjia_vault_failures_total', 'Texts or keys that did not open', 'reason'),
    missingKeys: make.counter(
      BOTH,
      'guanjia_missing_keys_total',
      'What could not be opened for want of a key',
      ...(['variable', 'key'] as const),
    ),
    databaseConnections: make.gauge(BOTH, 'guanjia_database_connections', 'Connections of the pool', 'state'),
    databaseWaiting: make.gauge(BOTH, 'guanjia_database_waiting', 'Statements that wait for a connection of the pool'),
    spansDropped: make.counter(BOTH, 'guanjia_trace_spans_dropped_total', 'Spans that were not delivered'),
  };
  beginAtZero(metrics);
  return {
    ...metrics,
    catalogue: make.catalogue,
    onScrape: (collect) => void collectors.push(collect),
    render: async () => {
      await Promise.all(collectors.map(async (collect) => collect()));
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
}

function apiMetrics(make: Maker) {
  return {
    httpRequestDuration: make.histogram(
      { of: API, buckets: HTTP_SECONDS },
      'guanjia_http_request_duration_seconds',
      'Time from request to answer',
      ...(['route', 'method', 'status'] as const),
    ),
    refusals: make.counter(API, 'guanjia_refusals_total', 'Requests that were refused, by code', 'code'),
    engineErrors: make.counter(API, 'guanjia_engine_errors_total', 'Failed calls to Temporal', 'reason'),
    pollers: make.gauge(API, 'guanjia_pollers', 'Who asked for tasks of cases lately', 'kind'),
    streamsOpen: make.gauge(API, 'guanjia_streams_open', 'Open streams of changes'),
    feedLag: make.gauge(API, 'guanjia_feed_lag_seconds', 'How far the streams are behind the change feed'),
  };
}

function workerMetrics(make: Maker) {
  return {
    timerLateness: make.histogram(
      { of: WORKER, buckets: LATENESS_SECONDS },
      'guanjia_timer_lateness_seconds',
      'How long after its due instant a timer was dealt with',
    ),
    projectionPending: make.gauge(
      WORKER,
      'guanjia_projection_pending',
      'Cases whose journal this worker could not write yet',
    ),
    projectionFailures: make.counter(WORKER, 'guanjia_projection_failures_total', 'Failed writes to the read model'),
    projectionOldest: make.gauge(
      WORKER,
      'guanjia_projection_oldest_seconds',
      'Age of the oldest batch that waits; 0 without one',
    ),
    journalWrite: make.histogram(
      { of: WORKER, buckets: WRITE_SECONDS },
      'guanjia_journal_write_seconds',
      'Time of one write of a batch to the read model',
      'outcome',
    ),
    activityRetries: make.counter(
      WORKER,
      'guanjia_activity_retries_total',
      'Tries of an activity after its first',
      'activity',
    ),
    obligationsOpen: make.gauge(WORKER, 'guanjia_obligations_open', 'Open obligations', 'kind'),
    obligationsOverdue: make.gauge(
      WORKER,
      'guanjia_obligations_overdue',
      'Open obligations past their due instant',
      'kind',
    ),
    notifications: make.counter(
      WORKER,
      'guanjia_notifications_total',
      'Notifications by channel and what came of them',
      ...(['channel', 'outcome'] as const),
    ),
    deliveries: make.counter(
      WORKER,
      'guanjia_deliveries_total',
      'Tries to deliver a message beyond the inbox, by channel and what came of them',
      ...(['channel', 'outcome'] as const),
    ),
    deadLetters: make.gauge(WORKER, 'guanjia_dead_letters', 'Messages that were given up and not sent again since'),
    oldestUndelivered: make.gauge(
      WORKER,
      'guanjia_undelivered_oldest_seconds',
      'Age of the oldest message that is not delivered beyond the inbox yet; 0 without one',
      'urgency',
    ),
    auditDifferences: make.gauge(
      WORKER,
      'guanjia_audit_differences',
      'Differences between workflows and read model in the last audit',
      'kind',
    ),
  };
}

type Counters = Pick<Metrics, 'notifications' | 'deliveries' | 'activityRetries' | 'vaultFailures' | 'engineErrors'>;

/** A counter that is not there yet has nothing to increase from: what alerts watch is there from the start. */
function beginAtZero(metrics: Counters) {
  for (const channel of CHANNELS) {
    for (const outcome of ['sent', 'retry', 'dead']) metrics.deliveries.inc({ channel, outcome }, 0);
  }
  for (const outcome of ['delivered', 'nobody']) metrics.notifications.inc({ channel: 'inbox', outcome }, 0);
  for (const activity of ['writeJournal', 'notify']) metrics.activityRetries.inc({ activity }, 0);
  for (const reason of ['missing-key', 'unreadable']) metrics.vaultFailures.inc({ reason }, 0);
  for (const reason of ['unavailable', 'deadline']) metrics.engineErrors.inc({ reason }, 0);
}

type Maker = ReturnType<typeof maker>;

/** Makes metrics and keeps a list of them. One of another program works too, but is shown nowhere. */
function maker(registry: Registry, service: Service | null) {
  const catalogue = new Map<string, Described>();
  const common = <L extends string>(of: readonly Service[], name: string, help: string, labelNames: L[]) => {
    catalogue.set(name, { of, labels: labelNames, help });
    return { name, help, labelNames, registers: service === null || of.includes(service) ? [registry] : [] };
  };
  return {
    catalogue,
    counter: <L extends string>(of: readonly Service[], name: string, help: string, ...labels: L[]) =>
      new Counter<L>(common(of, name, help, labels)),
    gauge: <L extends string>(of: readonly Service[], name: string, help: string, ...labels: L[]) =>
      new Gauge<L>(common(of, name, help, labels)),
    histogram: <L extends string>(
      { of, buckets }: { of: readonly Service[]; buckets: number[] },
      name: string,
      help: string,
      ...labels: L[]
    ) => new Histogram<L>({ ...common(of, name, help, labels), buckets }),
  };
}

/** Sets a gauge to exactly these counts: kinds that are no longer counted vanish instead of keeping their last value. */
export function setByKind(gauge: Gauge<'kind'>, counts: Readonly<Record<string, number>>): void {
  gauge.reset();
  for (const [kind, count] of Object.entries(counts)) gauge.set({ kind }, count);
}

/** What a pool of pg says of itself. */
export interface PoolCounts {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
}

/** The pool of a process, as it is when somebody asks. */
export function watchPool(metrics: Metrics, pool: PoolCounts): void {
  metrics.onScrape(() => {
    metrics.databaseConnections.set({ state: 'idle' }, pool.idleCount);
    metrics.databaseConnections.set({ state: 'busy' }, pool.totalCount - pool.idleCount);
    metrics.databaseWaiting.set(pool.waitingCount);
  });
}
