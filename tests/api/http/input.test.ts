import { gzipSync } from 'node:zlib';

import { problemOf, rawExchange, startHarness, type Body, type Harness } from './support';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

const GOOD = { projectId: 'p1', colour: 'red', size: 1 };
const create = (body: Body, headers?: Record<string, string>) => harness.post('/api/v1/things', body, headers);
const refusal = async (body: Body, headers?: Record<string, string>) => problemOf(await create(body, headers));

test('a good body is taken', async () => {
  expect((await create(JSON.stringify(GOOD))).status).toBe(201);
});

describe('fields', () => {
  test.each([
    ['an unknown field', { ...GOOD, secret: 'x' }, { pointer: '/secret', code: 'unknown-field' }],
    [
      'an unknown field inside',
      { ...GOOD, parts: [{ name: 'a', b: 1 }] },
      { pointer: '/parts/0/b', code: 'unknown-field' },
    ],
    [
      'a wrong type',
      { ...GOOD, size: 'big' },
      { pointer: '/size', code: 'wrong-type', expected: 'number', received: 'string' },
    ],
    ['a missing field', { ...GOOD, size: undefined }, { pointer: '/size', code: 'missing', received: 'nothing' }],
    ['null', { ...GOOD, note: null }, { pointer: '/note', code: 'wrong-type', received: 'null' }],
    ['too big', { ...GOOD, size: 1001 }, { pointer: '/size', code: 'too-big', args: { limit: 1000 } }],
    ['too small', { ...GOOD, size: 0 }, { pointer: '/size', code: 'too-small', args: { limit: 1 } }],
    [
      'too long',
      { ...GOOD, note: 'x'.repeat(201) },
      { pointer: '/note', code: 'too-long', expected: 'at most 200 characters' },
    ],
    ['too many', { ...GOOD, parts: Array(6).fill({ name: 'a' }) }, { pointer: '/parts', code: 'too-long' }],
    [
      'no such value',
      { ...GOOD, colour: 'pink' },
      { pointer: '/colour', code: 'not-one-of', expected: 'one of: red, green, blue' },
    ],
    ['a date without zone', { ...GOOD, at: '2026-01-01T10:00:00' }, { pointer: '/at', code: 'wrong-format' }],
    ['an array', [GOOD], { pointer: '', code: 'wrong-type', received: 'array' }],
  ])('%s', async (_name, body, error) => {
    const body400 = await refusal(JSON.stringify(body));
    expect(body400).toMatchObject({ status: 400, code: 'invalid-request', errors: [error] });
    expect(body400.errors).toHaveLength(1);
  });

  test('never tells the value back', async () => {
    const answer = await create(JSON.stringify({ ...GOOD, colour: '13800001111', at: '陈伟' }));
    expect(await answer.text()).not.toMatch(/13800001111|陈伟/);
  });

  test('names at most 50 wrong fields, and counts all', async () => {
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`x${index}`, 1]));
    const body = await refusal(JSON.stringify({ ...GOOD, ...many }));
    expect(body.args).toEqual({ count: 200 });
    expect(body.errors).toHaveLength(50);
  });
});

