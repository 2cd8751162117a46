import { gzipSync } from 'node:zlib';
import { rawExchange } from '../http/support';
import { problemIn, type Reply } from './wire';
import { startWorld, type World } from './world';

let world: World;
beforeAll(async () => {
  world = await startWorld();
}, 60_000);
afterAll(() => world.stop());

const bearer = (as: Parameters<World['keyOf']>[0] = 'manager'): string => `Bearer ${world.keyOf(as)}`;
const JSON_TYPE = { 'content-type': 'application/json' };
const send = (
  method: string,
  path: string,
  body?: string | Buffer,
  headers: Record<string, string> = {},
): Promise<Reply> =>
  world.wire.send({
    ...{ method, path, body },
    headers: { authorization: bearer(), ...(body === undefined ? {} : JSON_TYPE), ...headers },
  });
const note = (text: string): Promise<Reply> =>
  send('POST', `/api/v1/cases/${world.own.no}/note`, JSON.stringify({ text }));
const codeOf = (reply: Reply): readonly unknown[] => [reply.status, problemIn(reply).code];

describe('bodies that would be the end of others', () => {
  const deep = '{"text":'.repeat(50_000) + '1' + '}'.repeat(50_000);
  test.each([
    ['10 MB', JSON.stringify({ text: 'x'.repeat(10 * 1024 * 1024) }), {}, 413, 'body-too-large'],
    [
      'a gzip bomb',
      gzipSync(Buffer.alloc(20 * 1024 * 1024)),
      { 'content-encoding': 'gzip' },
      415,
      'unsupported-media-type',
    ],
    ['50,000 deep', deep.slice(0, 90_000), {}, 400, 'body-too-deep'],
    ['__proto__', '{"text":"a","__proto__":{"role":"general_manager"}}', {}, 400, 'forbidden-key'],
    ['constructor', '{"text":"a","constructor":{"prototype":{"role":"x"}}}', {}, 400, 'forbidden-key'],
    ['a key twice', '{"text":"a","text":"b"}', {}, 400, 'duplicate-key'],
    ['NUL', '{"text":"a\\u0000"}', {}, 400, 'text-not-storable'],
    ['half a pair', '{"text":"\\ud83d"}', {}, 400, 'text-not-storable'],
    ['a line that reads backwards', '{"text":"付款\u202e001"}', {}, 400, 'text-not-storable'],
    ['a hidden isolate', '{"text":"a\u2067b\u2069"}', {}, 400, 'text-not-storable'],
  ])('%s', async (_name, body, headers, status, code) => {
    const before = process.memoryUsage().heapUsed;
    const reply = await send('POST', `/api/v1/cases/${world.own.no}/note`, body, headers);
    expect(codeOf(reply)).toEqual([status, code]);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(80 * 1024 * 1024);
  });

  test('a hundred thousand brackets in a list of commands', async () => {
    const reply = await send('POST', '/api/v1/commands', `{"items":${'['.repeat(100_000)}`);
    expect([400, 413]).toContain(reply.status);
  });
});

describe('texts come back as they were', () => {
  test.each([
    '𠮷野家',
    '👩‍🔧👨‍👩‍👧‍👦',
    'e\u0301',
    'שלום',
    'مرحبا',
    "'; drop table case; --",
    '<b>&amp;</b>',
    '${7*7}\t\n{{x}}',
  ])('%j', async (text) => {
    const noted = await note(text);
    expect(noted.status).toBe(200);
    const { seq } = JSON.parse(noted.text) as { readonly seq: number };
    const timeline = await send('GET', `/api/v1/cases/${world.own.no}/timeline?after=${seq - 1}`);
    expect(JSON.stringify(JSON.parse(timeline.text))).toContain(JSON.stringify(text.trim()).slice(1, -1));
  });

  test('also names', async () => {
    const body = JSON.stringify({ name: '𠮷田 👩‍🔧', roles: [{ project: 'lakeside', role: 'engineering' }] });
    const made = await send('POST', '/api/v1/staff', body);
    const { id } = JSON.parse(made.text) as { readonly id: string };
    expect(JSON.parse((await send('GET', `/api/v1/staff/${id}`)).text)).toMatchObject({ name: '𠮷田 👩‍🔧' });
    const bidi = await send('POST', '/api/v1/staff', body.replace('𠮷', '\u202e'));
    expect(codeOf(bidi)).toEqual([400, 'text-not-storable']);
  });
});

