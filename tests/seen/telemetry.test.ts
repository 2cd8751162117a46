import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { loadConfig } from '../../common/config';
import { createLogger } from '../../common/logger';
import { createMetrics, type Metrics } from '../../common/metrics';
import { codeOf, currentOrigin, inSpan, onTrail, type Tracer } from '../../common/telemetry';
import { createOtlpTracer } from '../../common/telemetry-otlp';
import { DatabaseError } from 'pg';
import { passedOn } from '../../workflows/lib/seen';
import { until } from '../workflows/support/until';
import { Collector } from './support/collector';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = `00-${TRACE}-00f067aa0ba902b7-01`;
const logger = createLogger('silent', { service: 'test' });
const options = (metrics: Metrics) => ({ service: 'test', logger, metrics });

async function droppedOf(metrics: Metrics): Promise<number> {
  return (await metrics.spansDropped.get()).values[0]?.value ?? 0;
}

describe('a tracer', () => {
  let collector: Collector;
  let tracer: Tracer;
  beforeEach(async () => {
    collector = await Collector.start();
    tracer = createOtlpTracer(`${collector.endpoint}/`, options(createMetrics({ processMetrics: false })));
  });
  afterEach(async () => {
    await tracer.close();
    await collector.stop();
  });

  test('hangs spans below each other, however deep the call, and tells how they ended', async () => {
    const top = tracer.open({ name: 'top', kind: 'server', parent: CALLER });
    const trail = { requestId: 'r-1', traceparent: top.traceparent, tracer };
    await onTrail(trail, () =>
      inSpan({ name: 'outer' }, async () => {
        expect(currentOrigin()).toMatchObject({ requestId: 'r-1' });
        expect(currentOrigin()?.traceparent).not.toBe(top.traceparent);
        const failing = inSpan({ name: 'inner', attributes: { at: '13800009911' } }, async () => {
          throw Object.assign(new Error('13800009911'), { code: '57P01' });
        });
        await expect(failing).rejects.toThrow('13800009911');
      }),
    );
    top.end({ name: 'renamed' });
    await tracer.close();

    const { named } = collector.of(TRACE);
    expect(named('inner')).toMatchObject({ failed: true, attributes: { 'error.type': '57P01', at: '[redacted]' } });
    expect(named('inner')?.parentSpanId).toBe(named('outer')?.spanId);
    expect(named('outer')?.parentSpanId).toBe(named('renamed')?.spanId);
    expect(named('renamed')).toMatchObject({ parentSpanId: '00f067aa0ba902b7', failed: false });
    expect(collector.bodies.join()).not.toContain('13800009911');
  });

  test.each(['', 'no trace', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, `00-${TRACE}-${'0'.repeat(16)}-01`])(
    'begins a trace of its own below "%s"',
    async (parent) => {
      tracer.open({ name: 'alone', parent }).end();
      await tracer.close();
      expect(collector.spans).toEqual([expect.objectContaining({ name: 'alone', parentSpanId: null })]);
    },
  );

  test('records a span under an id that was given away before', async () => {
    const parent = CALLER;
    const spanId = '80f067aa0ba902b7';
    tracer.open({ name: 'below', parent: `00-${TRACE}-${spanId}-01` }).end();
    tracer.open({ name: 'above', parent, spanId, startedAt: 1_000_000 }).end({ endedAt: 1_000_250 });
    await tracer.close();
    const { named } = collector.of(TRACE);
    expect(named('above')?.spanId).toBe(spanId);
    expect(named('below')?.parentSpanId).toBe(spanId);
    expect(named('below')?.spanId).not.toBe(spanId);
    expect(collector.bodies.join()).toMatch(/"startTimeUnixNano":"1000000000000","endTimeUnixNano":"1000250000000"/);
  });
});

