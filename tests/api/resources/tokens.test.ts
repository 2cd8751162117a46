import { createHmac } from 'node:crypto';
import { SignJWT } from 'jose';
import { loadConfig } from '../../../common/config';
import { DAY, HOUR, MINUTE, SECOND } from '../../../domain/instant';
import { startIssuer, type Issuer, type SignedAs, type Wanted } from '../../support/issuer';
import { HILL, LAKE } from './company';
import { MONDAY, startOffice, type Answer, type Office } from './support';

/** Tokens of a company's own identity provider, beside API keys. */

let issuer: Issuer;
let office: Office;
let hours = 0;

beforeAll(async () => {
  issuer = await startIssuer();
  office = await startOffice({}, { identity: issuer.config });
  await identify('s-engineering', 'subject-1');
  await identify('s-both', 'subject-2');
});
afterAll(async () => {
  await office.stop();
  await issuer.stop();
});
beforeEach(() => {
  // What was asked of the provider, or is known of people, is asked anew.
  office.now = MONDAY + (hours += 1) * HOUR;
  issuer.now = office.now;
  issuer.state = 'up';
});

const identify = (staff: string, subject: string, as: 'boss' | 'manager' = 'boss') =>
  office.call(as, 'POST', `/api/v1/staff/${staff}/identities`, { issuer: issuer.url, subject });
const withToken = (token: string, headers: Record<string, string> = {}): Promise<Answer> =>
  office.call(null, 'GET', '/api/v1/me', undefined, { authorization: `Bearer ${token}`, ...headers });
const me = async (claims: Wanted = {}, signed: SignedAs = {}, headers: Record<string, string> = {}) =>
  withToken(await issuer.token(claims, signed), headers);
const outcome = ({ status, body }: Answer) => [status, body.code ?? 'in'];
/** Seconds, from now. */
const at = (millis: number): number => Math.floor((office.now + millis) / 1000);

describe('who a token stands for', () => {
  test.each(['RS256', 'ES256', 'EdDSA'] as const)('the member of staff, signed by %s', async (algorithm) => {
    const answer = await me({}, { algorithm });
    expect(answer).toMatchObject({
      status: 200,
      body: { id: 's-engineering', kind: 'staff', role: 'engineering', department: 'engineering' },
    });
    expect(answer.body.projects).toMatchObject([{ id: LAKE }]);
    expect(String((answer.body.key as { id: string }).id)).toMatch(/^identity:[0-9a-f]{32}$/);
  });

  test('in all projects where he has the role', async () => {
    const answer = await me({ sub: 'subject-2' });
    expect(answer.body.projects).toMatchObject([{ id: HILL }, { id: LAKE }]);
  });

  test('what he does is written down under his own name', async () => {
    await identify('s-manager', 'subject-3');
    const token = await issuer.token({ sub: 'subject-3' });
    const headers = { authorization: `Bearer ${token}` };
    expect((await office.call(null, 'PATCH', '/api/v1/households/h-1', { careColour: 'red' }, headers)).status).toBe(
      200,
    );
    const audit = await office.call('general_manager', 'GET', '/api/v1/audit?limit=1');
    expect(audit.body.items?.[0]).toMatchObject({ actor: 's-manager', role: 'manager', action: 'household.colour' });
  });

  test('who holds several roles says in which he comes: the header before the claim, never one he does not hold', async () => {
    const roles = ['engineering', 'customer_service'].map((role) => ({ project: LAKE, role }));
    const changed = await office.call('manager', 'PATCH', '/api/v1/staff/s-engineering', { roles });
    expect(changed.status).toBe(200);
    const unclear = await me();
    expect(outcome(unclear)).toEqual([403, 'role-unclear']);
    expect(unclear.body.args).toEqual({ held: ['customer_service', 'engineering'] });
    const claim = { guanjia_role: 'engineering' };
    expect((await me(claim)).body.role).toBe('engineering');
    expect((await me(claim, {}, { 'guanjia-role': 'customer_service' })).body.role).toBe('customer_service');
    for (const role of ['general_manager', 'system', '', 'nonsense']) {
      expect(outcome(await me({ guanjia_role: role }))).toEqual([403, 'role-unclear']);
    }
    await office.call('manager', 'PATCH', '/api/v1/staff/s-engineering', { roles: [roles[0]] });
    expect((await me()).body.role).toBe('engineering');
  });

  test('a key is for one role; another is not taken for it', async () => {
    const [right, wrong] = [
      await office.call('engineering', 'GET', '/api/v1/me', undefined, { 'guanjia-role': 'engineering' }),
      await office.call('engineering', 'GET', '/api/v1/me', undefined, { 'guanjia-role': 'manager' }),
    ];
    expect([outcome(right), outcome(wrong)]).toEqual([
      [200, 'in'],
      [403, 'role-unclear'],
    ]);
  });
});

