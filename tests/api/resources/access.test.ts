import { openApiDefects } from '../../../api/http/openapi-check';
import { pathParameters, type Route } from '../../../api/http/route';
import { lastAudit } from '../../../db/queries/api-audit';
import { listStaff } from '../../../db/queries/directory';
import { residentsOf } from '../../../db/queries/households';
import { ROLES, type Role } from '../../../domain/actor';
import { HILL } from './company';
import { startOffice, type Office } from './support';

let office: Office;
beforeAll(async () => {
  office = await startOffice();
});
afterAll(() => office.stop());

const FRONT = 'customer_service senior_cs_supervisor department_head duty_manager manager general_manager';
const STAFF = `${FRONT} engineering security finance`;
const INSIDERS = `${STAFF} quality ops`;
const CONTACT = `${STAFF} quality`;
const APPOINTERS = 'manager general_manager ops';
const INSPECTORS = 'manager general_manager quality ops';
const ALL = `${INSIDERS} volunteer merchant owner_rep resident`;

/** Written down once more, so that a rule that was loosened by mistake shows. */
const RULES: Readonly<Record<string, string | null>> = {
  'GET /api/v1/me': ALL,
  'GET /api/v1/projects': ALL,
  'GET /api/v1/projects/{project}': ALL,
  'GET /api/v1/staff': INSIDERS,
  'GET /api/v1/staff/{id}': INSIDERS,
  'POST /api/v1/staff': APPOINTERS,
  'PATCH /api/v1/staff/{id}': APPOINTERS,
  'GET /api/v1/households': INSIDERS,
  'GET /api/v1/households/{id}': INSIDERS,
  'POST /api/v1/households': `${FRONT} ops`,
  'PATCH /api/v1/households/{id}': `${FRONT} ops`,
  'POST /api/v1/households/{id}/residents': `${FRONT} ops`,
  'POST /api/v1/households/{id}/unmask': CONTACT,
  'POST /api/v1/residents/{id}/erase': 'manager general_manager',
  'POST /api/v1/lookup': CONTACT,
  'GET /api/v1/api-keys': APPOINTERS,
  'POST /api/v1/api-keys': APPOINTERS,
  'POST /api/v1/api-keys/{id}/revoke': APPOINTERS,
  'GET /api/v1/policies': INSIDERS,
  'GET /api/v1/policies/{family}': INSIDERS,
  'GET /api/v1/policies/{family}/versions/{version}': INSIDERS,
  'POST /api/v1/policies/{family}/versions': 'manager general_manager',
  'GET /api/v1/notifications': `${INSIDERS} resident`,
  'POST /api/v1/notifications/read': `${INSIDERS} resident`,
  'POST /api/v1/notifications/acknowledge': `${INSIDERS} resident`,
  'GET /api/v1/audit': 'quality general_manager',
  'GET /api/v1/stream': INSIDERS,
  'GET /api/v1/changes': INSIDERS,
  'POST /codec/decode': INSPECTORS,
  'POST /codec/encode': INSPECTORS,
  'GET /codec/login': null,
  'POST /codec/login': null,
  'POST /codec/logout': null,
  'GET /healthz': null,
  'GET /readyz': null,
  'GET /metrics': null,
};

const nameOf = (route: Route): string => `${route.method} ${route.path}`;
const guarded = (): Route[] => office.routes.filter(({ access }) => !access.public);

/** A request that is refused, if at all, for who asks: bodies are empty. */
const ask = (route: Route, as: Parameters<Office['call']>[0], headers?: Record<string, string>) =>
  office.call(as, route.method, route.path.replace(/\{\w+\}/g, 'x1'), route.method === 'GET' ? undefined : {}, headers);

test('the routes are these, and their description has no defects', () => {
  expect(office.routes.map(nameOf).sort()).toEqual(Object.keys(RULES).sort());
  expect(openApiDefects(office.routes)).toEqual([]);
});

