import { DAY, HOUR, isoOf } from '../../../domain/instant';
import { HILL, LAKE } from './company';
import { MONDAY, startOffice, type Json, type Office } from './support';

/** MONDAY is 2026-11-23 09:00 in Shanghai. */
let office: Office;
beforeAll(async () => {
  office = await startOffice();
});
afterAll(() => office.stop());

const AT = `/api/v1/projects/${LAKE}/roster`;
const manager = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
  office.call('manager', method, path, body, headers);
const DAY_SHIFT = {
  ...{ staff: 's-both', role: 'engineering', from: '08:00', to: '20:00', weekdays: [1, 2, 3, 4, 5, 5] },
  ...{ firstDay: '2026-11-23' },
};
const NIGHT = { ...DAY_SHIFT, staff: 's-engineering', from: '20:00', to: '08:00' };
const engineersAt = async (at: number) => {
  const { body } = await manager('GET', `${AT}/now?at=${isoOf(at)}`);
  return (body.onDuty as Json[]).filter(({ roles }) => (roles as string[]).includes('engineering'));
};
let day = '';

test('before there is a line everybody in the role is on duty, always', async () => {
  expect(await engineersAt(MONDAY)).toMatchObject([
    { staff: 's-both', since: null, until: null },
    { staff: 's-engineering', since: null, until: null },
  ]);
});

test('lines: added once, and only for who holds the role', async () => {
  const add = (body: object, key: string) => manager('POST', `${AT}/lines`, body, { 'idempotency-key': key });
  const [first, again] = await Promise.all([add(DAY_SHIFT, 'day'), add(DAY_SHIFT, 'day')]);
  expect(first).toMatchObject({
    status: 201,
    body: { revision: 1, staff: 's-both', weekdays: [1, 2, 3, 4, 5], post: null, lastDay: null },
  });
  expect(again.body).toEqual(first.body);
  day = String(first.body.id);
  expect((await add(NIGHT, 'night')).status).toBe(201);
  const refused = async (body: object, key: string) => (await add(body, key)).body.code;
  expect(await refused({ ...DAY_SHIFT, role: 'security' }, 'a')).toBe('role-not-held');
  expect(await refused({ ...DAY_SHIFT, post: 'nowhere' }, 'b')).toBe('code-unknown');
  expect(await refused({ ...DAY_SHIFT, staff: 's-hill' }, 'c')).toBe('not-found');
  expect(await refused({ ...DAY_SHIFT, lastDay: '2026-11-22' }, 'd')).toBe('invalid-request');
  expect(await refused({ ...DAY_SHIFT, from: '24:00' }, 'e')).toBe('invalid-request');
  expect(await refused({ ...DAY_SHIFT, weekdays: [] }, 'f')).toBe('invalid-request');
  expect((await office.call('boss', 'DELETE', `/api/v1/projects/${HILL}/roster/lines/${day}`)).body.code).toBe(
    'not-found',
  );
});

test('now: who is on duty, until when; a gap where nobody is, and until when', async () => {
  expect(await engineersAt(MONDAY)).toMatchObject([
    { staff: 's-both', since: isoOf(MONDAY - HOUR), until: isoOf(MONDAY + 11 * HOUR) },
  ]);
  expect((await engineersAt(MONDAY + 20 * HOUR)).map(({ staff }) => staff)).toEqual(['s-engineering']);
  const saturday = MONDAY + 5 * DAY;
  const { body } = await manager('GET', `${AT}/now?at=${isoOf(saturday)}`);
  expect((body.onDuty as Json[]).some(({ roles }) => (roles as string[]).includes('engineering'))).toBe(false);
  expect(body.gaps).toEqual([
    { role: 'engineering', post: null, from: isoOf(saturday), to: isoOf(saturday + 47 * HOUR), staff: [] },
  ]);
});

