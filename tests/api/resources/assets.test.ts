import { writeBatch } from '../../../db/queries/journal';
import { DAY, HOUR, MINUTE } from '../../../domain/instant';
import { snapshotOf } from '../../../domain/projection';
import { HEAD, MANAGER, RevisionPlay, text } from '../../domain/standard-revision/support';
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

test('a revised cadence is in the file of its asset, and the later one is in force', async () => {
  await manager('POST', '/api/v1/assets', { ...LIFT, id: 'lift-4' }, { 'idempotency-key': 'lift-4' });
  await revise('S-0000-0001', MONDAY + 3 * DAY, { asset: 'lift-4' }, 1);
  await revise('S-0000-0002', MONDAY + 4 * DAY, { asset: 'lift-4' }, 2);
  await revise('S-0000-0003', MONDAY + 5 * DAY, { asset: null }, 3);
  const revised = async (query: string) => {
    const { body } = await manager('GET', `/api/v1/cadences?project=${LAKE}${query}`);
    const items = body.items as Json[];
    return [body.total, ...items.map(({ no, cadence, inForce }) => [no, (cadence as Json).times, inForce])];
  };
  const [first, second, place] = [
    ['S-0000-0001', 1, false],
    ['S-0000-0002', 2, true],
    ['S-0000-0003', 3, true],
  ];
  expect(await revised('')).toEqual([3, place, second, first]);
  expect(await revised('&asset=lift-4&duty=lift_inspection')).toEqual([2, second, first]);
  expect(await revised('&building=4')).toEqual([0]);
  expect(await revised('&duty=patrol')).toEqual([0]);
  const { body } = await manager('GET', `/api/v1/cadences?limit=1`);
  expect((await manager('GET', `/api/v1/cadences?limit=1&cursor=${String(body.next)}`)).body.items).toMatchObject([
    { no: 'S-0000-0002', project: LAKE, duty: 'lift_inspection', asset: 'lift-4', building: '3', by: MANAGER.id },
  ]);
  expect((await office.call('hill', 'GET', '/api/v1/cadences')).body).toMatchObject({ items: [], total: 0 });
  const file = (await manager('GET', '/api/v1/assets/lift-4/file')).body.items as Json[];
  expect(file.map(({ kind, ref, action }) => [kind, ref, action])).toEqual([
    ['revision', 'S-0000-0002', 'cadence.revise'],
    ['case', 'S-0000-0002', null],
    ['revision', 'S-0000-0001', 'cadence.revise'],
    ['case', 'S-0000-0001', null],
    ['revision', expect.any(String), 'asset.create'],
  ]);
  expect(file[0]).toMatchObject({ actor: MANAGER.id, details: { cadence: { kind: 'fixed', times: 2, per: 'week' } } });
});

/** A revision that is found, proposed and approved a minute later, as its workflow would write it, twice. */
async function revise(no: string, at: number, record: { readonly asset: string | null }, times: number) {
  const play = new RevisionPlay({ no, at, record });
  const cadence = { kind: 'fixed', times, per: 'week' } as const;
  play.do('propose-standard', { text: text('p'), duty: 'lift_inspection', cadence }, { by: HEAD });
  play.do('approve-standard', { note: null }, { by: MANAGER, at: at + MINUTE });
  const opened = play.opening.record;
  const batch = { no, fence: play.now, events: play.journal, snapshot: snapshotOf(play.state), receipts: [], opened };
  for (const write of [writeBatch, writeBatch]) await write(office.deps.database, batch, office.deps);
}