test('every route × every role', async () => {
  for (const route of guarded()) {
    if (route.path === '/api/v1/stream') continue;
    const allowed = (RULES[nameOf(route)] ?? '').split(' ');
    for (const role of ROLES) {
      const { status, body } = await ask(route, role);
      const got = status === 403 || status >= 500 ? body.code : 'let in';
      expect([nameOf(route), role, got]).toEqual([
        nameOf(route),
        role,
        allowed.includes(role) ? 'let in' : 'role-not-allowed',
      ]);
    }
  }
});

test('the stream is open to the same as the poll', async () => {
  const stream = office.routes.find(({ path }) => path === '/api/v1/stream');
  const changes = office.routes.find(({ path }) => path === '/api/v1/changes');
  expect(stream?.access).toEqual(changes?.access);
  for (const role of ['volunteer', 'resident', 'system'] satisfies Role[]) {
    expect(await office.call(role, 'GET', '/api/v1/stream')).toMatchObject({ status: 403 });
  }
});

test('strangers learn nothing', async () => {
  for (const route of guarded()) {
    for (const authorization of ['', 'Bearer gj_0000000000000000_' + 'a'.repeat(43), 'Basic YTpi', 'Bearer x']) {
      const { status, body } = await ask(route, null, authorization ? { authorization } : {});
      expect([nameOf(route), authorization, status, body.code]).toEqual([
        nameOf(route),
        authorization,
        401,
        'unauthenticated',
      ]);
    }
  }
});

describe('what is of another project is not there', () => {
  const body = {
    role: 'customer_service',
    project: HILL,
    roles: [{ project: HILL, role: 'engineering' }],
    name: '某人',
  };
  test.each([
    ['GET', `/api/v1/projects/${HILL}`, undefined],
    ['GET', `/api/v1/staff?project=${HILL}`, undefined],
    ['GET', '/api/v1/staff/s-hill', undefined],
    ['PATCH', '/api/v1/staff/s-hill', { active: false }],
    ['PATCH', '/api/v1/staff/s-engineering', { roles: body.roles }],
    ['PATCH', '/api/v1/staff/s-both', { roles: [{ project: HILL, role: 'engineering' }] }],
    ['PATCH', '/api/v1/staff/s-engineering', { roles: [{ project: '*', role: 'engineering' }] }],
    ['POST', '/api/v1/staff', { name: body.name, roles: body.roles }],
    ['POST', '/api/v1/residents/r-hill/erase', { reason: 'requested' }],
    ['GET', `/api/v1/households?project=${HILL}`, undefined],
    ['GET', '/api/v1/households/h-hill', undefined],
    ['PATCH', '/api/v1/households/h-hill', { careColour: 'red' }],
    ['POST', '/api/v1/households/h-hill/residents', { name: body.name }],
    ['POST', '/api/v1/households/h-hill/unmask', { reason: 'visit' }],
    ['POST', '/api/v1/households', { project: HILL, building: '1', room: '1-1' }],
    ['POST', '/api/v1/lookup', { project: HILL, room: '3-2-1501' }],
    ['POST', '/api/v1/api-keys', { label: 'x', role: body.role, projects: [HILL] }],
    ['POST', '/api/v1/api-keys', { label: 'x', role: body.role, projects: '*' }],
    ['GET', `/api/v1/notifications?project=${HILL}`, undefined],
  ])('%s %s', async (method, path, sent) => {
    const before = await everything();
    expect(await office.call('general_manager', method, path, sent)).toMatchObject({
      status: 404,
      body: { code: 'not-found' },
    });
    expect(await everything()).toEqual(before);
  });

  const everything = async () => [
    await listStaff(office.deps.database.db, { projects: '*' }),
    await residentsOf(office.deps.database.db, ['h-hill']),
    await lastAudit(office.deps.database.db),
  ];
});

test('nothing personal can stand in an address', () => {
  const names = office.routes.flatMap((route) => [
    ...pathParameters(route.path),
    ...Object.keys(route.query?.shape ?? {}),
  ]);
  expect(names.filter((name) => /name|phone|room|mobile|text|key$/i.test(name))).toEqual([]);
});
