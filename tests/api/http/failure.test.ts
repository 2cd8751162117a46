import { defineRoute } from '../../../api/http/route';
import { CLERK, MANAGER, problemOf, startHarness, type Harness } from './support';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ handlerTimeoutMs: 150 });
});
afterAll(() => harness.stop());
beforeEach(() => {
  harness.logs.length = 0;
});

const fail = async (how: string) => harness.get(`/api/v1/things/counts?how=${how}`);
/** The line is written when the connection is done with the answer, a moment after the client has it. */
const logged = async () => {
  await new Promise((resolve) => setTimeout(resolve, 20));
  return harness.logs;
};

test('an unexpected error: 500 that says nothing, and a log line that says where', async () => {
  const answer = await fail('throw');
  const text = await answer.clone().text();
  expect(await problemOf(answer)).toMatchObject({ status: 500, code: 'internal-error', args: {} });
  expect(text).not.toMatch(/boom|stack|\.ts|陈伟/);
  const [error] = (await logged()).filter(({ level }) => level === 50);
  expect(error).toMatchObject({
    requestId: answer.headers.get('x-request-id'),
    error: {
      message: 'boom "[redacted]" [redacted]',
      stack: expect.stringContaining('example-routes.ts'),
      cause: { type: 'TypeError' },
    },
  });
  expect(JSON.stringify(harness.logs)).not.toMatch(/陈伟|13800001111/);
});

test('an error the gateway knows', async () => {
  const answer = await fail('mapped');
  expect(answer.headers.get('retry-after')).toBe('5');
  expect(await problemOf(answer)).toMatchObject({ status: 503, code: 'engine-unavailable' });
});

test('a fault of ours is not taken for one of the path', async () => {
  expect(await problemOf(await fail('uri'))).toMatchObject({ status: 500, code: 'internal-error' });
});

test('an undeclared code fails in tests, and passes as itself in production', async () => {
  expect(await problemOf(await fail('undeclared'))).toMatchObject({ status: 500 });
  expect(JSON.stringify(await logged())).toContain('countThings answers case-closed');
  const production = await startHarness({ checkReplies: false });
  expect(await problemOf(await production.get('/api/v1/things/counts?how=undeclared'))).toMatchObject({
    code: 'case-closed',
  });
  await production.stop();
});

test('a handler that hangs: 504, and it is told to stop', async () => {
  expect(await problemOf(await fail('hang'))).toMatchObject({ status: 504, code: 'timeout' });
  expect(await logged()).toContainEqual(
    expect.objectContaining({ level: 40, error: expect.objectContaining({ message: 'stopped' }) }),
  );
});

test('one log line and one observation per request, with the template and without what was sent', async () => {
  await harness.get('/api/v1/things/t1?secret=13800001111', { headers: { 'x-note': 'note' } });
  await harness.get('/api/v1/room-3-2-1501', { as: 'clerk' });
  const lines = await logged();
  expect(lines).toEqual([
    expect.objectContaining({
      method: 'GET',
      route: '/api/v1/things/{id}',
      status: 400,
      principalId: MANAGER.id,
      keyId: 'key-1',
      code: 'invalid-request',
    }),
    expect.objectContaining({
      method: 'GET',
      route: 'unmatched',
      status: 404,
      principalId: CLERK.id,
      code: 'not-found',
    }),
  ]);
  expect(JSON.stringify(harness.logs)).not.toMatch(/13800001111|note|1501|Bearer|clerk"/);
  const metrics = await harness.metrics();
  expect(metrics).toContain('_count{method="GET",route="/api/v1/things/{id}",status="400"} 1');
  expect(metrics).toContain('_count{method="GET",route="unmatched",status="404"} 1');
  expect(metrics).not.toContain('1501');
});

test('a stream runs, and ends when its client leaves', async () => {
  const controller = new AbortController();
  const answer = await harness.get('/api/v1/stream', { headers: { 'last-event-id': '7' }, signal: controller.signal });
  const { value } = (await answer.body?.getReader().read()) ?? {};
  expect(Buffer.from(value ?? []).toString()).toBe('data: 7\n\n');
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(await logged()).toEqual([]);
  controller.abort();
  expect(await logged()).toEqual([expect.objectContaining({ route: '/api/v1/stream' })]);
});

test('a stream that fails: a problem before its first byte, a cut connection after', async () => {
  const route = (path: string, raw: (res: { write(text: string): unknown }) => void) =>
    defineRoute({
      method: 'GET',
      path,
      operationId: path.slice(1),
      summary: 'Fails',
      tags: ['Things'],
      access: { public: true, why: 'a test' },
      responses: { 200: { description: 'Never', contentType: 'text/plain' } },
      problems: [],
      raw: (_req, res) => {
        raw(res);
        throw new Error('broken');
      },
    });
  const failing = await startHarness({
    routes: [route('/early', () => undefined), route('/late', (res) => res.write('x'))],
  });
  expect(await problemOf(await failing.get('/early'))).toMatchObject({ code: 'internal-error' });
  await expect(failing.get('/late').then((answer) => answer.text())).rejects.toThrow();
  expect(failing.logs.filter(({ level }) => level === 50)).toHaveLength(2);
  await failing.stop();
});

describe('limits', () => {
  test('a proxy is believed about addresses only when it is named', async () => {
    const limits = { address: { requests: 1, perSeconds: 60 }, principal: null };
    const from = async (server: Harness, address: string) =>
      (await server.get('/healthz', { headers: { 'x-forwarded-for': address } })).status;
    const alone = await startHarness({ limits });
    expect([await from(alone, '10.0.0.1'), await from(alone, '10.0.0.2')]).toEqual([204, 429]);
    await alone.stop();
    const behind = await startHarness({ limits, trustProxy: 1 });
    expect([await from(behind, '10.0.0.1'), await from(behind, '10.0.0.2'), await from(behind, '10.0.0.1')]).toEqual([
      204, 204, 429,
    ]);
    await behind.stop();
  });

  test('per address, before anybody is asked who he is', async () => {
    const limited = await startHarness({ limits: { address: { requests: 3, perSeconds: 30 }, principal: null } });
    for (let i = 0; i < 3; i += 1) expect((await limited.get('/healthz')).status).toBe(204);
    const answer = await limited.get('/api/v1/things', { as: null });
    expect(answer.headers.get('retry-after')).toBe('10');
    expect(await problemOf(answer)).toMatchObject({
      status: 429,
      code: 'rate-limited',
      args: { scope: 'address', seconds: 10 },
    });
    limited.now += 10_000;
    expect((await limited.get('/healthz')).status).toBe(204);
    expect((await limited.get('/healthz')).status).toBe(429);
    await limited.stop();
  });

  test('per principal, whoever else comes from the same address', async () => {
    const limited = await startHarness({ limits: { address: null, principal: { requests: 1, perSeconds: 60 } } });
    expect((await limited.get('/api/v1/things')).status).toBe(200);
    expect(await problemOf(await limited.get('/api/v1/nothing'))).toMatchObject({
      code: 'rate-limited',
      args: { scope: 'principal' },
    });
    expect((await limited.get('/api/v1/things', { as: 'clerk' })).status).toBe(200);
    expect((await limited.get('/healthz')).status).toBe(204);
    await limited.stop();
  });
});