test('nothing but a case number is kept as one', async () => {
  const start = { project: 'lakeside', channel: 'phone', matter: '漏水' };
  for (const repeatOf of ['陈伟 13800001111', 'C-0000', '../x']) {
    const reply = await send('POST', '/api/v1/complaints', JSON.stringify({ ...start, repeatOf }));
    expect(problemIn(reply)).toMatchObject({ status: 400, errors: [{ pointer: '/repeatOf' }] });
  }
});

describe('instants at the ends of time', () => {
  const ENDS = [
    ...['0000-01-01T00:00:00Z', '0000-01-01T00:00:00+23:59', '0001-01-01T00:00:00Z', '1969-12-31T23:59:59Z'],
    ...['9999-12-31T23:59:59Z', '9999-12-31T23:59:59.999-23:59', '2262-04-12T00:00:00Z', '5138-11-16T09:46:40Z'],
  ];
  test.each(ENDS)('%s', async (instant) => {
    const start = { project: 'lakeside', channel: 'phone', matter: '漏水', subtype: 'lift_entrapment' };
    const asked: [string, object][] = [
      ['/api/v1/complaints', { ...start, reportedAt: instant }],
      ['/api/v1/complaints', { ...start, expectedResolutionAt: instant }],
      [`/api/v1/cases/${await world.newCase()}/promise`, { text: '修好', dueAt: instant }],
      [`/api/v1/cases/${await world.newCase()}/extend`, { reason: '等', dueAt: instant }],
      ['/api/v1/api-keys', { label: 'x', role: 'engineering', projects: ['lakeside'], expiresAt: instant }],
    ];
    for (const [path, body] of asked) {
      const reply = await send('POST', path, JSON.stringify(body));
      expect([path, reply.status < 500, reply.text.slice(0, 300)]).toEqual([path, true, reply.text.slice(0, 300)]);
    }
    const listed = await send('GET', `/api/v1/obligations?owedBy=all&dueBefore=${encodeURIComponent(instant)}`);
    expect([listed.status < 500, listed.text.slice(0, 300)]).toEqual([true, listed.text.slice(0, 300)]);
  });
});

