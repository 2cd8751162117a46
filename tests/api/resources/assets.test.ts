import { writeBatch } from '../../../db/queries/journal';
import { DAY, HOUR } from '../../../domain/instant';
import { PlayedCase } from '../../db/played-case';
import { LAKE } from './company';
import { MONDAY, startOffice, type Json, type Office } from './support';

let office: Office;
beforeAll(async () => {
  office = await startOffice();
});
afterAll(() => office.stop());

const manager = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
  office.call('manager', method, path, body, headers);
const LIFT = { id: 'lift-3-2', project: LAKE, kind: 'lift', name: '3 栋 2 单元电梯', building: '3', unit: '2' };
const write = (no: string, at: number) =>
  writeBatch(
    office.deps.database,
    PlayedCase.open({ no, project: LAKE, at, record: { asset: LIFT.id } }).batch,
    office.deps,
  );

test('an asset comes into the ledger once, in the zone of its building', async () => {
  await manager('PUT', `/api/v1/projects/${LAKE}/zones/east`, { name: '东区', buildings: ['3'] });
  const add = (body: object, key: string) => manager('POST', '/api/v1/assets', body, { 'idempotency-key': key });
  const [made, again] = await Promise.all([add(LIFT, 'lift'), add(LIFT, 'lift')]);
  expect(made).toMatchObject({
    status: 201,
    body: { ...LIFT, zone: 'east', inServiceSince: null, state: 'in-service' },
  });
  expect(again.body).toEqual(made.body);
  expect((await add(LIFT, 'other')).body).toEqual(made.body);
  expect(await add({ ...LIFT, name: 'x' }, 'third')).toMatchObject({ status: 409, body: { code: 'conflict' } });
  expect((await add({ ...LIFT, id: 'pump', zone: 'moon' }, 'pump')).body.code).toBe('code-unknown');
  expect((await add({ ...LIFT, id: undefined, kind: 'pump' }, 'named')).body.id).toMatch(/^asset-[0-9a-f]{16}$/);
  expect((await office.call('hill', 'GET', `/api/v1/assets/${LIFT.id}`)).status).toBe(404);
  expect((await office.call('hill', 'GET', '/api/v1/assets')).body).toMatchObject({ items: [], total: 0 });
  expect((await manager('GET', '/api/v1/assets?kind=lift&zone=east')).body).toMatchObject({ items: [LIFT], total: 1 });
});

test('a change changes what is named and nothing else', async () => {
  const change = (body: object) => manager('PATCH', `/api/v1/assets/${LIFT.id}`, body);
  expect((await change({ inServiceSince: '2016-05-01' })).body).toMatchObject({ ...LIFT, zone: 'east' });
  expect((await change({ state: 'out-of-service' })).body).toMatchObject({
    ...{ ...LIFT, zone: 'east', inServiceSince: '2016-05-01', state: 'out-of-service' },
  });
  for (const body of [{}, { state: 'removed' }, { project: 'x' }, { inServiceSince: '2016-5-1' }]) {
    expect((await change(body)).body.code).toBe('invalid-request');
  }
});

test('its file has every case and every change, newest first, in pages that fit together', async () => {
  for (const [index, at] of [MONDAY + HOUR, MONDAY + HOUR, MONDAY + DAY].entries())
    await write(`C-ASST-000${index}`, at);
  office.now = MONDAY + 2 * DAY;
  await manager('PATCH', `/api/v1/assets/${LIFT.id}`, { state: 'in-service' });
  const entries: Json[] = [];
  let path: string | null = `/api/v1/assets/${LIFT.id}/file?limit=2`;
  while (path) {
    const { body }: { body: Json } = await manager('GET', path);
    expect(body.total).toBe(7);
    entries.push(...(body.items ?? []));
    path = typeof body.next === 'string' ? `/api/v1/assets/${LIFT.id}/file?limit=2&cursor=${body.next}` : null;
  }
  expect(entries.map(({ kind, ref, action }) => (kind === 'case' ? ref : action))).toEqual([
    ...['asset.change', 'C-ASST-0002', 'C-ASST-0001', 'C-ASST-0000', 'asset.change', 'asset.change', 'asset.create'],
  ]);
  expect(entries[0]).toMatchObject({ actor: 's-manager', details: { state: 'in-service' } });
  expect(entries[1]).toMatchObject({ family: 'complaint', subtype: 'lift-noise', closedAt: null });
});

test('with open cases it stays, and they are named; without, it goes and keeps its file', async () => {
  const remove = () => manager('DELETE', `/api/v1/assets/${LIFT.id}`);
  expect(await remove()).toMatchObject({
    status: 409,
    body: { code: 'asset-in-use', args: { count: 3, cases: ['C-ASST-0000', 'C-ASST-0001', 'C-ASST-0002'] } },
  });
  await office.deps.database.db
    .updateTable('case')
    .set({ closed_at: new Date(office.now) })
    .where('asset', '=', LIFT.id)
    .execute();
  expect((await remove()).body).toMatchObject({ state: 'removed' });
  expect((await remove()).status).toBe(200);
  expect((await manager('GET', `/api/v1/assets/${LIFT.id}/file`)).body.total).toBe(9);
  expect((await manager('GET', '/api/v1/assets?state=removed')).body.total).toBe(1);
});
