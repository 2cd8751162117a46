import { HOUR, MINUTE, SECOND } from '../../../domain/instant';
import { startIssuer, type Issuer } from '../../support/issuer';
import { rawExchange } from '../http/support';
import { KEYS, LAKE, type Caller } from './company';
import { EventReader } from './sse';
import { startOffice, type Answer, type Office } from './support';

/** Logins that a browser keeps: by a key, and through the company's identity provider. */

let issuer: Issuer;
let office: Office;
beforeAll(async () => {
  issuer = await startIssuer();
  office = await startOffice({ recheckMs: 50 }, { identity: issuer.config });
});
afterAll(async () => {
  await office.stop();
  await issuer.stop();
});
beforeEach(() => {
  office.now += HOUR;
});

const CHROME = 'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130.0 Safari/537.36';
const code = ({ status, body }: Pick<Answer, 'status' | 'body'>) => [status, body.code];
const login = (key: string, headers: Record<string, string> = {}) =>
  office.call(null, 'POST', '/auth/login', { key }, { 'user-agent': CHROME, ...headers });
const cookieOf = ({ headers }: Answer, name = '__Host-guanjia'): string =>
  headers
    .getSetCookie()
    .map((line) => line.split(';')[0] ?? '')
    .find((pair) => pair.startsWith(`${name}=`)) ?? '';

interface Page {
  readonly cookie: string;
  readonly csrf: string;
  readonly id: string;
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}

async function pageOf(as: Caller | { readonly key: string }): Promise<Page> {
  const answer = await login(typeof as === 'string' ? KEYS[as] : as.key);
  expect(answer.status).toBe(200);
  return pageWith(cookieOf(answer), String(answer.body.csrf), String(answer.body.id));
}

const pageWith = (cookie: string, csrf: string, id: string): Page => ({
  ...{ cookie, csrf, id },
  ask: (method, path, body, headers = { 'x-csrf-token': csrf, origin: office.url, 'sec-fetch-site': 'same-origin' }) =>
    office.call(null, method, path, body, { cookie, ...headers }),
});
const me = (page: Page) => page.ask('GET', '/api/v1/me');