describe('who is nobody', () => {
  const WRONG: Readonly<Record<string, [Wanted, string, SignedAs?]>> = {
    'it ran out': [{ iat: -400, exp: -6 }, 'token-expired'],
    'it is older than 15 minutes, whatever its end': [{ iat: -906, exp: 3600 }, 'token-expired'],
    'it is of tomorrow': [{ iat: 60, exp: 300 }, 'unauthenticated'],
    'it is not valid yet': [{ iat: 0, exp: 300, nbf: 60 }, 'unauthenticated'],
    'of another issuer': [{ iss: 'https://evil.example' }, 'unauthenticated'],
    'of an issuer with a slash more': [{ iss: 'slash' }, 'unauthenticated'],
    'for another audience': [{ aud: 'another-api' }, 'unauthenticated'],
    'for the browser login': [{ aud: 'guanjia-console' }, 'unauthenticated'],
    'without audience': [{ aud: undefined }, 'unauthenticated'],
    'without subject': [{ sub: undefined }, 'unauthenticated'],
    'with an empty subject': [{ sub: '' }, 'unauthenticated'],
    'without end': [{ exp: undefined }, 'unauthenticated'],
    'without beginning': [{ iat: undefined }, 'unauthenticated'],
    'of a subject that nobody here is': [{ sub: 'somebody else' }, 'identity-unknown'],
    'signed with a key that is not published, under a name that is': [{}, 'unauthenticated', { unpublished: true }],
  };

  test.each(Object.entries(WRONG))('%s', async (_what, [claims, code, signed]) => {
    const times = ['iat', 'exp', 'nbf'];
    const real = Object.fromEntries(
      Object.entries(claims).map(([name, value]) => [
        name,
        times.includes(name) && typeof value === 'number' ? at(value * SECOND) : value,
      ]),
    );
    if (real.iss === 'slash') real.iss = `${issuer.url}/`;
    expect(outcome(await me(real, signed))).toEqual([401, code]);
  });

  test('within five seconds the clocks may differ', async () => {
    expect((await me({ iat: at(4 * SECOND), exp: at(MINUTE) })).status).toBe(200);
    expect((await me({ iat: at(-MINUTE), exp: at(-4 * SECOND) })).status).toBe(200);
  });

  test('signed by nobody, by a shared secret, or bent', async () => {
    const good = await issuer.token();
    const [header = '', payload = '', signature = ''] = good.split('.');
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const hs = `${part({ alg: 'HS256', kid: 'a-RS256' })}.${payload}`;
    const byPublicKey = createHmac('sha256', issuer.publicPem()).update(hs).digest('base64url');
    const claims = { ...(JSON.parse(Buffer.from(payload, 'base64url').toString()) as object), sub: 'subject-2' };
    const embedded = await new SignJWT({}).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode('x'));
    const forged = {
      'alg none': `${part({ alg: 'none' })}.${payload}.`,
      'alg None': `${part({ alg: 'None' })}.${payload}.`,
      'HS256 with the public key': `${hs}.${byPublicKey}`,
      'HS256 with any key': embedded,
      'another algorithm': `${part({ alg: 'PS256', kid: 'a-RS256' })}.${payload}.${signature}`,
      'the name of a key that is not there': `${part({ alg: 'RS256', kid: 'z' })}.${payload}.${signature}`,
      'claims of somebody else': `${header}.${part(claims)}.${signature}`,
      'no signature': `${header}.${payload}.`,
      'a critical extension': `${part({ alg: 'RS256', kid: 'a-RS256', crit: ['b64'], b64: false })}.${payload}.${signature}`,
      'no JSON': `${header}.x.${signature}`,
      'four parts': `${good}.x`,
    };
    for (const [what, token] of Object.entries(forged)) {
      expect([what, ...outcome(await withToken(token))]).toEqual([what, 401, 'unauthenticated']);
    }
    expect((await withToken(good)).status).toBe(200);
  });

  test('a token where no identity provider is configured', async () => {
    const plain = await startOffice();
    try {
      const headers = { authorization: `Bearer ${await issuer.token()}` };
      expect(outcome(await plain.call(null, 'GET', '/api/v1/me', undefined, headers))).toEqual([
        401,
        'unauthenticated',
      ]);
    } finally {
      await plain.stop();
    }
  });
});

