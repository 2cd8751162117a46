import { listAudit } from '../../../db/queries/audit';
import { listStaff } from '../../../db/queries/directory';
import { HILL, LAKE, PLANTED } from './company';
import { startOffice, UI, type Json, type Office } from './support';

let office: Office;
beforeAll(async () => {
  office = await startOffice();
});
afterAll(() => office.stop());

const audit = (subject: string) => listAudit(office.deps.database.db, { projects: '*', subject, limit: 10 });

describe('me', () => {
  test('a manager: name, projects with their zones, where the Web UI is', async () => {
    const { status, body } = await office.call('manager', 'GET', '/api/v1/me');
    expect(status).toBe(200);
    expect(body).toEqual({
      id: 's-manager',
      kind: 'staff',
      // A machine's key has no session; a desk locks itself after ten minutes (console.md section 7).
      session: null,
      lock: { afterSeconds: 600 },
      name: `${PLANTED.staff}manager`,
      role: 'manager',
      roles: [{ project: LAKE, role: 'manager' }],
      department: null,
      allProjects: false,
      projects: [{ id: LAKE, name: '湖畔花园', zone: 'Asia/Shanghai' }],
      household: null,
      key: { id: expect.stringMatching(/^[0-9a-f]{16}$/) },
      temporalUiUrl: `${UI}/`,
      version: '1.2.3',
      serverTime: office.now,
    });
  });

  test('those who read no workflows are not told where they are', async () => {
    const { body } = await office.call('customer_service', 'GET', '/api/v1/me');
    expect(body.temporalUiUrl).toBeNull();
  });

  test('a resident: his home', async () => {
    const { body } = await office.call('resident', 'GET', '/api/v1/me');
    expect(body).toMatchObject({ id: 'r-1', kind: 'resident', name: null, household: 'h-1' });
  });

  test('who sees all sees those to come as well', async () => {
    const { body } = await office.call('boss', 'GET', '/api/v1/me');
    expect(body.allProjects).toBe(true);
    expect((body.projects as Json[]).map(({ id }) => id)).toEqual([HILL, LAKE]);
  });
});

describe('projects', () => {
  test('his own, with departments', async () => {
    const departments = [
      { id: 'customer_service', name: '部门 customer_service' },
      { id: 'engineering', name: '部门 engineering' },
    ];
    const lake = { id: LAKE, name: '湖畔花园', zone: 'Asia/Shanghai', departments };
    const list = await office.call('engineering', 'GET', '/api/v1/projects');
    expect(list.body).toEqual({ items: [lake], total: 1, asOf: new Date(office.now).toISOString() });
    expect((await office.call('engineering', 'GET', `/api/v1/projects/${LAKE}`)).body).toEqual(lake);
    expect((await office.call('boss', 'GET', '/api/v1/projects/elsewhere')).status).toBe(404);
  });
});

