import { pathParameters } from '../../../api/http/route';
import { lastAudit } from '../../../db/queries/api-audit';
import { listStaff } from '../../../db/queries/directory';
import { residentsOf } from '../../../db/queries/households';
import type { Role } from '../../../domain/actor';
import { HILL } from './company';
import { startOffice, type Office } from './support';

let office: Office;
beforeAll(async () => {
  office = await startOffice();
});
afterAll(() => office.stop());

test('the stream is open to the same as the poll', async () => {
  const stream = office.routes.find(({ path }) => path === '/api/v1/stream');
  const changes = office.routes.find(({ path }) => path === '/api/v1/changes');
  expect(stream?.access).toEqual(changes?.access);
  for (const role of ['volunteer', 'resident', 'system'] satisfies Role[]) {
    expect(await office.call(role, 'GET', '/api/v1/stream')).toMatchObject({ status: 403 });
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