test('gaps and overlaps of a week', async () => {
  const query = (from: number, to: number) => manager('GET', `${AT}/gaps?from=${isoOf(from)}&to=${isoOf(to)}`);
  const { body } = await query(MONDAY, MONDAY + 7 * DAY);
  const weekend = { from: isoOf(MONDAY + 4 * DAY + 23 * HOUR), to: isoOf(MONDAY + 7 * DAY - HOUR) };
  expect(body.gaps).toEqual([{ role: 'engineering', post: null, ...weekend, staff: [] }]);
  expect(body.overlaps).toEqual([]);
  expect((await query(MONDAY, MONDAY)).body.code).toBe('invalid-request');
  expect((await query(MONDAY, MONDAY + 63 * DAY)).body.code).toBe('invalid-request');
});

test('a single day, and back', async () => {
  const at = `${AT}/lines/${day}/days/2026-11-24`;
  const { body } = await manager('PUT', at, { shift: { from: '10:00', to: '12:00' } });
  expect(body.days).toEqual([{ line: day, date: '2026-11-24', shift: { from: '10:00', to: '12:00' } }]);
  expect(await engineersAt(MONDAY + DAY)).toEqual([]);
  await manager('PUT', at, { shift: null });
  expect(await engineersAt(MONDAY + DAY + 2 * HOUR)).toEqual([]);
  expect((await manager('DELETE', at)).body.days).toEqual([]);
  expect((await engineersAt(MONDAY + DAY)).map(({ staff }) => staff)).toEqual(['s-both']);
  expect((await manager('DELETE', at)).status).toBe(200);
  expect((await manager('PUT', `${AT}/lines/${day}/days/2026-02-30`, { shift: null })).status).toBe(400);
});

test('somebody stands in: one at a time, and only with a role of his', async () => {
  const wanted = { staff: 's-both', by: 's-engineering', from: isoOf(MONDAY + DAY), to: isoOf(MONDAY + 2 * DAY) };
  const add = (body: object) => manager('POST', `${AT}/substitutes`, body);
  const made = await add(wanted);
  expect(made).toMatchObject({ status: 201, body: wanted });
  expect(await add(wanted)).toMatchObject({ status: 409, body: { code: 'conflict' } });
  expect(await add({ ...wanted, by: 's-finance' })).toMatchObject({ status: 422, body: { code: 'role-not-held' } });
  expect((await add({ ...wanted, by: 's-both' })).body.code).toBe('invalid-request');
  expect((await add({ ...wanted, to: wanted.from })).body.code).toBe('invalid-request');
  expect(await engineersAt(MONDAY + DAY + HOUR)).toMatchObject([{ staff: 's-engineering', substituteFor: 's-both' }]);
  expect((await manager('GET', AT)).body.substitutes).toMatchObject([wanted]);
  const at = `${AT}/substitutes/${String(made.body.id)}`;
  expect((await manager('DELETE', at)).body.substitutes).toEqual([]);
  expect((await manager('DELETE', at)).status).toBe(200);
  expect(await engineersAt(MONDAY + DAY + HOUR)).toMatchObject([{ staff: 's-both', substituteFor: null }]);
});

test('a change counts from now on; who was on duty before stays known', async () => {
  office.now = MONDAY + 2 * DAY;
  const change = await manager('PUT', `${AT}/lines/${day}`, { ...DAY_SHIFT, staff: 's-engineering' });
  expect(change.body).toMatchObject({ id: day, revision: 2, staff: 's-engineering' });
  expect((await engineersAt(MONDAY + DAY)).map(({ staff }) => staff)).toEqual(['s-both']);
  expect((await engineersAt(MONDAY + 2 * DAY)).map(({ staff }) => staff)).toEqual(['s-engineering']);
  office.now = MONDAY + 3 * DAY;
  const { body } = await manager('DELETE', `${AT}/lines/${day}`);
  expect((body.lines as Json[]).map(({ staff }) => staff)).toEqual(['s-engineering']);
  expect((await manager('DELETE', `${AT}/lines/${day}`)).status).toBe(200);
  expect((await manager('PUT', `${AT}/lines/${day}`, DAY_SHIFT)).body.code).toBe('conflict');
  expect(await engineersAt(MONDAY + 3 * DAY)).toEqual([]);
  expect((await engineersAt(MONDAY + 2 * DAY + HOUR)).map(({ staff }) => staff)).toEqual(['s-engineering']);
});