test('a collector that says nothing holds up nobody: a bounded number waits, the rest is dropped and counted', async () => {
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const metrics = createMetrics({ processMetrics: false });
  const tracer = createOtlpTracer(addressOf(silent), options(metrics));
  const MANY = 5_000;
  const KEPT = 2_048;
  const start = performance.now();
  for (let n = 0; n < MANY; n += 1) tracer.open({ name: 'one of many', parent: CALLER }).end();
  expect(performance.now() - start).toBeLessThan(2_000);
  expect(await droppedOf(metrics)).toBe(MANY - KEPT);
  silent.closeAllConnections();
  await new Promise<void>((resolve) => silent.close(() => resolve()));
  // Now it refuses: the batches that were kept are lost one after the other, and counted.
  await until('all are counted', async () => (await droppedOf(metrics)) === MANY);
  await tracer.close();
});

function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('without an endpoint', () => {
  test('work just runs, and no SDK of OpenTelemetry is loaded by API or worker', async () => {
    await expect(onTrail({ requestId: 'r' }, () => inSpan({ name: 'x' }, async () => 7))).resolves.toBe(7);
    await expect(inSpan({ name: 'x' }, async () => 8)).resolves.toBe(8);
    expect(currentOrigin()).toBeUndefined();

    const programs = ['api/create-deps', 'api/app', 'worker/runtime', 'worker/worker', 'activities/index'];
    const script = `
      for (const name of ${JSON.stringify(programs)}) require(${JSON.stringify(path.join(__dirname, '../..'))} + '/' + name);
      // The client library of Prometheus brings the interfaces along.
      const sdk = /@opentelemetry\\/(?!api\\/)|telemetry-otlp/;
      const loaded = Object.keys(require.cache);
      console.log(JSON.stringify([loaded.length, loaded.filter((file) => sdk.test(file))]));`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', '--eval', script], {
      cwd: path.join(__dirname, '../..'),
      env: {},
    });
    const [count, ofTelemetry] = JSON.parse(stdout) as [number, string[]];
    expect(count).toBeGreaterThan(100);
    expect(ofTelemetry).toEqual([]);
  });

  test('the variable holds an http address or is refused by its name', () => {
    const env = {
      ...{
        DATABASE_URL: 'postgresql://u@h/d',
        TEMPORAL_ADDRESS: 'h:1',
        GUANJIA_CODEC_KEYS: 'c',
        GUANJIA_VAULT_KEYS: 'v',
      },
      GUANJIA_INDEX_KEY: 'i',
    };
    expect(loadConfig(env).otlpEndpoint).toBeNull();
    expect(loadConfig({ ...env, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' }).otlpEndpoint).toBe('http://c:4318');
    for (const wrong of ['c:4318', 'collector', 'grpc://c:4317']) {
      const load = () => loadConfig({ ...env, OTEL_EXPORTER_OTLP_ENDPOINT: wrong });
      expect(load).toThrow(/OTEL_EXPORTER_OTLP_ENDPOINT must be an address that begins with http/);
    }
  });
});

test('what goes wrong is named by a code, never by a message', () => {
  const refused = new DatabaseError('Key (phone)=(138…) exists', 0, 'error');
  refused.code = '23505';
  expect(codeOf(refused)).toBe('23505');
  expect(codeOf(new TypeError('13800009911'))).toBe('TypeError');
  expect(codeOf('13800009911')).toBe('string');
  expect(codeOf(null)).toBe('object');
});

test('the span of a workflow has an id of its own in the same trace, the same each time', () => {
  const hex = (length: number) =>
    fc
      .array(fc.constantFrom(...'0123456789abcdef'), { minLength: length, maxLength: length })
      .map((all) => all.join(''));
  fc.assert(
    fc.property(hex(32), hex(16), fc.constantFrom('00', '01'), (trace, span, flags) => {
      const origin = { requestId: 'r', traceparent: `00-${trace}-${span}-${flags}` };
      const on = passedOn(origin);
      expect(on).toEqual(passedOn(origin));
      if (flags === '00') expect(on).toEqual(origin);
      else {
        expect(on?.traceparent).toMatch(new RegExp(`^00-${trace}-[0-9a-f]${span.slice(1)}-01$`));
        expect(on?.traceparent).not.toBe(origin.traceparent);
        expect(passedOn(on)).toEqual(origin);
      }
    }),
  );
  expect(passedOn(undefined)).toBeUndefined();
  expect(passedOn({ requestId: 'r' })).toEqual({ requestId: 'r' });
});
