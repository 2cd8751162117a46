import { rawExchange, startHarness, type Harness } from './support';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({
    timeouts: { headersTimeout: 300, requestTimeout: 600, keepAliveTimeout: 300, connectionsCheckingInterval: 50 },
  });
});
afterAll(() => harness.stop());

const POST =
  'POST /api/v1/things HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer manager\r\nContent-Type: application/json\r\n';

/** The problem in a raw answer. */
function problemIn(answer: string): Record<string, unknown> {
  expect(answer).toContain('Content-Type: application/problem+json');
  expect(answer).toMatch(/Server-Time: \d+/);
  expect(answer).toMatch(/X-Request-Id: request-/);
  return JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) as Record<string, unknown>;
}

test.each([
  ['a header that never ends', ['GET /healthz HTTP/1.1\r\nHost: a\r\nX-Slow: ']],
  ['a body shorter than announced', [`${POST}Content-Length: 100\r\n\r\n{"a":`]],
  ['chunks that stop', [`${POST}Transfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\n`]],
])('%s: 408 and an end', async (_name, parts) => {
  expect(problemIn(await rawExchange(harness.port, parts))).toMatchObject({ status: 408, code: 'request-timeout' });
});

test.each([
  ['a huge header', [`GET /healthz HTTP/1.1\r\nHost: a\r\nX-Huge: ${'x'.repeat(20_000)}\r\n\r\n`]],
  ['a huge address', [`GET /healthz?${'x'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`]],
  ['too many headers', [`GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${'A: b\r\n'.repeat(150)}\r\n`]],
])('%s: 431', async (_name, parts) => {
  expect(problemIn(await rawExchange(harness.port, parts))).toMatchObject({ status: 431, code: 'headers-too-large' });
});

test.each([
  ['no HTTP at all', ['\x16\x03\x01\x02\x00garbage\r\n\r\n']],
  ['a bare method', ['GET\r\n\r\n']],
  ['two lengths', [`${POST}Content-Length: 3\r\nContent-Length: 4\r\n\r\n{}`]],
  ['length and chunks', [`${POST}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`]],
  ['a broken chunk', [`${POST}Transfer-Encoding: chunked\r\n\r\nzz\r\n`]],
  ['a control character in a header', ['GET /healthz HTTP/1.1\r\nHost: a\r\nX: a\x00b\r\n\r\n']],
])('%s: 400', async (_name, parts) => {
  expect(problemIn(await rawExchange(harness.port, parts))).toMatchObject({ status: 400, code: 'malformed-request' });
});

test('no Host: 400', async () => {
  const answer = await rawExchange(harness.port, ['GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n']);
  expect(problemIn(answer)).toMatchObject({ status: 400, errors: [{ parameter: 'host' }] });
});

test('a client that leaves in the middle of its body is only noted', async () => {
  harness.logs.length = 0;
  const left = fetch(`${harness.url}/api/v1/things`, {
    method: 'POST',
    headers: { authorization: 'Bearer manager', 'content-type': 'application/json' },
    body: new ReadableStream({ start: (stream) => stream.enqueue(Buffer.from('{"a":')) }),
    duplex: 'half',
    signal: AbortSignal.timeout(100),
  });
  await expect(left).rejects.toThrow();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(harness.logs).toEqual([expect.objectContaining({ status: 499, clientLeft: true })]);
});

test('"100 Continue" is said only when the body is wanted', async () => {
  const refused = await rawExchange(harness.port, [`${POST}Expect: 100-continue\r\nContent-Length: 999999\r\n\r\n`]);
  expect(refused).toMatch(/^HTTP\/1.1 413/);
  const wanted = await rawExchange(
    harness.port,
    [`${POST}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n`, '{}'],
    '"errors"',
  );
  expect(wanted).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 400/);
});

test('an idle connection is closed', async () => {
  const answer = await rawExchange(harness.port, ['GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n']);
  expect(answer).toMatch(/^HTTP\/1.1 204/);
});