describe('what stands in no field', () => {
  test.each([
    ['a length and chunks', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n'],
    ['two lengths', 'Content-Length: 5\r\nContent-Length: 6\r\n'],
    ['chunks by another name', 'Transfer-Encoding: xchunked\r\n'],
    ['chunks twice', 'Transfer-Encoding: chunked, identity\r\n'],
    ['a length with a sign', 'Content-Length: +5\r\n'],
    ['a blank before the colon', 'Transfer-Encoding : chunked\r\n'],
    ['a folded header', 'X-A: a\r\n Transfer-Encoding: chunked\r\nContent-Length: 5\r\n'],
  ])('no second request is smuggled in behind %s', async (_name, headers) => {
    const inner = `GET /api/v1/me HTTP/1.1\r\nHost: a\r\nAuthorization: ${bearer()}\r\n\r\n`;
    const head = `POST /api/v1/cases/${world.own.no}/note HTTP/1.1\r\nHost: a\r\nConnection: close\r\n`;
    const auth = `Authorization: ${bearer('resident')}\r\nContent-Type: application/json\r\n`;
    const answer = await rawExchange(world.port, [`${head}${auth}${headers}\r\n0\r\n\r\n${inner}`]);
    expect(answer.match(/HTTP\/1\.1 \d{3}/g)).toHaveLength(1);
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d/);
    expect(answer).not.toContain('s-manager');
  });

  test('requests one behind the other are answered one by one, each as its own caller', async () => {
    const one = (as: 'manager' | 'ops', end = ''): string =>
      `GET /api/v1/me HTTP/1.1\r\nHost: a\r\n${end}Authorization: ${bearer(as)}\r\n\r\n`;
    const answer = await rawExchange(world.port, [
      one('manager') + one('ops') + one('manager', 'Connection: close\r\n'),
    ]);
    expect(answer.match(/"id":"s-(manager|ops)"/g)).toEqual(['"id":"s-manager"', '"id":"s-ops"', '"id":"s-manager"']);
  });

  test.each(['evil.example', 'a@b', '127.0.0.1:1', '[::1]', 'x'.repeat(300)])('host %s leads nowhere', async (host) => {
    const reply = await send('POST', '/api/v1/complaints?dryRun=true', '{}', { host, 'x-forwarded-host': host });
    expect(reply.status).toBe(400);
    const made = await send('GET', '/api/v1/me', undefined, { host });
    expect([made.status, made.text.includes(host)]).toEqual([200, false]);
  });

  test('no method but those named, and no leave for other origins', async () => {
    for (const method of ['TRACE', 'PUT', 'PROPFIND', 'DELETE']) {
      expect(codeOf(await send(method, '/api/v1/cases'))).toEqual([405, 'method-not-allowed']);
    }
    const asked = { origin: 'https://evil.example', 'access-control-request-method': 'POST' };
    for (const path of ['/api/v1/complaints', '/codec/decode', '/codec/login']) {
      const { headers } = await send('OPTIONS', path, undefined, asked);
      expect([path, headers['access-control-allow-origin']]).toEqual([path, undefined]);
    }
    const over = await send('POST', '/api/v1/me', undefined, {
      'x-http-method-override': 'GET',
      'content-length': '0',
    });
    expect(over.status).toBe(405);
  });

  test.each([
    '/api/v1/%2e%2e/metrics',
    '/api/v1/cases/..%2f..%2fmetrics',
    '/api/v1/cases/%252e%252e',
    '/docs/..%2fpackage.json',
  ])('path %s', async (path) => {
    const reply = await send('GET', path);
    expect([path, reply.status >= 400 && reply.status < 500]).toEqual([path, true]);
    expect(problemIn(reply).code).toMatch(/^(not-found|invalid-request)$/);
  });

  test.each(['/api/v1/cases/%c0%ae%c0%ae', '/api/v1/%ff', '/api/v1/cases/%ed%a0%80'])('path %s', async (path) => {
    expect(codeOf(await send('GET', path))).toEqual([400, 'invalid-request']);
  });
});

describe('headers with a meaning', () => {
  test.each(['', ' ', 'a b', 'ä', 'x'.repeat(256)])('idempotency key %j', async (key) => {
    const reply = await send('POST', `/api/v1/cases/${world.own.no}/note`, '{"text":"a"}', { 'idempotency-key': key });
    expect(codeOf(reply)).toEqual([400, 'idempotency-key-malformed']);
  });

  test('the longest idempotency key works everywhere, once', async () => {
    const headers = { 'idempotency-key': '~'.repeat(255) };
    const items = { items: [{ no: world.own.no, command: 'note', body: { text: 'a' } }] };
    const asked: [string, object][] = [
      [`/api/v1/cases/${world.own.no}/note`, { text: '一次' }],
      ['/api/v1/commands', items],
      ['/api/v1/complaints', { project: 'lakeside', channel: 'phone', matter: '漏水' }],
      ['/api/v1/staff', { name: '新人', roles: [{ project: 'lakeside', role: 'engineering' }] }],
    ];
    for (const [path, body] of asked) {
      const answers = [
        await send('POST', path, JSON.stringify(body), headers),
        await send('POST', path, JSON.stringify(body), headers),
      ];
      const [first, again] = answers.map(({ status, text }) => {
        const { no, id, seq, items } = JSON.parse(text) as Readonly<Record<string, unknown>>;
        return [path, status, { no, id, seq, items }];
      });
      expect(again).toEqual(first);
      expect(answers[0]?.status).toBeLessThan(300);
    }
  });

  test.each(['"', 'W/', '"1" "2"', '"a\u00e9"', `"${'1'.repeat(600)}"`, ',', '"1",'])('If-Match %j', async (tag) => {
    const reply = await send('POST', `/api/v1/cases/${world.own.no}/note`, '{"text":"a"}', { 'if-match': tag });
    expect(codeOf(reply)).toEqual([400, 'precondition-malformed']);
  });

  test.each(['"0"', '"-1"', '"1e3"', '"99999999999999999999"', 'W/"1"', '"NaN"', '"0x1"', '""'])(
    'If-Match %s is another state',
    async (tag) => {
      const reply = await send('POST', `/api/v1/cases/${world.own.no}/note`, '{"text":"a"}', { 'if-match': tag });
      expect(codeOf(reply)).toEqual([412, 'stale']);
    },
  );

  test.each(['x', '1-1-1:1.1', '-1', '9'.repeat(120), "' or 1=1", '0-0-0:0.0'])(
    'Last-Event-ID %s begins anew',
    async (id) => {
      const reply = await send('GET', `/api/v1/changes?after=${encodeURIComponent(id)}`);
      expect([reply.status, JSON.parse(reply.text)]).toMatchObject([200, { items: [], resync: 'unknown-position' }]);
      expect((await send('GET', '/api/v1/stream', undefined, { 'last-event-id': id })).status).toBe(200);
    },
  );
});

