import { until } from '../workflows/support/until';
import { Collector, type Span } from './support/collector';
import { Outside } from './support/outside';

jest.setTimeout(60_000);

/** What an operator sees of API and worker: log lines, metrics, traces, readiness. Both are processes of their own. */

let outside: Outside;
let collector: Collector;
beforeAll(async () => {
  collector = await Collector.start();
  outside = await Outside.open({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint });
});
afterAll(async () => {
  await outside.close();
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
      const found = names.map((name) => collector.of(traceId).named(name));
      return found.every((span) => span !== undefined) && (found as Span[]);
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
