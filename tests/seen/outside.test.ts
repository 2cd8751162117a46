import { VERSION } from '../../common/version';
import { until } from '../workflows/support/until';
import { Collector, type Span } from './support/collector';
import { documentedMetrics } from './support/documented';
import { Outside, Program } from './support/outside';

jest.setTimeout(90_000);

/** What an operator sees of API and worker: log lines, metrics, traces, readiness. Both are processes of their own. */

let outside: Outside;
let collector: Collector;
beforeAll(async () => {
  collector = await Collector.start();
  outside = await Outside.open({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint });
  // What the auditor counts comes with its first round; while there are no cases it is over at once.
  await outside.runSchedule('guanjia-auditor');
});
afterAll(async () => {
  await outside?.close();
  Program.killAll();
  await collector.stop();
});

const PLACE = { building: '3', unit: '2', room: '3-2-1501' };
const CALLER = { name: '欧阳测试', phone: '13800009911' };
/** Urgent, so that a message goes out at once. */
const COMPLAINT = { project: 'lakeside', channel: 'phone', matter: '电梯异响', place: PLACE, caller: CALLER };
const PERSONAL = /13800009911|欧阳|3-2-1501|异响/;

async function started(headers: Record<string, string> = {}): Promise<string> {
  const { status, body } = await outside.call('POST', '/api/v1/complaints', COMPLAINT, headers);
  expect({ status, body }).toMatchObject({ status: 201 });
  return String(body.no);
}

describe('log lines', () => {
  test('of API, workflow and activities have the id of the request and the number of the case', async () => {
    const no = await started({ 'X-Request-Id': 'req-start-0001' });
    const { api, worker } = outside;
    const done = await outside.call(
      ...(['POST', `/api/v1/cases/${no}/classify`, { subtype: 'lift_noise', priority: 'urgent' }] as const),
      { 'X-Request-Id': 'req-classify-0001' },
    );
    expect(done).toMatchObject({ status: 200 });
    expect(done.headers.get('x-request-id')).toBe('req-classify-0001');

    for (const [requestId, command] of [
      ['req-start-0001', 'start'],
      ['req-classify-0001', 'classify'],
    ] as const) {
      const about = { requestId, no };
      await until(
        `the lines of ${requestId}`,
        () => worker.find({ ...about, activity: 'notify' }).length > 0 && api.find(about).length > 0,
      );
      expect(api.find({ ...about, msg: 'request' })).toHaveLength(1);
      expect(worker.find({ ...about, msg: 'command done' })).toEqual([
        expect.objectContaining({ command, projection: 'written', service: 'worker', level: 30 }),
      ]);
      expect(worker.find({ ...about, activity: 'writeJournal' })).toEqual([
        expect.objectContaining({ msg: 'activity done', attempt: 1, first: expect.any(Number) }),
      ]);
      expect(worker.find({ ...about, activity: 'notify' })[0]).toMatchObject({ msg: 'activity done' });
    }
  });

  test('name a request that named itself badly, and hold nothing personal', async () => {
    const no = await started({ 'X-Request-Id': 'Mr ? in room 3' });
    const line = await until('the line of the API', () => outside.api.find({ no, msg: 'request', status: 201 })[0]);
    expect(line.requestId).toMatch(/^[0-9a-f-]{36}$/);
    await until('those of the worker', () => outside.worker.find({ requestId: line.requestId, no }).length >= 2);
    for (const { lines } of [outside.api, outside.worker]) expect(JSON.stringify(lines)).not.toMatch(PERSONAL);
  });
});