describe('a key for a cookie', () => {
  test('logs its holder in', async () => {
    const answer = await login(KEYS.manager);
    expect(answer.headers.get('set-cookie')).toMatch(
      /^__Host-guanjia=[0-9a-f]{16}\.[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    const page = pageWith(cookieOf(answer), String(answer.body.csrf), String(answer.body.id));
    const { status, body } = await me(page);
    expect([status, body.id, body.role]).toEqual([200, 's-manager', 'manager']);
    expect(body.session).toMatchObject({ id: page.id, csrf: page.csrf });
    expect(body.lock).toEqual({ afterSeconds: 600 });
    const bySelf = await office.call('manager', 'GET', '/api/v1/me');
    expect(bySelf.body.session).toBeNull();
  });

  test('nothing of the cookie is stored or logged but a hash', async () => {
    const { cookie } = await pageOf('manager');
    const secret = cookie.split('.')[1] ?? '';
    const rows = await office.deps.database.db.selectFrom('session').selectAll().execute();
    expect(secret).toHaveLength(43);
    expect(JSON.stringify(rows)).not.toContain(secret);
    expect(office.logs.join('')).not.toContain(secret);
  });

  test.each([
    ['an unknown key', () => login(`gj_0123456789abcdef_${'A'.repeat(43)}`), 401, 'unauthenticated'],
    [
      'on a page of another origin',
      () => login(KEYS.manager, { origin: 'https://evil.example' }),
      403,
      'origin-not-allowed',
    ],
    ['on another site', () => login(KEYS.manager, { 'sec-fetch-site': 'cross-site' }), 403, 'origin-not-allowed'],
    ['the key of a machine', () => login(KEYS.system), 403, 'not-a-person'],
  ])('%s: no', async (_what, ask, status, expected) => {
    const answer = await ask();
    expect(code(answer)).toEqual([status, expected]);
    expect(answer.headers.get('set-cookie')).toBeNull();
  });

  test('not over plain HTTP from elsewhere', async () => {
    const body = JSON.stringify({ key: KEYS.manager });
    const head = ['POST /auth/login HTTP/1.1', 'Host: guanjia.example', 'Content-Type: application/json'];
    const answer = await rawExchange(office.port, [
      [...head, `Content-Length: ${body.length}`, 'Connection: close', '', body].join('\r\n'),
    ]);
    expect(answer).toContain('https-required');
  });
});

describe('whoever changes something means it', () => {
  const change = ['PATCH', '/api/v1/households/h-1', { careColour: 'red' }] as const;

  test('with the token of the page, from the page', async () => {
    const page = await pageOf('manager');
    expect((await page.ask(...change)).status).toBe(200);
    expect((await page.ask(...change, { 'x-csrf-token': page.csrf })).status).toBe(200);
    const other = await pageOf('manager');
    const wrong: readonly [Record<string, string>, string][] = [
      [{}, 'csrf-token-wrong'],
      [{ 'x-csrf-token': '' }, 'csrf-token-wrong'],
      [{ 'x-csrf-token': other.csrf }, 'csrf-token-wrong'],
      [{ 'x-csrf-token': page.csrf, origin: 'https://evil.example' }, 'origin-not-allowed'],
      [{ 'x-csrf-token': page.csrf, origin: 'null' }, 'origin-not-allowed'],
      [{ 'x-csrf-token': page.csrf, origin: office.url, 'sec-fetch-site': 'same-site' }, 'origin-not-allowed'],
      [{ 'x-csrf-token': page.csrf, 'sec-fetch-site': 'cross-site' }, 'origin-not-allowed'],
    ];
    for (const [headers, expected] of wrong) {
      expect([headers, ...code(await page.ask(...change, headers))]).toEqual([headers, 403, expected]);
    }
  });

  test('a cookie and a key at once are one too many', async () => {
    const page = await pageOf('manager');
    const headers = { authorization: `Bearer ${KEYS.manager}` };
    expect(code(await page.ask('GET', '/api/v1/me', undefined, headers))).toEqual([400, 'two-logins']);
  });

  test('a cookie that was bent, or is of nobody, is nobody’s', async () => {
    const { cookie, csrf, id } = await pageOf('manager');
    const [name = '', value = ''] = cookie.split('=');
    const bent = [
      `${value.slice(0, -3)}AAA`,
      `${'0'.repeat(16)}.${value.split('.')[1]}`,
      'x',
      id,
      `${value}; ${name}=x`,
    ];
    for (const each of bent) {
      expect(code(await me(pageWith(`${name}=${each}`, csrf, id)))).toEqual([401, 'unauthenticated']);
    }
  });
});

describe('when it ends', () => {
  test('half an hour after the last request', async () => {
    const page = await pageOf('manager');
    for (let index = 0; index < 3; index += 1) {
      office.now += 29 * MINUTE;
      expect((await me(page)).status).toBe(200);
    }
    office.now += 30 * MINUTE;
    expect(code(await me(page))).toEqual([401, 'session-ended']);
  });

  test('after twelve hours, however busy he is', async () => {
    const page = await pageOf('manager');
    const end = office.now + 12 * HOUR;
    while (office.now + 29 * MINUTE < end) {
      office.now += 29 * MINUTE;
      expect((await me(page)).status).toBe(200);
    }
    office.now = end;
    expect(code(await me(page))).toEqual([401, 'session-ended']);
  });

  test('with the key, and when the person leaves', async () => {
    const about = { label: 'desk', role: 'security', projects: [LAKE], staff: 's-security' };
    const made = await office.call('boss', 'POST', '/api/v1/api-keys', about);
    const [page, other] = [await pageOf({ key: String(made.body.key) }), await pageOf('security')];
    await office.call('boss', 'POST', `/api/v1/api-keys/${(made.body.apiKey as { id: string }).id}/revoke`);
    expect(code(await me(page))).toEqual([401, 'key-revoked']);
    expect((await me(other)).status).toBe(200);
    await office.call('boss', 'PATCH', '/api/v1/staff/s-security', { active: false });
    expect(code(await me(other))).toEqual([401, 'unauthenticated']);
    await office.call('boss', 'PATCH', '/api/v1/staff/s-security', { active: true });
  });

  test('by logging out, here or from another device; a stranger ends nothing', async () => {
    const [here, there, stranger] = [await pageOf('quality'), await pageOf('quality'), await pageOf('finance')];
    const list = await here.ask('GET', '/api/v1/me/sessions');
    expect(list.body.items).toMatchObject([
      { role: 'quality', device: 'Chrome, Windows', current: expect.any(Boolean) },
      { role: 'quality', device: 'Chrome, Windows', current: expect.any(Boolean) },
    ]);
    expect(list.body.items?.filter(({ current }) => current).map(({ id }) => id)).toEqual([here.id]);
    expect((await stranger.ask('DELETE', `/api/v1/me/sessions/${there.id}`)).status).toBe(204);
    expect((await me(there)).status).toBe(200);
    expect((await here.ask('DELETE', `/api/v1/me/sessions/${there.id}`)).status).toBe(204);
    expect(code(await me(there))).toEqual([401, 'session-ended']);
    const out = await here.ask('POST', '/auth/logout');
    expect(out.headers.get('set-cookie')).toMatch(/^__Host-guanjia=; Max-Age=0; Path=\/; HttpOnly; Secure/);
    expect(code(await me(here))).toEqual([401, 'session-ended']);
    const audit = await office.call('boss', 'GET', '/api/v1/audit?limit=2');
    expect(audit.body.items?.map(({ action }) => action)).toEqual(['session.end', 'session.end']);
  });

  test('an open stream says bye', async () => {
    const page = await pageOf('engineering');
    const stream = await EventReader.open(office.url, { cookie: page.cookie });
    await stream.next('hello');
    await page.ask('POST', '/auth/logout');
    expect((await stream.next('bye')).data).toEqual({ reason: 'revoked' });
    stream.close();
  });
});

describe('through the identity provider', () => {
  beforeAll(async () => {
    const body = { issuer: issuer.url, subject: 'subject-1' };
    await office.call('boss', 'POST', '/api/v1/staff/s-engineering/identities', body);
  });
  beforeEach(() => {
    issuer.now = office.now;
    Object.assign(issuer, { state: 'up', subject: 'subject-1', idTokenClaims: {} });
  });

  const go = (path: string, cookie = '') =>
    fetch(`${office.url}${path}`, { redirect: 'manual', headers: cookie === '' ? {} : { cookie } });

  /** To the provider and back; `change` bends what the browser brings. */
  async function comeBack(change: { readonly path?: (path: string) => string; readonly cookie?: string } = {}) {
    const sent = await go('/auth/oidc/start?returnTo=/work');
    const cookie = sent.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const atProvider = await fetch(sent.headers.get('location') ?? '', { redirect: 'manual' });
    const back = new URL(atProvider.headers.get('location') ?? '');
    const path = `${back.pathname}${back.search}`;
    const answer = await go((change.path ?? ((same) => same))(path), change.cookie ?? cookie);
    return { answer, path, cookie };
  }
  const refusal = async (answer: Response) => [answer.status, ((await answer.json()) as { code: string }).code];

  test('there and back, and logged in', async () => {
    const { answer } = await comeBack();
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/work']);
    const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const { body } = await office.call(null, 'GET', '/api/v1/me', undefined, { cookie });
    expect(body).toMatchObject({ id: 's-engineering', role: 'engineering' });
    expect((body.key as { id: string }).id).toMatch(/^identity:/);
  });

  test('what it sends along stays here: state, nonce and verifier', async () => {
    const sent = await go('/auth/oidc/start');
    const address = new URL(sent.headers.get('location') ?? '');
    expect(Object.fromEntries(address.searchParams)).toMatchObject({
      ...{ response_type: 'code', scope: 'openid', client_id: issuer.config.browser?.clientId },
      ...{ code_challenge_method: 'S256', redirect_uri: 'http://localhost/auth/oidc/callback' },
    });
    expect(address.searchParams.has('code_verifier')).toBe(false);
    expect(sent.headers.get('set-cookie')).toMatch(
      /^__Host-guanjia-login=[\w-]{43}; Max-Age=600; Path=\/; HttpOnly; Secure/,
    );
  });

  test('a login begun elsewhere, used, bent or too old is refused', async () => {
    const wrong = ['login-refused', 401].reverse();
    expect(await refusal((await comeBack({ cookie: '' })).answer)).toEqual(wrong);
    expect(await refusal((await comeBack({ cookie: '__Host-guanjia-login=another' })).answer)).toEqual(wrong);
    expect(await refusal((await comeBack({ path: (path) => path.replace(/code=[^&]+/, 'code=x') })).answer)).toEqual(
      wrong,
    );
    expect(
      await refusal((await comeBack({ path: (path) => path.replace(/code=[^&]+/, 'error=denied') })).answer),
    ).toEqual(wrong);
    const { path, cookie } = await comeBack();
    expect(await refusal(await go(path, cookie))).toEqual(wrong);
    const old = await go('/auth/oidc/start');
    const state = new URL(old.headers.get('location') ?? '').searchParams.get('state') ?? '';
    office.now += 10 * MINUTE + SECOND;
    const late = await go(`/auth/oidc/callback?code=x&state=${state}`, `__Host-guanjia-login=${state}`);
    expect(await refusal(late)).toEqual(wrong);
  });

  test.each([
    ['another nonce', { nonce: 'x' }],
    ['no nonce', { nonce: undefined }],
    ['another audience', { aud: 'guanjia-api' }],
    ['another issuer', { iss: 'https://evil.example' }],
  ])('an ID token with %s is refused', async (_what, claims) => {
    issuer.idTokenClaims = claims;
    expect(await refusal((await comeBack()).answer)).toEqual([401, 'login-refused']);
  });

  test('somebody whom nobody knows here, and a provider that is away', async () => {
    issuer.subject = 'a stranger';
    expect(await refusal((await comeBack()).answer)).toEqual([401, 'identity-unknown']);
    issuer.state = 'failing';
    office.now += HOUR;
    expect(await refusal(await go('/auth/oidc/start'))).toEqual([503, 'identity-provider-away']);
  });

  test('he is sent to a path of ours only', async () => {
    for (const returnTo of ['//evil.example', 'https://evil.example', '/\\evil', 'work', '/a?b=c']) {
      const sent = await go(`/auth/oidc/start?${new URLSearchParams({ returnTo }).toString()}`);
      expect(await refusal(sent)).toEqual([400, 'invalid-request']);
    }
  });
});