test.each(['9007199254740991', '2147483648', '4294967296'])('a timeline after %s is empty', async (after) => {
  for (const path of ['timeline', 'workflow-history']) {
    const reply = await send('GET', `/api/v1/cases/${world.own.no}/${path}?after=${after}`);
    expect([path, reply.status, JSON.parse(reply.text)]).toMatchObject([path, 200, { items: [] }]);
  }
});

describe('lists', () => {
  test('a cursor is good for its own caller, filter and sort only', async () => {
    const cursorOf = async (path: string): Promise<string> =>
      String((JSON.parse((await send('GET', path)).text) as { readonly next: string }).next);
    await world.newCase();
    const cursor = encodeURIComponent(await cursorOf('/api/v1/cases?limit=1'));
    expect((await send('GET', `/api/v1/cases?limit=1&cursor=${cursor}`)).status).toBe(200);
    const elsewhere = [
      send('GET', `/api/v1/cases?sort=nextDueAt&cursor=${cursor}`),
      send('GET', `/api/v1/cases?closed=true&cursor=${cursor}`),
      send('GET', `/api/v1/staff?cursor=${cursor}`),
      send('GET', `/api/v1/obligations?cursor=${cursor}`),
      send('GET', `/api/v1/cases?cursor=${cursor}`, undefined, { authorization: bearer('far') }),
      send('GET', `/api/v1/cases?cursor=${cursor}`, undefined, { authorization: bearer('resident') }),
      send('GET', `/api/v1/cases?cursor=${cursor.slice(0, -2)}`),
    ];
    for (const reply of await Promise.all(elsewhere)) expect(codeOf(reply)).toEqual([400, 'invalid-cursor']);
  });

  test.each([
    '/api/v1/cases?sort=no;select pg_sleep(9)',
    '/api/v1/cases?sort=receivedAt,(select 1)',
    '/api/v1/cases?descending=true--',
    "/api/v1/obligations?sort=dueAt'",
    "/api/v1/cases?stage=received' or '1'='1",
    '/api/v1/obligations?kind=a%27)%3b--',
    '/api/v1/cases?project=lakeside&project=hillside',
    '/api/v1/cases?project[]=hillside',
    '/api/v1/cases?limit=1e3',
    '/api/v1/cases?limit=00001',
    '/api/v1/cases?limit=9007199254740993',
    '/api/v1/cases?__proto__=1',
  ])('%s', async (path) => {
    expect(codeOf(await send('GET', encodeURI(path)))).toEqual([400, 'invalid-request']);
  });

  test('SQL in a filter that takes any text finds nothing', async () => {
    for (const filter of ["owner=x') or true --", "building=3' or '1'='1"]) {
      const reply = await send('GET', encodeURI(`/api/v1/cases?${filter}`));
      expect([reply.status, JSON.parse(reply.text)]).toMatchObject([200, { items: [] }]);
    }
  });
});
