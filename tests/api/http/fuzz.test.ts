import { Agent, request } from 'node:http';

import fc from 'fast-check';

import { startHarness, type Harness } from './support';

let harness: Harness;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(async () => {
  agent.destroy();
  await harness.stop();
});

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** node:http sends what fetch would mend. */
function send(method: string, path: string, body?: Buffer, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = {
      agent,
      port: harness.port,
      method,
      path,
      headers: { authorization: 'Bearer manager', ...headers },
    };
    const outgoing = request(options, (res) => {
      let text = '';
      res.setEncoding('utf8').on('data', (part: string) => (text += part));
      res.on('end', () =>
        resolve({ status: res.statusCode ?? 0, type: res.headers['content-type'] ?? '', body: text }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Done as asked, or refused in the one form refusals have. */
function expectSane({ status, type, body }: Answer): void {
  expect(status).toBeLessThan(500);
  if (status < 300) return;
  expect(type).toBe('application/problem+json');
  expect(JSON.parse(body)).toMatchObject({
    status,
    code: expect.stringMatching(/^[a-z-]+$/),
    instance: expect.any(String),
  });
  expect(body).not.toMatch(/node_modules|\.ts:|<html/i);
}

const JSON_TYPE = { 'content-type': 'application/json' };
const RUNS = { numRuns: 150 };

test('any bytes as a body', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
      expectSane(await send('POST', '/api/v1/things', Buffer.from(bytes), JSON_TYPE));
    }),
    RUNS,
  );
});

test('any JSON as a body, and near misses of a good one', async () => {
  const field = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.string({ unit: 'binary' }));
  const nearMiss = fc.record(
    { projectId: fc.constant('p1'), colour: field, size: field, note: field, at: field, parts: field },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.jsonValue({ maxDepth: 8 }), nearMiss), async (value) => {
      expectSane(await send('POST', '/api/v1/things', Buffer.from(JSON.stringify(value)), JSON_TYPE));
    }),
    RUNS,
  );
});

const targetText = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'%&=+?#;/\\.azAZ09[]{}:@!$\'"<>^`|~-_'), maxLength: 30 }),
  fc.string({ unit: 'grapheme', maxLength: 10 }).map((text) => encodeURIComponent(text)),
  fc.constantFrom('__proto__', 'constructor', '%00', '%c0%80', '%ud800', '..%2f..', '%F0%9F', "';drop table x--"),
);

test('any query', async () => {
  const name = fc.oneof(targetText, fc.constantFrom('limit', 'cursor', 'colours', 'dryRun', 'projectId'));
  const query = fc
    .array(fc.tuple(name, targetText), { maxLength: 4 })
    .map((pairs) => pairs.map((pair) => pair.join('=')).join('&'));
  await fc.assert(
    fc.asyncProperty(query, async (text) => {
      expectSane(await send('GET', `/api/v1/things?${text.replaceAll(/[^\x21-\x7e]/g, '')}`));
    }),
    RUNS,
  );
});

test('any path, method and header', async () => {
  const path = fc
    .constantFrom('/', '/api/v1/things/', '/docs/', '/api/v1/')
    .chain((start) => targetText.map((end) => start + end));
  const method = fc.constantFrom('GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND', 'M-SEARCH');
  const value = fc.string({ unit: fc.constantFrom(...'"W/*,; 12ab\té'), maxLength: 20 });
  const header = fc.constantFrom(
    'if-match',
    'idempotency-key',
    'x-request-id',
    'last-event-id',
    'content-encoding',
    'accept',
    'x-forwarded-for',
    'cookie',
  );
  await fc.assert(
    fc.asyncProperty(method, path, header, value, async (verb, target, name, text) => {
      expectSane(await send(verb, target.replaceAll(/[^\x21-\x7e]/g, ''), undefined, { [name]: text }));
      expectSane(await send('POST', '/api/v1/things/t1/paint', undefined, { [name]: text, 'content-length': '0' }));
    }),
    RUNS,
  );
});
