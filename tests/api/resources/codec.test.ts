import { createPayloadCodec } from '../../../common/crypto/codec';
import { listAudit } from '../../../db/queries/audit';
import { HOUR, MINUTE } from '../../../domain/instant';
import { keyringOf } from '../../common/keys';
import { rawExchange } from '../http/support';
import { KEYS, type Caller } from './company';
import { startOffice, UI, type Answer, type Json, type Office } from './support';

let office: Office;
let sealed: RemotePayload;
beforeAll(async () => {
  office = await startOffice();
  sealed = remote(await office.deps.codec.encode([PLAIN]));
});
afterAll(() => office.stop());
beforeEach(() => {
  office.now += MINUTE;
});

interface RemotePayload {
  readonly metadata: Record<string, string>;
  readonly data: string;
}

const PLAIN = { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('{"no":"C-7K2M-94QD"}') };
const OPEN = { metadata: { encoding: base64('json/plain') }, data: base64('{"no":"C-7K2M-94QD"}') };

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function remote(payloads: Awaited<ReturnType<Office['deps']['codec']['encode']>>): RemotePayload {
  const [payload] = payloads;
  const entries = Object.entries(payload?.metadata ?? {});
  return {
    metadata: Object.fromEntries(entries.map(([name, value]) => [name, Buffer.from(value).toString('base64')])),
    data: Buffer.from(payload?.data ?? []).toString('base64'),
  };
}

/** As UI 2.54 asks, with the cookie a browser would send along. */
const fromUi = (cookie: string | null, headers: Record<string, string> = {}, body: object = { payloads: [sealed] }) =>
  office.call(null, 'POST', '/codec/decode?preserveStorageRefs=true', body, {
    'x-namespace': 'default',
    origin: UI,
    ...(cookie === null ? {} : { cookie }),
    ...headers,
  });
const login = (key: string, headers: Record<string, string> = {}) =>
  office.call(null, 'POST', '/codec/login', { key }, headers);
const cookieOf = ({ headers }: Answer): string => (headers.get('set-cookie') ?? '').split(';')[0] ?? '';
const signedIn = async (as: Caller): Promise<string> => cookieOf(await login(KEYS[as]));
const code = ({ status, body }: { status: number; body: Json }) => [status, body.code];

describe('with a key', () => {
  test('there and back', async () => {
    const decoded = await office.call('manager', 'POST', '/codec/decode', { payloads: [sealed, OPEN] });
    expect(decoded).toMatchObject({ status: 200, body: { payloads: [OPEN, OPEN] } });
    const encoded = await office.call('ops', 'POST', '/codec/encode', { payloads: [OPEN] });
    expect(encoded.body.payloads).not.toEqual([OPEN]);
    const again = await office.call('quality', 'POST', '/codec/decode', encoded.body);
    expect(again.body).toEqual({ payloads: [OPEN] });
    expect((await office.call('manager', 'POST', '/codec/decode', { payloads: [] })).body).toEqual({ payloads: [] });
  });

  test('what can’t be decoded is said so, with no word of it', async () => {
    const [other] = await createPayloadCodec(keyringOf('k9')).encode([PLAIN]);
    const foreign = remote(other ? [other] : []);
    const ask = (payload: object) => office.call('manager', 'POST', '/codec/decode', { payloads: [payload] });
    expect(code(await ask(foreign))).toEqual([422, 'codec-key-missing']);
    expect(code(await ask({ ...sealed, data: sealed.data.replace(/^..../, 'AAAA') }))).toEqual([
      422,
      'codec-undecodable',
    ]);
    expect(code(await ask({ ...sealed, data: '*' }))).toEqual([400, 'invalid-request']);
    expect(code(await ask({ ...sealed, more: 1 }))).toEqual([400, 'invalid-request']);
  });
});