describe('keys of the provider', () => {
  test('are asked for once, and anew after ten minutes', async () => {
    await me();
    const before = issuer.asked();
    await Promise.all([me(), me(), me()]);
    expect(issuer.asked()).toBe(before);
    issuer.now = office.now += 10 * MINUTE;
    await Promise.all([me(), me(), me()]);
    expect(issuer.asked()).toBe(before + 1);
  });

  test('a new one is found; made-up names are asked for once in half a minute', async () => {
    await me();
    issuer.now = office.now += MINUTE;
    await issuer.rotate();
    expect((await me()).status).toBe(200);
    const before = issuer.asked();
    const [, payload = '', signature = ''] = (await issuer.token()).split('.');
    for (let i = 0; i < 5; i += 1) {
      const header = Buffer.from(JSON.stringify({ alg: 'RS256', kid: `made-up-${i}` })).toString('base64url');
      expect((await withToken(`${header}.${payload}.${signature}`)).status).toBe(401);
    }
    expect(issuer.asked()).toBe(before);
  });

  test('known ones go on for a day while it is away; then, and before any is known, 503', async () => {
    await me();
    const token = async () => {
      issuer.now = office.now;
      return me();
    };
    issuer.state = 'failing';
    office.now += HOUR;
    expect((await token()).status).toBe(200);
    office.now += DAY;
    const away = await token();
    expect(outcome(away)).toEqual([503, 'identity-provider-away']);
    expect(away.headers.get('retry-after')).toBe('5');
    expect((await office.call('manager', 'GET', '/api/v1/me')).status).toBe(200);
    issuer.state = 'up';
    office.now += 5 * SECOND;
    expect((await token()).status).toBe(200);
    hours += 26;
  });
});

describe('whom somebody is here', () => {
  test('is said by those above him, and kept without his name at the provider', async () => {
    const added = await identify('s-security', 'zhang.wei@example.com', 'manager');
    expect(added.status).toBe(200);
    expect(JSON.stringify(added.body)).not.toContain('zhang.wei');
    const again = await identify('s-security', 'zhang.wei@example.com');
    expect(again.body).toEqual(added.body);
    expect(outcome(await identify('s-finance', 'zhang.wei@example.com'))).toEqual([409, 'conflict']);
    expect(outcome(await identify('s-general_manager', 'me', 'manager'))).toEqual([403, 'beyond-your-authority']);
    expect(outcome(await identify('s-hill', 'me', 'manager'))).toEqual([404, 'not-found']);
    const list = await office.call('manager', 'GET', '/api/v1/staff/s-security/identities');
    expect(list.body.items).toEqual([added.body]);
    expect(office.logs.join('\n')).not.toContain('zhang.wei');
  });

  test('ends at once when it is taken away, or he leaves', async () => {
    const { body } = await identify('s-security', 'leaving');
    expect((await me({ sub: 'leaving' })).status).toBe(200);
    const removed = await office.call('manager', 'DELETE', `/api/v1/staff/s-security/identities/${String(body.id)}`);
    expect(removed.status).toBe(204);
    expect(outcome(await me({ sub: 'leaving' }))).toEqual([401, 'identity-unknown']);
    await identify('s-security', 'leaving');
    await office.call('manager', 'PATCH', '/api/v1/staff/s-security', { active: false });
    expect(outcome(await me({ sub: 'leaving' }))).toEqual([401, 'unauthenticated']);
    await office.call('manager', 'PATCH', '/api/v1/staff/s-security', { active: true });
  });
});

test('no token stands in a log', () => {
  expect(office.logs.join('\n')).not.toMatch(/eyJ[\w-]{10,}/);
});

test('the configuration takes public keys over HTTPS only', () => {
  const env = {
    ...{ DATABASE_URL: 'postgresql://nobody@127.0.0.1/none', TEMPORAL_ADDRESS: '127.0.0.1:1' },
    ...{ GUANJIA_CODEC_KEYS: 'k', GUANJIA_VAULT_KEYS: 'k', GUANJIA_INDEX_KEY: 'k' },
    ...{ GUANJIA_IDENTITY_ISSUER: 'https://login.example', GUANJIA_IDENTITY_AUDIENCE: 'guanjia' },
    GUANJIA_IDENTITY_JWKS_URL: 'https://login.example/jwks',
  };
  expect(loadConfig({ ...env, GUANJIA_IDENTITY_ISSUER: '' }).identity).toBeNull();
  expect(loadConfig(env).identity).toEqual({
    ...{ issuer: 'https://login.example', audience: 'guanjia', jwksUrl: 'https://login.example/jwks' },
    ...{ algorithms: ['RS256'], browser: null },
  });
  for (const wrong of [
    { GUANJIA_IDENTITY_AUDIENCE: '' },
    { GUANJIA_IDENTITY_JWKS_URL: 'http://login.example/jwks' },
    { GUANJIA_IDENTITY_ALGORITHMS: 'RS256,HS256' },
    { GUANJIA_IDENTITY_ALGORITHMS: 'none' },
    { GUANJIA_OIDC_CLIENT_ID: 'console', GUANJIA_PUBLIC_URL: '' },
    { GUANJIA_OIDC_CLIENT_ID: 'console', GUANJIA_PUBLIC_URL: 'http://guanjia.example' },
  ]) {
    expect(() => loadConfig({ ...env, ...wrong })).toThrow(Object.keys(wrong).at(-1));
  }
});