describe('staff', () => {
  const ids = (body: Json) => (body.items ?? []).map(({ id }) => id);

  test('colleagues by role and department, with names and only the roles that are his to see', async () => {
    const { body } = await office.call('security', 'GET', '/api/v1/staff?role=engineering&department=engineering');
    expect(body.items).toEqual([
      {
        ...{ id: 's-both', name: '两处', department: 'engineering', active: true },
        roles: [{ project: LAKE, role: 'engineering' }],
      },
      {
        ...{ id: 's-engineering', name: `${PLANTED.staff}engineering`, department: 'engineering', active: true },
        roles: [{ project: LAKE, role: 'engineering' }],
      },
    ]);
    expect(body.total).toBe(2);
  });

  test('pages fit together', async () => {
    const seen: unknown[] = [];
    let path: string | null = '/api/v1/staff?limit=5';
    let total = 0;
    while (path) {
      const { body }: { body: Json } = await office.call('manager', 'GET', path);
      seen.push(...ids(body));
      total = body.total as number;
      path = typeof body.next === 'string' ? `/api/v1/staff?limit=5&cursor=${body.next}` : null;
    }
    expect(seen).toEqual([...new Set(seen)].sort());
    expect(seen).toHaveLength(total);
    expect(seen).toContain('s-boss');
    expect(seen).not.toContain('s-hill');
    const other = await office.call('manager', 'GET', '/api/v1/staff?limit=1');
    const wrong = await office.call('manager', 'GET', `/api/v1/staff?active=true&cursor=${String(other.body.next)}`);
    expect(wrong).toMatchObject({ status: 400, body: { code: 'invalid-cursor' } });
  });

  const NEW = { name: '  新同事 ', department: 'engineering', roles: [{ project: LAKE, role: 'engineering' }] };

  test('is taken on once, however often it is asked', async () => {
    const ask = (body: object, key = 'take-on-1') =>
      office.call('manager', 'POST', '/api/v1/staff', body, { 'idempotency-key': key });
    const [first, ...others] = await Promise.all(Array.from({ length: 8 }, () => ask(NEW)));
    expect(first).toMatchObject({ status: 201, body: { name: '新同事', active: true, roles: NEW.roles } });
    expect(others.map(({ body }) => body.id)).toEqual(others.map(() => first?.body.id));
    expect(first?.headers.get('location')).toBe(`/api/v1/staff/${String(first?.body.id)}`);
    expect(await ask({ ...NEW, department: 'security' })).toMatchObject({
      status: 422,
      body: { code: 'idempotency-mismatch' },
    });
    expect((await ask(NEW, 'take-on-2')).body.id).not.toBe(first?.body.id);
    expect(await audit(`staff/${String(first?.body.id)}`)).toMatchObject([
      { action: 'staff.create', actor: 's-manager', role: 'manager', project: LAKE },
    ]);
  });

  test('the same key of somebody else is another request', async () => {
    const headers = { 'idempotency-key': 'shared' };
    const one = await office.call('manager', 'POST', '/api/v1/staff', NEW, headers);
    const other = await office.call('ops', 'POST', '/api/v1/staff', NEW, headers);
    expect([one.status, other.status]).toEqual([201, 201]);
    expect(one.body.id).not.toBe(other.body.id);
  });

  test('his name lies in no table, log or audit entry', async () => {
    const name = '藏起来的名字';
    const { body } = await office.call('manager', 'POST', '/api/v1/staff', { ...NEW, name });
    await office.call('manager', 'PATCH', `/api/v1/staff/${String(body.id)}`, { name: `${name}二` });
    expect((await office.call('manager', 'GET', `/api/v1/staff/${String(body.id)}`)).body.name).toBe(`${name}二`);
    const [row] = await listStaff(office.deps.database.db, { projects: '*', ids: [String(body.id)] });
    const stored = JSON.stringify([row, await audit(`staff/${String(body.id)}`), office.logs]);
    expect(stored).toContain(String(body.id));
    expect(stored).not.toContain(name);
  });

  test.each([
    ['manager', 'general_manager', 403],
    ['manager', 'quality', 403],
    ['manager', 'ops', 403],
    ['manager', 'manager', 201],
    ['ops', 'manager', 403],
    ['ops', 'general_manager', 403],
    ['ops', 'quality', 403],
    ['ops', 'ops', 201],
    ['ops', 'customer_service', 201],
    ['general_manager', 'general_manager', 201],
  ] as const)('%s makes a %s: %i', async (as, role, expected) => {
    const body = { name: '某人', roles: [{ project: LAKE, role }] };
    const answer = await office.call(as, 'POST', '/api/v1/staff', body);
    expect(answer.status).toBe(expected);
    if (expected === 403) expect(answer.body).toMatchObject({ code: 'beyond-your-authority', args: { role } });
  });

  test('nobody changes those above him, nor somebody who also works elsewhere', async () => {
    const above = await office.call('manager', 'PATCH', '/api/v1/staff/s-quality', { active: false });
    expect(above).toMatchObject({ status: 403, body: { code: 'beyond-your-authority', args: { role: 'quality' } } });
    const both = await office.call('manager', 'PATCH', '/api/v1/staff/s-both', { active: false });
    expect(both).toMatchObject({ status: 403, body: { args: { role: '*', allowed: [LAKE] } } });
    const demoted = await office.call('ops', 'PATCH', '/api/v1/staff/s-manager', { roles: [] });
    expect(demoted).toMatchObject({ status: 403, body: { args: { role: 'manager' } } });
    expect((await office.call('manager', 'PATCH', '/api/v1/staff/nobody', { active: false })).status).toBe(404);
  });

  test('roles in other projects stay as they are', async () => {
    const roles = [{ project: LAKE, role: 'security' }];
    expect((await office.call('manager', 'PATCH', '/api/v1/staff/s-both', { roles })).body.roles).toEqual(roles);
    const { body } = await office.call('boss', 'GET', '/api/v1/staff/s-both');
    expect(body.roles).toEqual([{ project: HILL, role: 'engineering' }, ...roles]);
    expect(await audit('staff/s-both')).toMatchObject([
      { details: { taken: [`${LAKE}:engineering`], given: [`${LAKE}:security`] } },
    ]);
  });

  test('whose last role is taken is shown once more', async () => {
    const answer = await office.call('manager', 'PATCH', '/api/v1/staff/s-both', { roles: [] });
    expect(answer).toMatchObject({ status: 200, body: { id: 's-both', roles: [] } });
    expect((await office.call('manager', 'GET', '/api/v1/staff/s-both')).status).toBe(404);
  });

  test.each([
    ['nothing', {}],
    ['an unknown field', { salary: 1 }],
    ['an unknown role', { roles: [{ project: LAKE, role: 'king' }] }],
    ['the engine’s role', { roles: [{ project: LAKE, role: 'system' }] }],
    ['a blank name', { name: '   ' }],
    ['a long name', { name: '长'.repeat(81) }],
  ])('refuses %s', async (_what, body) => {
    const answer = await office.call('manager', 'PATCH', '/api/v1/staff/s-engineering', body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
  });
});
