import { newApiKey } from '../../../common/crypto/api-key';
import { until } from '../resources/support';
import { problemIn, type Reply } from './wire';
import { startWorld, type World } from './world';

const LIMITS = {
  address: { requests: 200, perSeconds: 600 },
  principal: { requests: 60, perSeconds: 600 },
  guesses: { requests: 5, perSeconds: 600 },
} as const;

let world: World;
/** Shares come free again as time goes by: on a slow machine a flood would get through a little further. */
let stopped: number | null = null;
beforeAll(async () => {
  world = await startWorld({ clock: { now: () => stopped ?? Date.now() }, api: { limits: LIMITS, trustProxy: 1 } });
  stopped = Date.now();
}, 60_000);
afterAll(() => world.stop());

/** Each test comes from addresses of its own, as one proxy in front tells them. */
const ask = (authorization: string | null, from: string, path = '/api/v1/me', forwarded = from): Promise<Reply> =>
  world.wire.send({
    ...{ method: 'GET', path },
    headers: { 'x-forwarded-for': forwarded, ...(authorization === null ? {} : { authorization }) },
  });
const bearer = (as: Parameters<World['keyOf']>[0]): string => `Bearer ${world.keyOf(as)}`;
const guess = (): string => `Bearer ${newApiKey().plain}`;

async function statuses(times: number, one: () => Promise<Reply>): Promise<Record<number, number>> {
  const counts: Record<number, number> = {};
  for (let each = 0; each < times; each += 1) {
    const { status } = await one();
    counts[status] = (counts[status] ?? 0) + 1;
  }
  return counts;
}

describe('a flood', () => {
  test('of one key is cut, and harms no other key, not even from the same address', async () => {
    const flood = await statuses(300, () => ask(bearer('ops'), '10.0.0.1'));
    expect(flood).toEqual({ 200: 60, 429: 240 });
    const refused = await ask(bearer('ops'), '10.0.0.1');
    expect(problemIn(refused)).toMatchObject({ code: 'rate-limited', args: { scope: 'principal' } });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect((await ask(bearer('manager'), '10.0.0.1')).status).toBe(200);
    expect((await ask(bearer('ops'), '10.0.0.2')).status).toBe(429);
  });

  test('of nobody in particular is cut by address', async () => {
    const flood = await statuses(250, () => ask(null, '10.0.1.1', '/healthz'));
    expect(flood).toEqual({ 200: 200, 429: 50 });
    expect(problemIn(await ask(null, '10.0.1.1', '/healthz'))).toMatchObject({ args: { scope: 'address' } });
    expect((await ask(null, '10.0.1.2', '/healthz')).status).toBe(200);
  });

  test('is not hidden by an address that the caller makes up', async () => {
    let n = 0;
    const flood = await statuses(250, () => ask(null, '', '/healthz', `1.2.3.${(n += 1) % 250}, 10.0.2.1`));
    expect(flood).toEqual({ 200: 200, 429: 50 });
  });
});

describe('trying out keys', () => {
  test('is slow from one address, also with the right one in the end', async () => {
    expect(await statuses(50, () => ask(guess(), '10.0.3.1'))).toEqual({ 401: 5, 429: 45 });
    const refused = await ask(bearer('quality'), '10.0.3.1');
    expect(problemIn(refused)).toMatchObject({ code: 'rate-limited', args: { scope: 'address' } });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect((await ask(bearer('quality'), '10.0.3.2')).status).toBe(200);
  });

  test('locks out nobody whose key was right before', async () => {
    expect((await ask(bearer('finance'), '10.0.4.1')).status).toBe(200);
    await statuses(10, () => ask(guess(), '10.0.4.1'));
    expect((await ask(bearer('finance'), '10.0.4.1')).status).toBe(200);
    expect((await ask(guess(), '10.0.4.1')).status).toBe(429);
  });

  test('at the login for a browser is the same', async () => {
    const login = (key: string) =>
      world.wire.send({
        ...{ method: 'POST', path: '/codec/login', body: JSON.stringify({ key }) },
        headers: { 'content-type': 'application/json', 'x-forwarded-for': '10.0.5.1' },
      });
    const counts = await statuses(20, () => login(newApiKey().plain));
    expect(counts).toEqual({ 401: 5, 429: 15 });
    expect((await login(world.keyOf('general_manager'))).status).toBe(429);
    expect((await ask(guess(), '10.0.5.1')).status).toBe(429);
  });
});

describe('streams', () => {
  test('end at twenty for one key, and are free again when they are closed', async () => {
    const controllers = Array.from({ length: 20 }, () => new AbortController());
    const open = (signal?: AbortSignal) =>
      fetch(`${world.product.url}/api/v1/stream`, { headers: { authorization: bearer('security') }, signal });
    const answers = await Promise.all(controllers.map(({ signal }) => open(signal)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const more = await open();
    expect([more.status, more.headers.get('retry-after')]).toEqual([429, '30']);
    await more.body?.cancel();
    for (const controller of controllers) controller.abort();
    await until(() => world.product.api.feed.size === 0);
    const again = await open();
    expect(again.status).toBe(200);
    await again.body?.cancel();
  });
});
