import { listAudit } from '../../../db/queries/audit';
import { DAY } from '../../../domain/instant';
import { HILL, LAKE } from './company';
import { MONDAY, startOffice, type Office } from './support';

let office: Office;
beforeAll(async () => {
  office = await startOffice();
});
afterAll(() => office.stop());

const AT = `/api/v1/projects/${LAKE}`;
const manager = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
  office.call('manager', method, path, body, headers);
const audit = (subject: string) => listAudit(office.deps.database.db, { projects: '*', subject, limit: 10 });

describe('projects', () => {
  const RIVER = { id: 'riverside', name: '河畔', zone: 'Asia/Shanghai' };
  const add = (as: 'boss' | 'manager', body: object, key: string) =>
    office.call(as, 'POST', '/api/v1/projects', body, { 'idempotency-key': key });

  test('are added by those who see all of them, once', async () => {
    const [first, second] = await Promise.all([add('boss', RIVER, 'river'), add('boss', RIVER, 'river')]);
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(first.body).toEqual({ ...RIVER, departments: [] });
    expect(first.headers.get('location')).toBe('/api/v1/projects/riverside');
    expect((await add('boss', RIVER, 'again')).status).toBe(201);
    expect(await add('boss', { ...RIVER, name: '江畔' }, 'other')).toMatchObject({
      ...{ status: 409, body: { code: 'conflict' } },
    });
    expect(await add('manager', { ...RIVER, id: 'seaside' }, 'sea')).toMatchObject({
      status: 403,
      body: { code: 'beyond-your-authority', args: { allowed: [LAKE] } },
    });
    expect(await audit('project/riverside')).toMatchObject([
      { action: 'project.create', details: { zone: RIVER.zone } },
    ]);
  });

  test('name and zone', async () => {
    const change = (body: object) => office.call('boss', 'PATCH', '/api/v1/projects/riverside', body);
    expect(await change({ zone: 'America/New_York' })).toMatchObject({ status: 200, body: { name: '河畔' } });
    expect(await change({ zone: 'Mars/Olympus' })).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
    expect(await change({})).toMatchObject({ status: 400 });
    const { body } = await office.call('boss', 'GET', '/api/v1/projects/riverside');
    expect(body).toMatchObject({ zone: 'America/New_York' });
  });
});

describe('lists', () => {
  const retiredAt = new Date(MONDAY).toISOString();

  test.each(['departments', 'posts', 'skills'])('%s: added, renamed, retired, in use again', async (list) => {
    const at = `${AT}/${list}/gardening`;
    expect((await manager('PUT', at, { name: '园艺' })).body).toEqual({
      id: 'gardening',
      name: '园艺',
      retiredAt: null,
    });
    expect((await manager('PUT', at, { name: '绿化' })).body).toMatchObject({ name: '绿化' });
    expect((await manager('DELETE', at)).body).toEqual({ id: 'gardening', name: '绿化', retiredAt });
    office.now = MONDAY + DAY;
    expect((await manager('DELETE', at)).body).toMatchObject({ retiredAt });
    office.now = MONDAY;
    const { body } = await manager('GET', `${AT}/${list}`);
    expect(body.items).toContainEqual({ id: 'gardening', name: '绿化', retiredAt });
    expect((await manager('PUT', at, { name: '绿化' })).body).toMatchObject({ retiredAt: null });
    expect((await manager('DELETE', `${AT}/${list}/nothing`)).status).toBe(404);
    expect((await manager('PUT', `/api/v1/projects/${HILL}/${list}/gardening`, { name: '园艺' })).status).toBe(404);
    expect(await office.call('engineering', 'PUT', at, { name: '园艺' })).toMatchObject({ status: 403 });
  });

  test('a retired department is not shown with its project any more', async () => {
    await manager('PUT', `${AT}/departments/pool`, { name: '泳池部' });
    const shown = async () => (await manager('GET', AT)).body.departments;
    expect(await shown()).toContainEqual({ id: 'pool', name: '泳池部' });
    await manager('DELETE', `${AT}/departments/pool`);
    expect(await shown()).not.toContainEqual({ id: 'pool', name: '泳池部' });
  });

  test('a building is in one zone at most, also when two ask at once', async () => {
    const put = (zone: string, buildings: string[]) => manager('PUT', `${AT}/zones/${zone}`, { name: zone, buildings });
    const both = await Promise.all([put('east', ['1', '2']), put('west', ['2', '3'])]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    const [taken, other] = both[0].status === 200 ? ['east', 'west'] : ['west', 'east'];
    expect(both.find(({ status }) => status === 409)?.body).toMatchObject({
      code: 'building-in-zone',
      args: { building: '2', zone: taken },
    });
    const { body } = await manager('GET', `${AT}/zones`);
    expect(body.items?.map(({ id }) => id)).toEqual([taken]);
    expect((await put(taken, ['1'])).body).toMatchObject({ buildings: ['1'] });
    expect((await put(other, ['2', '3'])).status).toBe(200);
    await manager('DELETE', `${AT}/zones/${other}`);
    expect((await put(taken, ['1', '2'])).status).toBe(200);
  });
});

describe('calendar', () => {
  const put = (body: object) => manager('PUT', `${AT}/calendar`, body);
  const DAYS = { holidays: ['2026-10-02', '2026-10-01', '2026-10-01'], workdays: ['2026-10-10'] };
  const SORTED = { holidays: ['2026-10-01', '2026-10-02'], workdays: ['2026-10-10'] };

  test('a new version for every change, and none where nothing changes', async () => {
    expect((await manager('GET', `${AT}/calendar`)).body).toEqual({ version: 0, holidays: [], workdays: [] });
    expect((await put(DAYS)).body).toEqual({ version: 1, ...SORTED });
    expect((await put(SORTED)).body).toEqual({ version: 1, ...SORTED });
    expect((await put({ ...SORTED, workdays: [] })).body).toMatchObject({ version: 2 });
    expect((await manager('GET', `${AT}/calendar`)).body).toEqual({ ...SORTED, version: 2, workdays: [] });
    expect((await audit(`calendar/${LAKE}`)).map(({ details }) => details.version).sort()).toEqual([1, 2]);
  });

  test.each([
    { holidays: ['2026-10-01'], workdays: ['2026-10-01'] },
    { holidays: ['2026-02-30'], workdays: [] },
    { holidays: ['tomorrow'], workdays: [] },
  ])('refused: %j', async (days) => {
    expect(await put(days)).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
  });
});

describe('what somebody works at', () => {
  const at = `${AT}/staff/s-both/ties`;

  test('post, skills, zones; not what the project does not have', async () => {
    await manager('PUT', `${AT}/posts/lifts`, { name: '电梯维修' });
    await manager('PUT', `${AT}/skills/welding`, { name: '焊工' });
    const ties = { post: 'lifts', skills: ['welding'], zones: [] };
    expect((await manager('PUT', at, ties)).body).toEqual(ties);
    expect((await manager('GET', at)).body).toEqual(ties);
    expect(await manager('PUT', at, { ...ties, zones: ['moon'] })).toMatchObject({
      status: 422,
      body: { code: 'code-unknown', args: { list: 'zone', code: 'moon' } },
    });
    await manager('DELETE', `${AT}/posts/lifts`);
    expect(await manager('PUT', at, ties)).toMatchObject({ status: 422, body: { args: { list: 'post' } } });
    expect((await manager('GET', at)).body).toEqual(ties);
    expect((await manager('GET', `${AT}/staff/s-hill/ties`)).status).toBe(404);
  });
});
