import { CLERK, problemOf, rawExchange, startHarness, type Harness } from './support';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

const head = (path: string, method = 'GET', as: string | null = 'manager') => harness.get(path, { method, as });

describe('who', () => {
  test.each([
    ['GET', '/api/v1/things'],
    ['GET', '/api/v1/nothing'],
    ['DELETE', '/api/v1/things'],
    ['OPTIONS', '/api/v1/things'],
    ['GET', '/api/v1/things/%zz'],
    ['GET', '/api'],
    ['POST', '/api/v1/things'],
  ])('%s %s tells a stranger nothing but 401', async (method, path) => {
    const answer = await head(path, method, null);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="guanjia"');
    expect(answer.headers.get('allow')).toBeNull();
    expect(await problemOf(answer)).toMatchObject({ status: 401, code: 'unauthenticated', detail: expect.any(String) });
  });

  test.each([
    ['nobody', 'unauthenticated'],
    ['old', 'key-expired'],
    ['taken', 'key-revoked'],
  ])('key %s: %s', async (as, code) => {
    expect(await problemOf(await head('/api/v1/things', 'GET', as))).toMatchObject({ status: 401, code });
  });

  test('two Authorization headers are refused', async () => {
    const twice = 'Authorization: Bearer clerk\r\nAuthorization: Bearer manager\r\n';
    const answer = await rawExchange(harness.port, [
      `GET /api/v1/things HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${twice}\r\n`,
    ]);
    expect(answer).toContain('HTTP/1.1 400');
    expect(answer).toContain('"parameter":"authorization"');
  });

  test('another role: 403 that names the roles', async () => {
    const answer = await head('/api/v1/things/t1/paint', 'POST', 'clerk');
    expect(await problemOf(answer)).toMatchObject({
      status: 403,
      code: 'role-not-allowed',
      args: { role: CLERK.role, allowed: ['manager'] },
    });
  });

  test('the role is checked before the input is read', async () => {
    const answer = await harness.get('/api/v1/things/t1/paint?x=1', { method: 'POST', as: 'clerk', body: '{{{' });
    expect(answer.status).toBe(403);
  });

  test.each([
    ['in the query', '/api/v1/things?projectId=p2'],
    ['found by the handler', '/api/v1/things/t2'],
  ])('a project of others %s: 404', async (_name, path) => {
    expect(await problemOf(await head(path, 'GET', 'clerk'))).toMatchObject({ status: 404, code: 'not-found' });
    expect((await head(path)).status).toBe(200);
  });

  test('a project of others in the body: 404', async () => {
    const body = JSON.stringify({ projectId: 'p2', colour: 'red', size: 1 });
    const headers = { authorization: 'Bearer clerk', 'content-type': 'application/json' };
    const answer = await fetch(`${harness.url}/api/v1/things`, { method: 'POST', body, headers });
    expect(answer.status).toBe(404);
  });
});

describe('paths and methods', () => {
  test.each([
    ['/api/v1/nothing'],
    ['/api/v1/things/'],
    ['/api/V1/things'],
    ['/nothing'],
    ['/docs/package.json/x'],
    ['/api/v1/things/a/b'],
    ['//api/v1/things'],
  ])('%s is 404', async (path) => {
    expect(await problemOf(await head(path))).toMatchObject({ status: 404, code: 'not-found' });
  });

  test.each([
    ['DELETE', '/api/v1/things', 'GET, HEAD, OPTIONS, POST'],
    ['POST', '/api/v1/things/counts', 'GET, HEAD, OPTIONS'],
    ['PROPFIND', '/healthz', 'GET, HEAD, OPTIONS'],
    ['GET', '/api/v1/things/t1/paint', 'OPTIONS, POST'],
  ])('%s %s is 405 with Allow', async (method, path, allow) => {
    const answer = await head(path, method);
    expect(answer.headers.get('allow')).toBe(allow);
    expect(await problemOf(answer)).toMatchObject({
      status: 405,
      code: 'method-not-allowed',
      args: { allowed: allow.split(', ') },
    });
  });

  test('OPTIONS names the methods and gives no leave to other origins', async () => {
    const answer = await harness.get('/api/v1/things', {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example' },
    });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('allow')).toBe('GET, HEAD, OPTIONS, POST');
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('HEAD answers like GET without a body', async () => {
    const answer = await head('/api/v1/things/t1', 'HEAD');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('etag')).toBe('"12"');
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(await answer.text()).toBe('');
    expect((await head('/api/v1/stream', 'HEAD')).status).toBe(200);
    expect((await head('/api/v1/things/t2', 'HEAD', 'clerk')).status).toBe(404);
  });

  test('words win over parameters', async () => {
    expect(await problemOf(await head('/api/v1/things/counts'))).toMatchObject({ errors: [{ parameter: 'how' }] });
  });
});