describe('traces', () => {
  const CALLERS = { trace: '4bf92f3577b34da6a3ce929d0e0e4736', span: '00f067aa0ba902b7' };

  /** From the row up to the caller, each the parent of the one before. */
  async function chain(traceId: string, names: readonly string[]): Promise<Span[]> {
    return until(`spans ${names.join(', ')}`, () => {
      const { all, named } = collector.of(traceId);
      // Several spans may have a transaction: the first one meant is that below the second.
      const [first, ...others] = names;
      const above = others.map(named);
      const below = above.length > 0 ? above[0]?.spanId : CALLERS.span;
      const row = all.filter(({ name, parentSpanId }) => name === first && parentSpanId === below);
      const found = [row.length === 1 ? row[0] : undefined, ...above];
      return found.every((span) => span !== undefined) && found;
    });
  }

  test('lead from the POST of a complaint to its row, below the trace of the caller', async () => {
    const no = await started({ traceparent: `00-${CALLERS.trace}-${CALLERS.span}-01` });

    const spans = await chain(CALLERS.trace, [
      ...(['sql transaction', 'activity writeJournal', 'workflow start', 'temporal start'] as const),
      'POST /api/v1/complaints',
    ]);

    expect(spans.map(({ parentSpanId }) => parentSpanId)).toEqual([
      ...spans.slice(1).map(({ spanId }) => spanId),
      CALLERS.span,
    ]);
    expect(spans.map(({ service }) => service)).toEqual([
      ...(['guanjia-worker', 'guanjia-worker', 'guanjia-worker'] as const),
      ...(['guanjia-api', 'guanjia-api'] as const),
    ]);
    expect(spans.at(-1)?.attributes).toMatchObject({ 'http.route': '/api/v1/complaints', 'guanjia.case': no });
    expect(spans.some(({ failed }) => failed)).toBe(false);
  });

  test('lead from a command to its row, and say with which code one was refused', async () => {
    const no = await started();
    const trace = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';
    const headers = { traceparent: `00-${trace}-${CALLERS.span}-01` };
    await outside.call('POST', `/api/v1/cases/${no}/acknowledge`, { note: '已联系' }, headers);

    const spans = await chain(trace, [
      ...(['sql transaction', 'activity writeJournal', 'workflow acknowledge', 'temporal acknowledge'] as const),
      'POST /api/v1/cases/{no}/acknowledge',
    ]);
    expect(spans.slice(0, -1).map(({ parentSpanId }) => parentSpanId)).toEqual(
      spans.slice(1).map(({ spanId }) => spanId),
    );

    const refused = 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb';
    const close = { rootCause: '老化', preventiveAction: '更换', similarRisksChecked: true };
    const again = { traceparent: `00-${refused}-${CALLERS.span}-01` };
    expect(await outside.call('POST', `/api/v1/cases/${no}/close`, close, again)).toMatchObject({ status: 409 });
    const [top] = await chain(refused, ['POST /api/v1/cases/{no}/close']);
    expect(top).toMatchObject({ failed: false, attributes: { 'guanjia.code': 'not-allowed-now' } });
  });

  test('of a caller who keeps none are not kept either, and nothing personal is in any', async () => {
    const trace = 'cccccccccccccccccccccccccccccccc';
    const no = await started({ traceparent: `00-${trace}-${CALLERS.span}-00`, 'X-Request-Id': 'req-unsampled' });
    const later = await started();
    await until('later spans', () => collector.spans.some((span) => span.attributes['guanjia.case'] === later));
    expect(outside.worker.find({ no, msg: 'command done' })).toHaveLength(1);
    expect(collector.of(trace).all).toEqual([]);
    expect(collector.bodies.join('\n')).not.toMatch(PERSONAL);
  });
});

