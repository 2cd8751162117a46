import { sql } from 'kysely';
import { listAudit } from '../../../db/queries/audit';
import { HOUR } from '../../../domain/instant';
import { HILL, LAKE } from './company';
import { startOffice, type Json, type Office } from './support';

let office: Office;
beforeAll(async () => {
  office = await startOffice();
});
afterAll(() => office.stop());

const NEW = { label: 'front-desk-2', role: 'customer_service', projects: [LAKE], staff: 's-customer_service' };
const make = (body: object, as: 'manager' | 'ops' | 'boss' = 'manager') =>
  office.call(as, 'POST', '/api/v1/api-keys', body);
const withKey = (key: unknown, path = '/api/v1/me') =>
  office.call(null, 'GET', path, undefined, { authorization: `Bearer ${String(key)}` });
const idOf = ({ body }: { body: Json }): string => String((body.apiKey as Json).id);

describe('a new key', () => {
  test('is shown once, works at once, and is kept as a hash', async () => {
    const made = await make({ ...NEW, expiresAt: new Date(office.now + HOUR).toISOString() });
    expect(made).toMatchObject({
      status: 201,
      body: {
        key: expect.stringMatching(/^gj_[0-9a-f]{16}_[A-Za-z0-9_-]{43}$/),
        apiKey: {
          ...{ label: 'front-desk-2', role: 'customer_service', staff: 's-customer_service', projects: [LAKE] },
          ...{ createdBy: 's-manager', createdAt: new Date(office.now).toISOString(), revokedAt: null },
          expiresAt: new Date(office.now + HOUR).toISOString(),
        },
      },
    });
    expect((await withKey(made.body.key)).body).toMatchObject({ id: 's-customer_service' });
    const secret = String(made.body.key).slice(20);
    const { rows } = await sql<{ text: string }>`select api_key::text as text from api_key union all
      select audit_log::text from audit_log`.execute(office.deps.database.db);
    expect([...rows.map(({ text }) => text), ...office.logs].filter((text) => text.includes(secret))).toEqual([]);
    const [entry] = await listAudit(office.deps.database.db, { projects: [LAKE], limit: 1 });
    expect(entry).toMatchObject({ action: 'key.create', subject: `api-key/${idOf(made)}`, actor: 's-manager' });
  });

  test('of a machine, and of a resident', async () => {
    const machine = await make({ label: 'lift-alarms', role: 'engineering', projects: [LAKE] }, 'ops');
    expect((await withKey(machine.body.key)).body).toMatchObject({ kind: 'machine', id: `machine:${idOf(machine)}` });
    const resident = { label: 'app', role: 'resident', projects: [LAKE], household: 'h-1', resident: 'r-1' };
    const made = await make(resident);
    expect((await withKey(made.body.key)).body).toMatchObject({ kind: 'resident', id: 'r-1', household: 'h-1' });
    const home = await make({ ...resident, resident: undefined });
    expect((await withKey(home.body.key)).body).toMatchObject({ kind: 'resident', id: 'household:h-1' });
  });

  test.each([
    ['manager', { role: 'general_manager' }, 403, 'beyond-your-authority'],
    ['manager', { role: 'quality' }, 403, 'beyond-your-authority'],
    ['ops', { role: 'manager' }, 403, 'beyond-your-authority'],
    ['manager', { projects: [LAKE, HILL] }, 404, 'not-found'],
    ['manager', { projects: '*' }, 404, 'not-found'],
    ['boss', { projects: [LAKE, 'elsewhere'], staff: undefined }, 404, 'not-found'],
    ['boss', { projects: [LAKE, HILL] }, 422, 'role-not-held'],
    ['boss', { projects: '*' }, 422, 'role-not-held'],
    ['manager', { role: 'finance' }, 422, 'role-not-held'],
    ['manager', { staff: 's-hill' }, 404, 'not-found'],
    ['manager', { staff: 'nobody' }, 404, 'not-found'],
    ['manager', { role: 'resident' }, 400, 'invalid-request'],
    ['manager', { role: 'resident', staff: undefined, household: 'h-hill' }, 404, 'not-found'],
    ['manager', { role: 'resident', staff: undefined, household: 'h-1', resident: 'r-3' }, 404, 'not-found'],
    ['manager', { household: 'h-1' }, 400, 'invalid-request'],
    ['manager', { expiresAt: '2026-11-23T09:00:00+08:00' }, 422, 'instant-not-ahead'],
    ['manager', { expiresAt: '2026-12-23T09:00:00' }, 400, 'invalid-request'],
    ['manager', { role: 'system' }, 400, 'invalid-request'],
    ['manager', { projects: [] }, 400, 'invalid-request'],
    ['manager', { label: '张伟的钥匙' }, 400, 'invalid-request'],
    ['manager', { hash: 'x' }, 400, 'invalid-request'],
  ] as const)('%s with %j: %i %s', async (as, change, status, code) => {
    expect(await make({ ...NEW, ...change }, as)).toMatchObject({ status, body: { code } });
  });
});