describe('every answer', () => {
  test.each(['/healthz', '/api/v1/things', '/api/v1/nothing', '/docs', '/openapi.json'])('%s', async (path) => {
    const { headers } = await head(path);
    expect(headers.get('server-time')).toBe(String(harness.now));
    expect(headers.get('x-request-id')).toMatch(/^request-\d{4}$/);
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('strict-transport-security')).toContain('max-age=');
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
    expect(headers.get('content-security-policy')).not.toMatch(/script-src[^;]*unsafe/);
    expect(headers.get('cache-control')).toBe('no-store');
  });

  test('Server-Time follows the injected clock', async () => {
    harness.now += 5 * 86_400_000;
    expect((await head('/healthz')).headers.get('server-time')).toBe(String(harness.now));
  });

  test('a sane request id is kept, another is replaced', async () => {
    const idOf = async (id: string) =>
      (await harness.get('/healthz', { headers: { 'x-request-id': id } })).headers.get('x-request-id');
    expect(await idOf('web-7f3a.1_b')).toBe('web-7f3a.1_b');
    for (const bad of ['short', 'x'.repeat(65), 'has blank inside', '<script>alert(1)', '../../etc/passwd']) {
      expect(await idOf(bad)).toMatch(/^request-/);
    }
  });
});

describe('preconditions and idempotency', () => {
  const paint = (ifMatch?: string) =>
    harness.get('/api/v1/things/t1/paint', {
      method: 'POST',
      headers: ifMatch === undefined ? {} : { 'if-match': ifMatch },
    });

  test.each([undefined, '*', '"12"', '"3", "12"', 'W/"1" , "12"'])('If-Match %s passes', async (value) => {
    expect((await paint(value)).status).toBe(204);
  });

  test('an older state: 412 with what happened since', async () => {
    expect(await problemOf(await paint('"11"'))).toMatchObject({
      status: 412,
      code: 'stale',
      args: { current: 12 },
      since: [{ seq: 12 }],
    });
    expect(await problemOf(await paint('W/"12"'))).toMatchObject({ code: 'stale' });
  });

  test.each(['12', '"12', '"1" "2"', '"1",', ',"1"', '*, "1"', '""x'])('If-Match %s is malformed', async (value) => {
    expect(await problemOf(await paint(value))).toMatchObject({ status: 400, code: 'precondition-malformed' });
  });

  test('a refusal of the business keeps its arguments', async () => {
    const answer = await harness.get('/api/v1/things/wet/paint', { method: 'POST' });
    expect(await problemOf(answer)).toMatchObject({
      status: 409,
      args: { stage: 'wet', allowed: ['dry'] },
      detail: 'Not possible in stage wet; possible in: dry.',
    });
  });

  const create = async (body: string, key?: string, as = 'manager') => {
    const headers = { authorization: `Bearer ${as}`, ...(key === undefined ? {} : { 'idempotency-key': key }) };
    return harness.post('/api/v1/things', body, headers);
  };

  test('same meaning, same hash; another body, another hash', async () => {
    const hashOf = async (body: string) => ((await (await create(body, 'k')).json()) as { hash: string }).hash;
    const hash = await hashOf('{"projectId":"p1","colour":"red","size":1}');
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(await hashOf('{ "size": 1.0, "colour": "r\\u0065d", "projectId": "p1" }')).toBe(hash);
    expect(await hashOf('{"projectId":"p1","colour":"red","size":2}')).not.toBe(hash);
  });

  test('machines must send a key, people may', async () => {
    const body = '{"projectId":"p1","colour":"red","size":1}';
    expect(await (await create(body)).json()).toEqual({ hash: null, key: null });
    expect(await problemOf(await create(body, undefined, 'machine'))).toMatchObject({
      code: 'idempotency-key-required',
    });
    expect((await create(body, 'a-key', 'machine')).status).toBe(201);
  });

  test.each(['has blank', 'x'.repeat(256), 'ä'])('key %p is malformed', async (key) => {
    expect(await problemOf(await create('{}', key))).toMatchObject({ status: 400, code: 'idempotency-key-malformed' });
  });
});

describe('cursors', () => {
  test('go on where the page ended; of another filter, or changed, they are refused', async () => {
    const first = (await (await head('/api/v1/things?colours=red')).json()) as { nextCursor: string };
    const cursor = first.nextCursor;
    expect(await (await head(`/api/v1/things?colours=red&cursor=${cursor}`)).json()).toMatchObject({
      items: [],
      nextCursor: null,
    });
    const changed = `${cursor.slice(0, 3)}${cursor[3] === 'A' ? 'B' : 'A'}${cursor.slice(4)}`;
    for (const query of [
      `cursor=${cursor}`,
      `colours=red&cursor=${changed}`,
      'cursor=abc',
      `colours=red&cursor=${cursor}.x`,
    ]) {
      expect(await problemOf(await head(`/api/v1/things?${query}`))).toMatchObject({
        status: 400,
        code: 'invalid-cursor',
      });
    }
  });
});