/** Last: they take the servers away. */
describe('metrics and readiness', () => {
  const { ours, temporal } = documentedMetrics();

  test('after traffic every documented metric is there', async () => {
    const no = await started();
    await outside.call('POST', `/api/v1/cases/${no}/acknowledge`, { note: '已联系' });
    expect(await outside.call('GET', '/api/v1/cases/C-0000-0000')).toMatchObject({ status: 404 });
    const stream = await outside.openStream();
    const of = { api: await outside.api.metrics(), worker: await outside.worker.metrics() };
    await stream.close();

    for (const [service, name] of [
      ['api', 'API'],
      ['worker', 'worker'],
    ] as const) {
      const documented = ours.filter((metric) => metric.of.includes(name));
      expect([...of[service].types.keys()]).toEqual(expect.arrayContaining(documented.map((metric) => metric.name)));
    }
    const { api, worker } = of;
    const commands = { route: '/api/v1/cases/{no}/acknowledge', method: 'POST', status: '200' };
    expect(api.sum('guanjia_http_request_duration_seconds_count', commands)).toBeGreaterThanOrEqual(1);
    expect(api.sum('guanjia_refusals_total', { code: 'not-found' })).toBe(1);
    expect(api.sum('guanjia_pollers', { kind: 'workflow' })).toBe(1);
    expect(api.sum('guanjia_pollers', { kind: 'activity' })).toBe(1);
    expect(api.sum('guanjia_streams_open')).toBe(1);
    expect(api.sum('guanjia_feed_lag_seconds')).toBeLessThan(5);
    expect(api.sum('guanjia_engine_errors_total')).toBe(0);
    for (const seen of [api, worker]) {
      expect(seen.sum('guanjia_build_info', { version: VERSION })).toBe(1);
      expect(seen.sum('guanjia_vault_failures_total')).toBe(0);
      expect(seen.sum('guanjia_trace_spans_dropped_total')).toBe(0);
      expect(seen.sum('guanjia_database_connections')).toBeGreaterThanOrEqual(1);
      expect(seen.sum('guanjia_database_waiting')).toBe(0);
      expect(seen.sum('process_cpu_seconds_total')).toBeGreaterThan(0);
    }
    const written = worker.sum('guanjia_journal_write_seconds_count', { outcome: 'written' });
    expect(written).toBeGreaterThanOrEqual(2);
    expect(worker.sum('guanjia_journal_write_seconds_sum', { outcome: 'written' }) / written).toBeLessThan(1);
    expect(worker.sum('guanjia_notifications_total', { outcome: 'delivered' })).toBeGreaterThanOrEqual(1);
    for (const kind of ['repaired', 'missing', 'orphaned', 'failed']) {
      expect(worker.sum('guanjia_audit_differences', { kind })).toBe(0);
    }

    const unprovoked = temporal.filter((name) => !/_failed$/.test(name));
    expect([...worker.types.keys()]).toEqual(expect.arrayContaining(unprovoked));
    expect(worker.sum('temporal_sticky_cache_size')).toBeGreaterThanOrEqual(1);
    expect(worker.sum('temporal_num_pollers')).toBeGreaterThanOrEqual(2);
    expect(worker.sum('temporal_request_latency_sum', { operation: 'RespondWorkflowTaskCompleted' })).toBeLessThan(30);
  });

  test('while the database is away its delay is counted and readiness says so; then all is well again', async () => {
    const no = await started();
    // Its answer waits for all that came before it: no batch of the start is under way any more.
    await outside.call('POST', `/api/v1/cases/${no}/note`, { text: '已登记' });
    await outside.setDatabase('away');
    const answer = await outside.call('POST', `/api/v1/cases/${no}/acknowledge`, { note: '已联系' });
    expect(answer).toMatchObject({ status: 200, body: { projection: 'pending' } });
    const { worker, api } = outside;

    const away = await until('a late write has failed', async () => {
      const seen = await worker.metrics();
      return seen.sum('guanjia_projection_pending') === 1 && seen;
    });
    expect(away.sum('guanjia_projection_oldest_seconds')).toBeGreaterThan(1);
    expect(away.sum('guanjia_projection_oldest_seconds')).toBeLessThan(60);
    expect(away.sum('guanjia_projection_failures_total')).toBeGreaterThanOrEqual(2);
    expect(away.sum('guanjia_journal_write_seconds_count', { outcome: 'failed' })).toBeGreaterThanOrEqual(2);
    expect(away.sum('guanjia_activity_retries_total', { activity: 'writeJournal' })).toBeGreaterThanOrEqual(1);
    expect(away.sum('temporal_local_activity_execution_failed')).toBeGreaterThanOrEqual(2);
    expect(away.sum('temporal_activity_execution_failed')).toBeGreaterThanOrEqual(1);
    const requestIds = [answer.headers.get('x-request-id')];
    expect(worker.find({ no, msg: 'activity failed', activity: 'writeJournal' })).toContainEqual(
      expect.objectContaining({ level: 40, requestIds, code: expect.stringMatching(/^(57P01|55000|ECONN)/) }),
    );
    expect(await worker.ready()).toEqual({ status: 503, body: { status: 'not-ready', missing: ['database'] } });
    expect(await api.ready()).toEqual({ status: 503, body: { ready: false, temporal: 'up', postgres: 'down' } });

    await outside.setDatabase('back');
    await until(
      'the journal has caught up',
      async () => (await worker.metrics()).sum('guanjia_projection_pending') === 0,
    );
    expect((await worker.metrics()).sum('guanjia_projection_oldest_seconds')).toBe(0);
    expect((await worker.ready()).status).toBe(200);
    expect((await api.ready()).status).toBe(200);
  });

  test('a workflow task that fails is counted by its cause', async () => {
    await outside.startUnknownWorkflow();
    await until('a failed task', async () => {
      const seen = await outside.worker.metrics();
      return seen.sum('temporal_workflow_task_execution_failed', { workflow_type: 'nobodyKnows' }) >= 1;
    });
  });

  test('requests go on while nobody collects traces, and what is lost is counted', async () => {
    await collector.stop();
    const no = await started();
    expect(no).toMatch(/^C-/);
    await until('spans are dropped', async () => {
      const seen = await Promise.all([outside.api.metrics(), outside.worker.metrics()]);
      return seen.every((each) => each.sum('guanjia_trace_spans_dropped_total') >= 1);
    });
  });

  test('without Temporal: 503 with its code, counted; readiness and pollers say so', async () => {
    const no = await started();
    await outside.temporal.kill9();
    const { worker, api } = outside;
    const [answer, workerReady, apiReady] = await Promise.all([
      outside.call('POST', `/api/v1/cases/${no}/acknowledge`, { note: '已联系' }),
      worker.ready(),
      api.ready(),
    ]);
    expect(answer).toMatchObject({ status: 503, body: { code: 'engine-unavailable' } });
    expect(workerReady).toEqual({ status: 503, body: { status: 'not-ready', missing: ['temporal'] } });
    expect(apiReady).toEqual({ status: 503, body: { ready: false, temporal: 'down', postgres: 'up' } });
    const seen = await api.metrics();
    expect(seen.sum('guanjia_engine_errors_total')).toBeGreaterThanOrEqual(1);
    expect(seen.sum('guanjia_refusals_total', { code: 'engine-unavailable' })).toBe(1);
    expect(seen.find('guanjia_pollers')).toEqual([]);
  });
});