describe('the login of a browser', () => {
  test('opens the codec for pages of the Web UI', async () => {
    const answer = await login(KEYS.manager, { origin: office.url, 'sec-fetch-site': 'same-origin' });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('set-cookie')).toMatch(
      /^gj_codec=v1\.k1\.[\w-]+; Max-Age=28800; Path=\/codec; HttpOnly; SameSite=Strict$/,
    );
    const decoded = await fromUi(cookieOf(answer));
    expect(decoded).toMatchObject({ status: 200, body: { payloads: [OPEN] } });
    expect(decoded.headers.get('access-control-allow-origin')).toBe(UI);
    expect(decoded.headers.get('access-control-allow-credentials')).toBe('true');
    expect(decoded.headers.get('vary')).toContain('Origin');
    const [entry] = await listAudit(office.deps.database.db, { projects: '*', limit: 1 });
    expect(entry).toMatchObject({ action: 'codec.login', actor: 's-manager' });
  });

  test('opens nothing else', async () => {
    const cookie = await signedIn('manager');
    expect((await office.call(null, 'GET', '/api/v1/me', undefined, { cookie, origin: UI })).status).toBe(401);
  });

  test.each([
    ['another page', { origin: 'http://evil.example' }],
    ['the same site, another port', { origin: 'http://127.0.0.1:9999' }],
    ['localhost, which is another site', { origin: 'http://localhost:8233' }],
    ['a page without an origin', { origin: 'null' }],
  ])('%s does not read in his name', async (_what, headers) => {
    const answer = await fromUi(await signedIn('manager'), headers);
    expect(code(answer)).toEqual([403, 'origin-not-allowed']);
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('a request that names no origin comes from no page of the Web UI', async () => {
    const cookie = await signedIn('manager');
    const answer = await office.call(null, 'POST', '/codec/decode', { payloads: [] }, { cookie });
    expect(code(answer)).toEqual([403, 'origin-not-allowed']);
  });

  test('ends after eight hours, with the key, and with the role', async () => {
    const cookie = await signedIn('manager');
    office.now += 8 * HOUR - 1;
    expect((await fromUi(cookie)).status).toBe(200);
    office.now += 1;
    expect(code(await fromUi(cookie))).toEqual([401, 'unauthenticated']);
    const label = 'to-be-revoked';
    const made = await office.call('boss', 'POST', '/api/v1/api-keys', { label, role: 'ops', projects: '*' });
    const other = cookieOf(await login(String(made.body.key)));
    expect((await fromUi(other)).status).toBe(200);
    await office.call('boss', 'POST', `/api/v1/api-keys/${String((made.body.apiKey as Json).id)}/revoke`);
    expect(code(await fromUi(other))).toEqual([401, 'key-revoked']);
  });

  test('a made-up cookie, or one sealed for something else, is nobody’s', async () => {
    const { sealer } = office.deps;
    const forged = sealer.seal(JSON.stringify(['k', office.now + HOUR]), 'case/C-7K2M-94QD/x');
    const [name, value = ''] = (await signedIn('manager')).split('=');
    const bent = `${value.slice(0, -2)}AA`;
    for (const cookie of [
      `${name}=x`,
      `${name}=${forged}`,
      `${name}=${bent}`,
      `${name}=`,
      `${name}=${value}; ${name}=x`,
    ]) {
      expect(code(await fromUi(cookie))).toEqual([401, 'unauthenticated']);
    }
  });

  test('a header counts before a cookie', async () => {
    const answer = await fromUi(await signedIn('manager'), { authorization: `Bearer ${KEYS.finance}` });
    expect(code(answer)).toEqual([403, 'role-not-allowed']);
  });

  test.each([
    ['of a role that reads no workflows', KEYS.engineering, {}, 403, 'role-not-allowed'],
    ['that nobody has', `gj_0123456789abcdef_${'A'.repeat(43)}`, {}, 401, 'unauthenticated'],
    ['on a page of another origin', KEYS.manager, { origin: UI }, 403, 'origin-not-allowed'],
    ['on another site', KEYS.manager, { 'sec-fetch-site': 'same-site' }, 403, 'origin-not-allowed'],
  ])('is not given for a key %s', async (_what, key, headers, status, expected) => {
    const answer = await login(key, headers);
    expect(code(answer)).toEqual([status, expected]);
    expect(answer.headers.get('set-cookie')).toBeNull();
  });

  test('is not given over plain HTTP from elsewhere', async () => {
    const body = JSON.stringify({ key: KEYS.manager });
    const head = ['POST /codec/login HTTP/1.1', 'Host: guanjia.example', 'Content-Type: application/json'];
    const answer = await rawExchange(office.port, [
      [...head, `Content-Length: ${body.length}`, 'Connection: close', '', body].join('\r\n'),
    ]);
    expect(answer).toContain('HTTP/1.1 403');
    expect(answer).toContain('https-required');
  });

  test('a form of another site can’t send it', async () => {
    const answer = await fetch(`${office.url}/codec/login`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: JSON.stringify({ key: KEYS.manager }),
    });
    expect(answer.status).toBe(415);
  });

  test('signing out takes the cookie away', async () => {
    const answer = await office.call(null, 'POST', '/codec/logout');
    expect(answer.status).toBe(204);
    expect(answer.headers.get('set-cookie')).toMatch(/^gj_codec=; Max-Age=0; Path=\/codec/);
  });
});

describe('what a browser asks beforehand', () => {
  const preflight = (path: string, origin: string, method = 'POST') =>
    office.call(null, 'OPTIONS', path, undefined, {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': 'content-type,x-namespace',
    });

  test('the Web UI may', async () => {
    const { status, headers } = await preflight('/codec/decode', UI);
    expect(status).toBe(204);
    expect(Object.fromEntries(headers)).toMatchObject({
      'access-control-allow-origin': UI,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': expect.stringContaining('x-namespace'),
      vary: 'Origin',
    });
  });

  test.each([
    ['/codec/decode', 'http://evil.example', 'POST'],
    ['/codec/decode', `${UI}.evil.example`, 'POST'],
    ['/codec/decode', UI, 'DELETE'],
    ['/codec/login', UI, 'POST'],
    ['/codec/logout', UI, 'POST'],
    ['/healthz', UI, 'GET'],
  ])('%s for %s %s is not open', async (path, origin, method) => {
    const { headers } = await preflight(path, origin, method);
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});

test('the page runs nothing but its own script and sends its key nowhere else', async () => {
  const { status, headers, body } = await office.call(null, 'GET', '/codec/login');
  expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  const policy = headers.get('content-security-policy') ?? '';
  expect(policy).toMatch(/default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; connect-src 'self'/);
  expect(policy).toContain("frame-ancestors 'none'");
  const { createHash } = await import('node:crypto');
  const [, script = ''] = /<script>([^]*)<\/script>/.exec(String(body.text)) ?? [];
  expect(policy).toContain(createHash('sha256').update(script).digest('base64'));
  expect(body.text).toContain(`href="${UI}/"`);
});
