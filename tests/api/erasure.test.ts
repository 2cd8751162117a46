import { randomUUID } from 'node:crypto';
import { journalPage } from '../../db/queries/journal-read';
import { startProduct, type Body, type Product } from '../support/product';
import { allTold } from '../workflows/support/sound';
import { until } from '../workflows/support/until';

/** Erasing a person while his cases run: what tells of him is gone, all else is as it was. */

let product: Product;
beforeAll(async () => {
  product = await startProduct();
}, 60_000);
afterAll(() => product.stop());

const PHONE = '13800009911';
const call = (as: string, method: string, path: string, body?: object) =>
  product.call(as, method, path, body, method === 'GET' ? {} : { 'idempotency-key': randomUUID() });
const get = async (path: string, as = 'manager'): Promise<Body> => {
  const { status, body } = await call(as, 'GET', path);
  expect([path, status]).toEqual([path, 200]);
  return body;
};

async function complaint(as: string, caller?: object): Promise<string> {
  const { status, body } = await call(as, 'POST', '/api/v1/complaints', {
    ...{ project: 'lakeside', channel: 'phone', matter: '欧阳说楼上漏水', subtype: 'noise', caller },
    place: { room: '3-2-1501' },
  });
  expect([status, body.code]).toEqual([201, undefined]);
  return body.no as string;
}

/** Everything that the API says of a case but what depends on the moment of asking. */
async function seen(no: string): Promise<string> {
  const [shown, timeline, owed, list] = await Promise.all([
    get(`/api/v1/cases/${no}`),
    get(`/api/v1/cases/${no}/timeline?limit=200`),
    get(`/api/v1/cases/${no}/obligations`),
    get('/api/v1/cases?project=lakeside&sort=receivedAt'),
  ]);
  return JSON.stringify([shown, timeline, owed, list], (name, value: unknown) => (name === 'asOf' ? null : value));
}

const journalOf = (no: string) => journalPage(product.deps.database.db, no, { after: 0, limit: 200 });
const erase = (as: string, id: string, body: object) => call(as, 'POST', `/api/v1/residents/${id}/erase`, body);
const deeds = async () => (await get('/api/v1/audit?subject=resident/r-1', 'general_manager')).items as readonly Body[];

test('only a manager of the project, with a reason, and for somebody who is there', async () => {
  for (const [as, id, body, status] of [
    ['customer_service', 'r-1', { reason: 'requested' }, 403],
    ['quality', 'r-1', { reason: 'requested' }, 403],
    ['manager', 'r-1', {}, 400],
    ['manager', 'r-1', { reason: '因为' }, 400],
    ['manager', 'r-none', { reason: 'requested' }, 404],
    ['manager', 'r-1', { reason: 'requested', cases: ['C-0000-0000'] }, 404],
  ] as const) {
    expect([as, id, (await erase(as, id, body)).status]).toEqual([as, id, status]);
  }
  expect(await deeds()).toEqual([]);
});

test('his texts are shown as [erased]; clocks, counts and journals are as they were, and open cases go on', async () => {
  const byPhone = await complaint('customer_service', { name: '欧阳测试', phone: PHONE });
  const byLogin = await complaint('resident');
  const others = await complaint('customer_service', { name: '别人', phone: '13900000000' });
  for (const no of [byPhone, byLogin, others]) {
    expect((await call('customer_service', 'POST', `/api/v1/cases/${no}/acknowledge`, { note: '已联系' })).status).toBe(
      200,
    );
  }
  const numbers = [byPhone, byLogin, others];
  for (const no of numbers) await until('everybody was told', async () => allTold(await journalOf(no)));
  const before = await Promise.all(numbers.map(seen));
  const inbox = await get('/api/v1/notifications?limit=200', 'customer_service');
  expect(before[0]).toContain('欧阳说楼上漏水');

  const { status, body } = await erase('manager', 'r-1', { reason: 'requested' });
  expect([status, body.cases]).toEqual([200, [byPhone, byLogin].sort()]);

  const after = await Promise.all(numbers.map(seen));
  const masked = (text: string | undefined) => text?.replaceAll(/"text":"[^"]*"/g, '"text":"[erased]"');
  expect(after.map((text, index) => text === (index < 2 ? masked(before[index]) : before[index]))).toEqual([
    true,
    true,
    true,
  ]);
  expect(after[0]).toContain('"text":"[erased]"');
  const later = await get('/api/v1/notifications?limit=200', 'customer_service');
  expect((later.items as unknown[]).length).toBe((inbox.items as unknown[]).length);

  const unmasked = await call('customer_service', 'POST', `/api/v1/cases/${byPhone}/unmask`, { reason: 'call-back' });
  expect(unmasked.body).toEqual({ room: '[erased]', name: '[erased]', phone: '[erased]' });
  const home = await get('/api/v1/households/h-1', 'customer_service');
  expect(home.residents).toEqual([
    { id: 'r-1', name: '[erased]', phone: '[erased]' },
    expect.objectContaining({ id: 'r-2' }),
  ]);

  const found = await call('customer_service', 'POST', '/api/v1/lookup', { project: 'lakeside', phone: PHONE });
  expect(found.body.items).toEqual([]);
  expect((await call('resident', 'GET', '/api/v1/me')).status).toBe(401);

  // The cases themselves know nothing of it: they decide on, and what is written now can be read.
  const noted = await call('customer_service', 'POST', `/api/v1/cases/${byPhone}/note`, { text: '以后的话' });
  expect([noted.status, noted.body.projection]).toEqual([200, 'written']);
  expect(await seen(byPhone)).toContain('以后的话');
  expect(await deeds()).toMatchObject([
    {
      action: 'resident.erase',
      actor: 's-manager',
      details: { reason: 'requested', cases: [byPhone, byLogin].sort() },
    },
  ]);
}, 60_000);

test('while commands come for the same case, both end well, and again finds the same', async () => {
  const no = await complaint('customer_service', { phone: '13700000000' });
  const notes = Array.from({ length: 20 }, (_, n) =>
    call('customer_service', 'POST', `/api/v1/cases/${no}/note`, { text: `第${n}次` }),
  );
  const erasing = Array.from({ length: 3 }, () => erase('manager', 'r-1', { reason: 'requested', cases: [no] }));
  const answers = await Promise.all([...notes, ...erasing]);
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  const { items } = await get(`/api/v1/cases/${no}/timeline?limit=200`);
  const noted = (items as { type: string; data: { text: { text: string } } }[]).filter(({ type }) => type === 'noted');
  expect(noted).toHaveLength(20);
  for (const { data } of noted) expect(data.text.text).toMatch(/^(第\d+次|\[erased\])$/);
  expect(await deeds()).toHaveLength(4);
}, 60_000);
