import { sql } from 'kysely';
import { createAuthenticate, createPrincipals } from '../../../api/authenticate';
import { newApiKey } from '../../../common/crypto/api-key';
import { identifyKey } from '../../../common/crypto/api-key';
import { findKey, insertKey } from '../../../db/queries/keys';
import { MINUTE, SECOND } from '../../../domain/instant';
import { HILL, KEYS, LAKE } from './company';
import { MONDAY, startOffice, until, type Office } from './support';

let office: Office;
beforeAll(async () => {
  office = await startOffice();
});
afterAll(() => office.stop());
beforeEach(() => {
  office.now += MINUTE;
});

const authenticate = (header: string) => createAuthenticate(office.deps)(header, null);
const me = (as: Parameters<Office['call']>[0]) => office.call(as, 'GET', '/api/v1/me');

async function keyFor(key: { readonly staff?: string; readonly role?: 'engineering'; readonly expiresAt?: number }) {
  const { id, hash, plain } = newApiKey();
  const holder = { staff: key.staff ?? null, resident: null, household: null };
  const about = { label: 'test', role: 'engineering' as const, projects: [LAKE, HILL], createdBy: 'test' };
  const at = { createdAt: MONDAY, expiresAt: key.expiresAt ?? null };
  await insertKey(office.deps.database.db, { id, hash, ...holder, ...about, ...at });
  return { id, bearer: `Bearer ${plain}` };
}

describe('who a key stands for', () => {
  test('a member of staff, with his department of now', async () => {
    expect(await authenticate(`Bearer ${KEYS.engineering}`)).toEqual({
      id: 's-engineering',
      kind: 'staff',
      role: 'engineering',
      department: 'engineering',
      projects: [LAKE],
      keyId: identifyKey(KEYS.engineering)?.id,
    });
  });

  test('a resident, with the home he lives in', async () => {
    expect(await authenticate(`bearer  ${KEYS.resident}`)).toMatchObject({
      id: 'r-1',
      kind: 'resident',
      role: 'resident',
      householdId: 'h-1',
    });
  });

  test('a machine', async () => {
    const { id, bearer } = await keyFor({});
    expect(await authenticate(bearer)).toMatchObject({ id: `machine:${id}`, kind: 'machine', projects: [LAKE, HILL] });
  });

  test('somebody who sees every project', async () => {
    expect(await authenticate(`Bearer ${KEYS.boss}`)).toMatchObject({ id: 's-boss', projects: '*' });
  });

  test('a personal key reaches no further than its holder', async () => {
    const { bearer } = await keyFor({ staff: 's-engineering' });
    expect(await authenticate(bearer)).toMatchObject({ projects: [LAKE] });
    const stranger = await keyFor({ staff: 's-hill' });
    expect(await authenticate(stranger.bearer)).toBeNull();
  });
});

describe('who is nobody', () => {
  const [prefix, id] = KEYS.manager.split('_');
  test.each([
    ['another secret', `Bearer ${prefix}_${id}_${'A'.repeat(43)}`],
    ['an unknown id', `Bearer ${prefix}_0123456789abcdef_${'A'.repeat(43)}`],
    ['another shape', 'Bearer gj_1_2'],
    ['another scheme', `Basic ${KEYS.manager}`],
    ['no scheme', KEYS.manager],
    ['two keys', `Bearer ${KEYS.manager} ${KEYS.manager}`],
    ['alg=none', 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJib3NzIn0.'],
  ])('%s', async (_what, header) => {
    expect(await authenticate(header)).toBeNull();
    const { status, body } = await office.call(null, 'GET', '/api/v1/me', undefined, { authorization: header });
    expect({ ...body, instance: '', serverTime: 0, status }).toMatchObject({ status: 401, code: 'unauthenticated' });
  });

  test('made-up ids are not remembered', async () => {
    const kept = office.deps.directory as unknown as { kept: Map<string, unknown> };
    const before = kept.kept.size;
    await authenticate(`Bearer gj_00000000000000ff_${'A'.repeat(43)}`);
    expect(kept.kept.size).toBe(before);
  });
});

describe('when it ends', () => {
  test('run out by the injected clock, to the millisecond', async () => {
    const { bearer } = await keyFor({ expiresAt: office.now + 10 * SECOND });
    office.now += 10 * SECOND - 1;
    expect(await authenticate(bearer)).toMatchObject({ kind: 'machine' });
    office.now += 1;
    expect(await authenticate(bearer)).toBe('key-expired');
    const answer = await office.call(null, 'GET', '/api/v1/me', undefined, { authorization: bearer });
    expect(answer).toMatchObject({ status: 401, body: { code: 'key-expired' } });
  });

  test('only who has the secret is told that it ran out', async () => {
    const { id } = await keyFor({ expiresAt: MONDAY });
    expect(await authenticate(`Bearer gj_${id}_${'A'.repeat(43)}`)).toBeNull();
  });

  test('revoked elsewhere: felt when two seconds have passed', async () => {
    const { id, bearer } = await keyFor({});
    expect(await authenticate(bearer)).toMatchObject({ kind: 'machine' });
    await sql`update api_key set revoked_at = created_at where id = ${id}`.execute(office.deps.database.db);
    office.now += 2 * SECOND;
    expect(await authenticate(bearer)).toBe('key-revoked');
  });

  test('he left, or lost the role', async () => {
    const { bearer } = await keyFor({ staff: 's-engineering' });
    const change = (body: object) => office.call('manager', 'PATCH', '/api/v1/staff/s-engineering', body);
    expect(await authenticate(bearer)).toMatchObject({ id: 's-engineering' });
    expect(await change({ active: false })).toMatchObject({ status: 200 });
    expect(await authenticate(bearer)).toBeNull();
    expect(await change({ active: true, roles: [{ project: LAKE, role: 'security' }] })).toMatchObject({ status: 200 });
    expect(await authenticate(bearer)).toBeNull();
    expect(await change({ roles: [{ project: LAKE, role: 'engineering' }] })).toMatchObject({ status: 200 });
    expect(await authenticate(bearer)).toMatchObject({ id: 's-engineering', projects: [LAKE] });
  });
});

test('last use is noted, at most once a minute, without waiting for it', async () => {
  const id = identifyKey(KEYS.finance)?.id ?? '';
  const lastUse = async () => (await findKey(office.deps.database.db, id))?.lastUsedAt ?? 0;
  await me('finance');
  const first = await until(lastUse);
  office.now += 30 * SECOND;
  await me('finance');
  office.now += MINUTE;
  await me('finance');
  expect(await until(async () => (await lastUse()) > first && lastUse())).toBe(office.now);
});

test('while the database is away, those it knows go on and others are told to come back', async () => {
  expect((await me('manager')).status).toBe(200);
  const principals = createPrincipals(office.deps);
  await office.database('away');
  try {
    office.now += 60 * MINUTE;
    expect(await principals.byKey(KEYS.manager)).toMatchObject({ id: 's-manager' });
    const stranger = await office.call('merchant', 'GET', '/api/v1/me');
    expect(stranger).toMatchObject({ status: 503, body: { code: 'database-unavailable' } });
    expect(stranger.headers.get('retry-after')).toBe('5');
  } finally {
    await office.database('back');
  }
  expect((await office.call('merchant', 'GET', '/api/v1/me')).status).toBe(200);
});

test('no key stands in a log', () => {
  const secrets = Object.values(KEYS).map((plain) => plain.slice(20));
  const lines = office.logs.join('\n');
  expect(lines).toContain('"principalId":"s-manager"');
  expect(secrets.filter((secret) => lines.includes(secret))).toEqual([]);
});