describe('JSON', () => {
  const deep = '['.repeat(50_000) + ']'.repeat(50_000);
  const inNote = (text: string) => JSON.stringify(GOOD).replace('{', `{"note":"${text}",`);
  test.each([
    ['half a body', '{"a":', 'malformed-json'],
    ['nothing of JSON', 'hello', 'malformed-json'],
    ['two values', '{}{}', 'malformed-json'],
    ['a byte order mark', '\ufeff{}', 'malformed-json'],
    ['NaN', '{"size":NaN}', 'malformed-json'],
    ['a comment', '{/* */}', 'malformed-json'],
    ['50,000 deep', deep, 'body-too-deep'],
    ['33 deep', '['.repeat(33) + ']'.repeat(33), 'body-too-deep'],
    ['depth that never closes', '{"a":['.repeat(10_000), 'body-too-deep'],
    ['a repeated key', '{"size":1,"size":2}', 'duplicate-key'],
    ['a repeated key, written otherwise', '{"size":1,"s\\u0069ze":2}', 'duplicate-key'],
    ['a repeated key inside', '{"parts":[{},{"a":{"b":1,"b":2}}]}', 'duplicate-key'],
    ['__proto__', '{"__proto__":{"admin":true}}', 'forbidden-key'],
    ['__proto__, escaped', '{"\\u005f_proto__":1}', 'forbidden-key'],
    ['constructor', '{"parts":[{"constructor":{"prototype":{}}}]}', 'forbidden-key'],
    ['NUL', inNote('a\\u0000b'), 'text-not-storable'],
    ['a control character', inNote('\\u001b[31m'), 'text-not-storable'],
    ['half a surrogate pair', inNote('\\ud83d'), 'text-not-storable'],
    ['the other half', inNote('\\udc00'), 'text-not-storable'],
    ['a bidi override', inNote('\u202eabc'), 'text-not-storable'],
    ['a bidi isolate in a key', '{"a\u2066":1}', 'text-not-storable'],
    ['an infinite number', '{"size":1e999}', 'invalid-request'],
    ['a number no double holds', '{"size":9007199254740993}', 'invalid-request'],
  ])('%s is refused', async (_name, body, code) => {
    expect(await refusal(body)).toMatchObject({ code, status: 400 });
  });

  test('says where', async () => {
    expect(await refusal('{"parts":[{},{"a~/b":{"x":1,"x":2}}]}')).toMatchObject({
      args: { pointer: '/parts/1/a~0~1b/x' },
    });
    expect(await refusal('{"parts":[{"name":"\\u0000"}]}')).toMatchObject({ errors: [{ pointer: '/parts/0/name' }] });
    expect(await refusal('{"a": x}')).toMatchObject({
      args: { expected: expect.stringMatching(/character 6|one JSON value/) },
    });
  });

  test('emoji, Han of four bytes, tabs and line ends pass', async () => {
    expect((await create(JSON.stringify({ ...GOOD, note: '👩‍🔧 𠮷 \n\r\t' }))).status).toBe(201);
  });

  test('a body that is not UTF-8', async () => {
    expect(await refusal(Buffer.from([0x22, 0xff, 0xfe, 0x22]))).toMatchObject({ code: 'malformed-json' });
  });

  test('an empty body', async () => {
    expect(await refusal('')).toMatchObject({ code: 'invalid-request', errors: [{ pointer: '', code: 'missing' }] });
  });
});

describe('media', () => {
  test.each([
    ['no type', ''],
    ['another type', 'text/plain'],
    ['a form', 'application/x-www-form-urlencoded'],
    ['another charset', 'application/json; charset=latin1'],
    ['a relative', 'application/problem+json'],
  ])('%s is refused', async (_name, type) => {
    expect(await refusal(JSON.stringify(GOOD), { 'content-type': type })).toMatchObject({ status: 415 });
  });

  test.each(['application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"'])('%s is taken', async (type) => {
    expect((await create(JSON.stringify(GOOD), { 'content-type': type })).status).toBe(201);
  });

  test.each(['gzip', 'deflate', 'br', 'gzip, gzip'])('Content-Encoding %s is refused', async (encoding) => {
    const answer = await create(gzipSync(JSON.stringify(GOOD)), { 'content-encoding': encoding });
    expect(answer.headers.get('accept-encoding')).toBe('identity');
    expect(await problemOf(answer)).toMatchObject({ status: 415, code: 'unsupported-media-type' });
  });

  test('a body where none belongs', async () => {
    const answer = await harness.post('/api/v1/things/t1/paint', '{}');
    expect(await problemOf(answer)).toMatchObject({ code: 'invalid-request', errors: [{ code: 'unexpected-body' }] });
  });
});

