import fc from 'fast-check';
import { verifyAudit } from '../../../db/queries/audit';
import { CHARACTER } from '../../support/characters';
import { readDescription, type Description, type Operation, type Parameter } from './document';
import { COMMAND_NAMES } from './matrix';
import { Fuzzer, nastyText, nastyValue } from './nasty';
import { aimsAt, COMMAND_BODIES, type Shot } from './shots';
import { problemIn, type Reply, type Sent } from './wire';
import { startWorld, type World } from './world';

/** Of every route, and how many routes at a time. */
const RUNS = 25;
const AT_ONCE = 6;
const SEED = 20261126;

const errors: string[] = [];
let world: World;
let description: Description;
let fuzzer: Fuzzer;
beforeAll(async () => {
  const keep = (line: string): void => {
    const { level, msg } = JSON.parse(line) as { readonly level: number; readonly msg?: string };
    if (level >= 50) errors.push(`${msg ?? ''} ${line}`);
  };
  world = await startWorld({ logTo: { write: keep } });
  description = await readDescription(world.product.url);
  fuzzer = new Fuzzer(description.schemas);
}, 60_000);
afterAll(() => world.stop());

/** Answered by a server that is away, which none is here. */
const SERVER_ERROR = 500;

/** Done as the document says, or refused in the one form refusals have, with a code that the document names. */
function expectSane(operation: Operation, reply: Reply): void {
  const { status, headers, text } = reply;
  expect([operation.name, status < SERVER_ERROR, text.slice(0, 500)]).toEqual([
    operation.name,
    true,
    text.slice(0, 500),
  ]);
  if (headers['content-type'] === 'application/problem+json') {
    const { code } = problemIn(reply);
    expect(operation.problems).toContain(code);
    expect(text).not.toMatch(/node_modules|\.[jt]s:\d|<html|\bat \w+ \(/i);
    return;
  }
  expect(operation.statuses).toContain(status);
  expect(status).toBeLessThan(400);
}

const HEADERS = ['if-match', 'idempotency-key', 'last-event-id', 'x-request-id', 'accept', 'x-forwarded-for', 'cookie'];
const ODD = fc.oneof(
  fc.constantFrom('*', '"1"', 'W/"1"', '"', '"1","2"', '-1', '0', 'null', '\t', '"\u00ff"', `"${'9'.repeat(400)}"`),
  fc.string({ unit: fc.constantFrom(...'"W/*,; 12ab\té:-'), maxLength: 30 }),
);

/** Half a surrogate pair has no UTF-8: a client that sends one anyway sends a replacement character. */
const encoded = (text: string): string => encodeURIComponent(Buffer.from(text).toString());

/** The ids of a valid request nine times in ten, so that most get to the case; else whatever. */
function pathOf(operation: Operation, shot: Shot): fc.Arbitrary<string> {
  const names = [...operation.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
  const value = (name: string): fc.Arbitrary<string> =>
    fc.oneof({ arbitrary: fc.constant(shot.path?.[name] ?? ''), weight: 9 }, nastyText);
  return fc
    .record(Object.fromEntries(names.map((name) => [name, value(name)])))
    .map((values) => operation.path.replace(/\{(\w+)\}/g, (_all, name: string) => encoded(values[name] || 'x')));
}

function queryOf(parameters: readonly Parameter[]): fc.Arbitrary<string> {
  const known = parameters.map((parameter) =>
    fuzzer.parameter(parameter).map((text) => (text === null ? [] : [[parameter.name, text] as const])),
  );
  const more = fc.array(fc.tuple(nastyText, nastyText), { maxLength: 1 });
  const odd = fc.oneof({ arbitrary: fc.constant([]), weight: 5 }, more);
  return fc.tuple(odd, ...known).map((parts) => {
    const pairs = (parts as (readonly (readonly [string, string])[])[]).flat();
    return pairs.map(([name, text]) => [name, text].map((each) => encoded(each)).join('=')).join('&');
  });
}

function bodyOf(operation: Operation, shot: Shot): fc.Arbitrary<string | Buffer | undefined> {
  if (operation.upload !== null) return fc.oneof(fc.constant(shot.file), fc.string({ unit: CHARACTER, maxLength: 60 }));
  if (operation.body === null)
    return fc.oneof<fc.WeightedArbitrary<string | undefined>[]>(
      { arbitrary: fc.constant(undefined), weight: 9 },
      { arbitrary: fc.constant('{}'), weight: 1 },
    );
  const valid = (shot.body ?? {}) as Readonly<Record<string, unknown>>;
  const oneOff = fc
    .tuple(fc.constantFrom('', ...Object.keys(valid)), nastyValue)
    .map(([name, value]) => (name === '' ? valid : { ...valid, [name]: value }));
  const bytes = fc.string({ unit: CHARACTER, maxLength: 60 });
  return fc.oneof(
    { arbitrary: oneOff.map((value) => JSON.stringify(value)), weight: 6 },
    { arbitrary: fuzzer.of(operation.body).map((value) => JSON.stringify(value)), weight: 8 },
    { arbitrary: nastyValue.map((value) => JSON.stringify(value)), weight: 1 },
    bytes,
  );
}

/** Everything about one request, at a case of its own. */
function requestTo(operation: Operation, shot: Shot): fc.Arbitrary<Sent> {
  const query = operation.parameters.filter((parameter) => parameter.in === 'query');
  const headers = fc.dictionary(fc.constantFrom(...HEADERS), ODD, { maxKeys: 2 });
  const mayHaveHeaders = fc.oneof({ arbitrary: fc.constant({}), weight: 3 }, headers);
  return fc
    .record({
      path: pathOf(operation, shot),
      query: queryOf(query),
      body: bodyOf(operation, shot),
      headers: mayHaveHeaders,
    })
    .map((parts) => ({
      method: operation.method,
      path: parts.query === '' ? parts.path : `${parts.path}?${parts.query}`,
      body: parts.body === undefined ? undefined : Buffer.from(parts.body),
      headers: {
        authorization: `Bearer ${world.keyOf('general_manager')}`,
        ...(parts.body === undefined
          ? { 'content-length': 0 }
          : { 'content-type': operation.upload ?? 'application/json' }),
        ...Object.fromEntries(Object.entries(parts.headers).map(([name, text]) => [name, text.trim()])),
      },
    }));
}

/** Properties of many routes at a time; each prints its seed and the smallest request that breaks it. */
async function fuzz(
  operations: readonly Operation[],
  property: (operation: Operation) => Promise<void>,
): Promise<void> {
  const waiting = [...operations];
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      await property(next).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join('\n\n'));
}

test('every body, query and header of every route', async () => {
  let sent = 0;
  let done = 0;
  await fuzz(description.operations, async (operation) => {
    const isOfCase = operation.path.startsWith('/api/v1/cases/');
    // Not the clerk: whoever starts the cases must not lose his roles.
    const ids = { ...world.own, staff: 's-finance', ...(isOfCase ? { no: await world.newCase() } : {}) };
    for (const aim of aimsAt(operation).slice(0, 1)) {
      const property = fc.asyncProperty(requestTo(operation, aim.shot(ids)), async (request) => {
        const reply = await world.wire.send(request);
        sent += 1;
        if (reply.status < 300) done += 1;
        expectSane(operation, reply);
      });
      await fc.assert(property, { numRuns: RUNS, seed: SEED });
    }
  });
  console.info(`seed ${SEED}: ${sent} requests to ${description.operations.length} routes, ${done} done as asked`);
  expect(sent).toBeGreaterThanOrEqual(description.operations.length * RUNS);
  expect(done).toBeGreaterThan(sent / 10);
}, 240_000);

test('commands in lists', async () => {
  const bulk = description.operations.find(({ id }) => id === 'runCommands') as Operation;
  const no = await world.newCase();
  const item = fc.tuple(fc.constantFrom(...COMMAND_NAMES), nastyText, nastyValue).map(([command, name, value]) => {
    const valid = COMMAND_BODIES[command]?.(world.own) as object;
    return { no, command, body: { ...valid, [Object.keys(valid)[0] ?? name]: value } };
  });
  const property = fc.asyncProperty(fc.array(item, { minLength: 1, maxLength: 5 }), async (items) => {
    const headers = { authorization: `Bearer ${world.keyOf('manager')}`, 'content-type': 'application/json' };
    expectSane(
      bulk,
      await world.wire.send({ method: 'POST', path: bulk.path, headers, body: JSON.stringify({ items }) }),
    );
  });
  await fc.assert(property, { numRuns: RUNS, seed: SEED });
}, 60_000);

test('any path and method', async () => {
  const text = fc.string({ unit: fc.constantFrom(...'%&=+?#;/\\.azAZ09[]{}:@!$\'"<>^`|~-_'), maxLength: 30 });
  const start = fc.constantFrom('/', '/api/v1/cases/', '/docs/', '/api/v1/', '/codec/');
  const method = fc.constantFrom('GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND', 'M-SEARCH', 'HEAD');
  const property = fc.asyncProperty(method, start, text, async (verb, from, end) => {
    const headers = { authorization: `Bearer ${world.keyOf('resident')}`, 'content-length': 0 };
    const reply = await world.wire.send({ method: verb, path: (from + end).replaceAll(/[^\x21-\x7e]/g, ''), headers });
    expect(reply.status).toBeLessThan(SERVER_ERROR);
    if (reply.status >= 400 && verb !== 'HEAD') problemIn(reply);
  });
  await fc.assert(property, { numRuns: 200, seed: SEED });
});

describe('after all this', () => {
  test('nothing unexpected was logged', () => {
    expect(errors).toEqual([]);
  });

  test('the product works as before, and the audit log is whole', async () => {
    const no = await world.newCase();
    const noted = await world.product.call('manager', 'POST', `/api/v1/cases/${no}/note`, { text: '一切正常' });
    expect([noted.status, noted.body.projection]).toEqual([200, 'written']);
    expect((await world.product.call('manager', 'GET', '/readyz')).status).toBe(200);
    expect(await verifyAudit(world.product.deps.database.db)).toMatchObject({ intact: true });
  });

  test('no workflow task of any case has failed, and no case has ended by itself', async () => {
    const { deps } = world.product;
    const cases = await deps.database.db.selectFrom('case').select('no').execute();
    const failed: string[] = [];
    for (const { no } of cases) {
      for (const { workflowTaskFailedEventAttributes: attributes } of (await deps.engine.history(no))?.events ?? []) {
        if (attributes) failed.push(`${no}: ${attributes.failure?.message ?? String(attributes.cause)}`);
      }
    }
    expect(failed).toEqual([]);
    expect(cases.length).toBeGreaterThan(40);
  });
});