describe('the list', () => {
  test('has keys within the caller’s projects and never a hash', async () => {
    const { status, body } = await office.call('manager', 'GET', '/api/v1/api-keys?limit=200');
    expect(status).toBe(200);
    const labels = (body.items ?? []).map(({ label }) => label);
    expect(labels).toContain('quality');
    expect(labels).not.toContain('hill');
    expect(labels).not.toContain('boss');
    expect(body.total).toBe(body.items?.length);
    expect(JSON.stringify(body)).not.toMatch(/hash|[0-9a-f]{64}/);
    const all = await office.call('boss', 'GET', '/api/v1/api-keys?limit=200');
    expect((all.body.items ?? []).map(({ label }) => label)).toEqual(expect.arrayContaining(['hill', 'boss']));
  });

  test('goes on where a page ended', async () => {
    const first = await office.call('boss', 'GET', '/api/v1/api-keys?limit=3');
    const rest = await office.call('boss', 'GET', `/api/v1/api-keys?limit=200&cursor=${String(first.body.next)}`);
    const ids = [first, rest].flatMap(({ body }) => (body.items ?? []).map(({ id }) => id));
    expect(new Set(ids).size).toBe(first.body.total);
    expect(ids).toHaveLength(first.body.total as number);
  });
});

describe('revoking', () => {
  const revoke = (id: string, as: 'manager' | 'ops' | 'boss' = 'manager') =>
    office.call(as, 'POST', `/api/v1/api-keys/${id}/revoke`);

  test('is felt at once here, and the first time counts', async () => {
    const made = await make(NEW);
    expect((await withKey(made.body.key)).status).toBe(200);
    const revoked = await revoke(idOf(made));
    expect(revoked).toMatchObject({ status: 200, body: { revokedAt: new Date(office.now).toISOString() } });
    expect(await withKey(made.body.key)).toMatchObject({ status: 401, body: { code: 'key-revoked' } });
    office.now += HOUR;
    expect((await revoke(idOf(made))).body.revokedAt).toBe(revoked.body.revokedAt);
    const entries = await listAudit(office.deps.database.db, {
      projects: '*',
      subject: `api-key/${idOf(made)}`,
      limit: 5,
    });
    expect(entries.map(({ action }) => action)).toEqual(['key.revoke', 'key.create']);
    const list = await office.call('manager', 'GET', '/api/v1/api-keys?revoked=true');
    expect((list.body.items ?? []).map(({ id }) => id)).toEqual([idOf(made)]);
  });

  test('not of those above, nor of other projects', async () => {
    const ids = new Map(
      ((await office.call('boss', 'GET', '/api/v1/api-keys?limit=200')).body.items ?? []).map((key) => [
        key.label,
        String(key.id),
      ]),
    );
    expect(await revoke(ids.get('manager') ?? '', 'ops')).toMatchObject({ status: 403 });
    expect(await revoke(ids.get('quality') ?? '')).toMatchObject({ status: 403 });
    expect(await revoke(ids.get('hill') ?? '')).toMatchObject({ status: 404 });
    expect(await revoke(ids.get('boss') ?? '')).toMatchObject({ status: 404 });
    expect(await revoke(ids.get('hill') ?? '', 'boss')).toMatchObject({ status: 200 });
  });
});