describe('size', () => {
  const ofSize = (bytes: number) => JSON.stringify({ ...GOOD, note: '' }).replace('""', `"${'x'.repeat(bytes)}"`);

  test('100 KB are read, one byte more is not', async () => {
    const frame = ofSize(0).length;
    expect(await refusal(ofSize(100 * 1024 - frame))).toMatchObject({ code: 'invalid-request' });
    expect(await refusal(ofSize(100 * 1024 - frame + 1))).toMatchObject({ status: 413, args: { limit: 102_400 } });
  });

  test('10 MB get an answer', async () => {
    expect(await refusal(ofSize(10_000_000))).toMatchObject({ status: 413, code: 'body-too-large' });
  });

  test('10 MB in chunks get an answer too, and the connection goes on', async () => {
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const head = 'Host: a\r\nAuthorization: Bearer manager\r\n';
    const answer = await rawExchange(harness.port, [
      `POST /api/v1/things HTTP/1.1\r\n${head}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`,
      ...Array<string>(160).fill(chunk),
      '0\r\n\r\n',
      `GET /healthz HTTP/1.1\r\nConnection: close\r\n${head}\r\n`,
    ]);
    expect(answer).toContain('HTTP/1.1 413');
    expect(answer).toContain('HTTP/1.1 204');
  });

  test('whoever goes on and on sending a refused body is cut off', async () => {
    const head = 'POST /api/v1/things HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';
    const chunk = `100000\r\n${'x'.repeat(0x100000)}\r\n`;
    const answer = await rawExchange(harness.port, [head, ...Array<string>(64).fill(chunk)]);
    expect(answer).toContain('HTTP/1.1 401');
  });
});

describe('parameters', () => {
  const things = (query: string) => harness.get(`/api/v1/things?${query}`);
  test.each([
    ['unknown', 'x=1', { parameter: 'x', in: 'query', code: 'unknown-field' }],
    ['repeated', 'limit=1&limit=2', { parameter: 'limit', in: 'query', code: 'repeated' }],
    ['repeated, written otherwise', 'limit=1&lim%69t=2', { parameter: 'limit', code: 'repeated' }],
    ['without value', 'limit', { parameter: 'limit', code: 'missing' }],
    ['not a number', 'limit=1e2', { parameter: 'limit', code: 'wrong-format' }],
    ['empty', 'limit=', { parameter: 'limit', code: 'wrong-format' }],
    ['out of range', 'limit=201', { parameter: 'limit', code: 'too-big' }],
    ['one wrong of a list', 'colours=red,pink', { parameter: 'colours', code: 'not-one-of' }],
    ['not yes or no', 'dryRun=yes', { parameter: 'dryRun', code: 'not-one-of' }],
    ['percent garbage', 'limit=%zz', { parameter: 'limit', code: 'percent-encoding' }],
    ['half of UTF-8', 'projectId=%e4%bd', { parameter: 'projectId', code: 'percent-encoding' }],
    ['__proto__', '__proto__=1', { parameter: '__proto__', code: 'unknown-field' }],
    ['brackets of qs', 'limit[a]=1', { parameter: 'limit[a]', code: 'unknown-field' }],
  ])('%s', async (_name, query, error) => {
    const body = await problemOf(await things(query));
    expect(body).toMatchObject({ status: 400, code: 'invalid-request', errors: [error] });
    expect(body.errors).toHaveLength(1);
  });

  test('NUL and bidi in query and path', async () => {
    expect(await problemOf(await things('projectId=%00'))).toMatchObject({
      code: 'text-not-storable',
      args: { where: 'projectId' },
    });
    expect(await problemOf(await things('%E2%80%AE=1'))).toMatchObject({ code: 'text-not-storable' });
    expect(await problemOf(await harness.get('/api/v1/things/a%00'))).toMatchObject({ code: 'text-not-storable' });
  });

  test('numbers, lists, booleans and defaults are typed', async () => {
    expect(await (await things('colours=red,blue&limit=7&dryRun=true')).json()).toMatchObject({
      limit: 7,
      asked: ['red', 'blue'],
    });
    expect(await (await things('')).json()).toMatchObject({ limit: 50, asked: [] });
  });

  test('a path parameter that does not fit', async () => {
    const body = await problemOf(await harness.get('/api/v1/things/UPPER'));
    expect(body).toMatchObject({ code: 'invalid-request', errors: [{ parameter: 'id', in: 'path' }] });
  });

  test.each(['/api/v1/things/%zz', '/api/v1/%zz', '/api/v1/things/%e4', '/%c0%af'])('%s is 400', async (path) => {
    expect(await problemOf(await harness.get(path))).toMatchObject({
      status: 400,
      errors: [{ code: 'percent-encoding' }],
    });
  });

  test('a header of the route sent twice', async () => {
    const answer = await rawExchange(harness.port, [
      'GET /api/v1/stream HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer manager\r\nLast-Event-Id: 1\r\nLast-Event-Id: 2\r\n\r\n',
    ]);
    expect(answer).toContain('"code":"repeated"');
  });
});
