import type { ComplaintOpening } from '../../../domain/complaint/state';
import { whoOwe } from '../../domain/invariants';
import { startProduct, type Body, type Product } from '../../support/product';
import { until } from '../resources/support';

/** Whoever leaves, or whose shift ends, leaves nothing behind. */

let product: Product;
beforeAll(async () => {
  product = await startProduct();
  await product.deps.database.db
    .insertInto('staff_role')
    .values({ staff: 's-duty_manager', project: 'lakeside', role: 'customer_service' })
    .execute();
}, 60_000);
afterAll(async () => {
  await product.stop();
});

const NEW = { project: 'lakeside', channel: 'phone', matter: '电梯困人', subtype: 'lift_entrapment' };
const AT = '/api/v1/projects/lakeside';
const manager = (method: string, path: string, body?: unknown) => product.call('manager', method, path, body);

async function start(body: object = {}, family = 'complaints'): Promise<string> {
  const answer = await product.call('customer_service', 'POST', `/api/v1/${family}`, { ...NEW, ...body });
  expect([answer.status, answer.body.code]).toEqual([201, undefined]);
  const no = answer.body.no as string;
  await until(async () => (await manager('GET', `/api/v1/cases/${no}`)).body.projection === 'written');
  return no;
}

const ownerOf = async (no: string) => (await manager('GET', `/api/v1/cases/${no}`)).body.owner;
const preview = async (from: string) => (await manager('GET', `${AT}/handovers/preview?from=${from}`)).body;

test('shift change: eleven open cases move, with one result each; repeated, nothing is left to move', async () => {
  const numbers = (await Promise.all(Array.from({ length: 11 }, () => start()))).sort();
  const before = await preview('s-customer_service');
  const cases = before.cases as Body[];
  expect(cases.map(({ no, owner }) => [no, owner])).toEqual(numbers.map((no) => [no, true]));
  expect((cases[0]?.obligations as Body[]).length).toBeGreaterThan(0);

  const body = { from: 's-customer_service', to: 's-duty_manager', reason: '早班交接' };
  const done = await manager('POST', `${AT}/handovers`, body);
  expect(done.status).toBe(200);
  expect(done.body.moved).toEqual(numbers.map((no) => ({ no, status: 200, code: null })));
  expect(done.body).toMatchObject({ remaining: 0, unacknowledged: [], unaccepted: [] });
  expect(new Set(await Promise.all(numbers.map(ownerOf)))).toEqual(new Set(['s-duty_manager']));
  expect((await preview('s-customer_service')).cases).toEqual([]);
  expect((await manager('POST', `${AT}/handovers`, body)).body.moved).toEqual([]);
  const audit = await product.call('general_manager', 'GET', '/api/v1/audit?subject=staff/s-customer_service');
  expect((audit.body.items as Body[]).map(({ details }) => (details as Body).moved)).toEqual([0, 11]);
});

test('parts that nobody accepted are listed for the department of whoever goes', async () => {
  const no = await start();
  const { body } = await manager('POST', `${AT}/handovers`, { from: 's-engineering', to: 's-manager', reason: '换班' });
  expect((body.unaccepted as Body[]).filter((part) => part.no === no)).toMatchObject([{ kind: 'part' }]);
});

test('a job is assigned to whoever comes', async () => {
  const repair = { project: 'lakeside', channel: 'phone', matter: '电梯停运', subtype: 'lift_fault' };
  const { body: made } = await product.call('customer_service', 'POST', '/api/v1/repairs', repair);
  const no = made.no as string;
  const assigned = await manager('POST', `/api/v1/cases/${no}/assign`, { to: 's-engineering' });
  expect([assigned.status, assigned.body.code]).toEqual([200, undefined]);
  const mine = ((await preview('s-engineering')).cases as Body[]).find((each) => each.no === no);
  expect(mine?.job).toBe(true);
  expect((mine?.obligations as Body[]).map(({ as }) => as)).toContain('assignee');
  const body = { from: 's-engineering', to: 's-duty_manager', reason: '换班' };
  const done = await manager('POST', `${AT}/handovers`, body);
  expect((done.body.moved as Body[]).filter((each) => each.no === no)).toEqual([{ no, status: 200, code: null }]);
  expect(((await preview('s-duty_manager')).cases as Body[]).map((each) => each.no)).toContain(no);
});

test('afterwards no case names him: his part is with its department, a promise with whoever comes, a job as well', async () => {
  const [complaint, dispute, repair] = await Promise.all([
    start(),
    start({ subtype: 'neighbour_dispute' }, 'disputes'),
    start({ subtype: 'burst_pipe' }, 'repairs'),
  ]);
  const acts: [string, string, string, object][] = [
    ['engineering', complaint, 'accept-part', { department: 'engineering' }],
    [
      'manager',
      dispute,
      'record-meeting',
      {
        ...{ minutes: '已沟通', attended: ['resident', 'other-party', 'property'] },
        actions: [{ text: '铺地垫', dueAt: new Date(Date.now() + 86_400_000).toISOString(), keeper: 's-engineering' }],
      },
    ],
    // An urgent one in the house: no clock of the job runs, and it is his all the same.
    ['manager', repair, 'assign', { to: 's-engineering' }],
    ['engineering', repair, 'contact', {}],
    ['engineering', repair, 'arrive', {}],
  ];
  for (const [as, no, command, body] of acts) {
    const done = await product.call(as, 'POST', `/api/v1/cases/${no}/${command}`, body);
    expect([command, done.status, done.body.code]).toEqual([command, 200, undefined]);
  }
  const owes = async (person: string) =>
    ((await preview(person)).cases as Body[]).map(({ no }) => no as string).filter((no) => mine.includes(no));
  const mine = [complaint, dispute, repair].sort();
  await until(async () => (await owes('s-engineering')).length === mine.length);
  const { db } = product.deps.database;
  const clocks = () =>
    db
      .selectFrom('obligation')
      .select(['case_no', 'id', 'due_at'])
      .where('case_no', 'in', mine)
      .where('owed_as', '!=', 'assignee')
      .orderBy('case_no')
      .orderBy('id')
      .execute();
  const before = await clocks();

  const body = { from: 's-engineering', to: 's-duty_manager', reason: '换班' };
  const done = (await manager('POST', `${AT}/handovers`, body)).body;
  expect((done.moved as Body[]).filter(({ no }) => mine.includes(no as string))).toEqual(
    mine.map((no) => ({ no, status: 200, code: null })),
  );
  expect(await owes('s-engineering')).toEqual([]);
  expect(await owes('s-duty_manager')).toEqual([dispute, repair].sort());
  expect(done.unaccepted).toContainEqual(expect.objectContaining({ no: complaint, kind: 'part' }));
  expect(await clocks()).toEqual(before);
  const named = await Promise.all(mine.map(async (no) => (await product.deps.engine.read(no))?.snapshot.state));
  expect(named.flatMap((state) => (state ? whoOwe(state) : ['unread']))).not.toContain('s-engineering');
  expect(named.map((state) => state?.job?.assignee).filter(Boolean)).toEqual(['s-duty_manager']);
});

test.each([
  ['to somebody of elsewhere', { from: 's-customer_service', to: 's-riverside' }, 422, 'staff-unknown'],
  ['from somebody of elsewhere', { from: 's-riverside', to: 's-duty_manager' }, 404, 'not-found'],
  ['to himself', { from: 's-manager', to: 's-manager' }, 400, 'invalid-request'],
])('not %s', async (_name, body, status, code) => {
  const answer = await manager('POST', `${AT}/handovers`, { ...body, reason: '换班' });
  expect([answer.status, answer.body.code]).toEqual([status, code]);
});

test('who owes does not just leave: what he owes is named, and handed over first', async () => {
  const no = await start();
  const owed = ((await preview('s-customer_service')).cases as Body[]).map((each) => each.no as string);
  expect(owed).toContain(no);
  const leave = (as: string, body: object = {}) =>
    product.call(as, 'PATCH', '/api/v1/staff/s-customer_service', { active: false, ...body });
  const refused = await leave('manager');
  expect(refused).toMatchObject({
    status: 409,
    body: { code: 'still-owes', args: { count: owed.length, cases: owed } },
  });
  const taker = { handOverTo: 's-duty_manager', handOverReason: '离职交接' };
  expect((await leave('manager', { handOverTo: 's-duty_manager' })).body.code).toBe('invalid-request');
  expect((await leave('manager', { ...taker, handOverTo: 's-riverside' })).body.code).toBe('staff-unknown');
  // Who looks after keys and staff, and after no cases, cannot move them; then nobody leaves.
  expect(await leave('ops', taker)).toMatchObject({ status: 409, body: { code: 'still-owes', args: { cases: owed } } });
  expect((await manager('GET', '/api/v1/staff/s-customer_service')).body.active).toBe(true);
  const left = await leave('manager', taker);
  expect(left).toMatchObject({ status: 200, body: { active: false } });
  expect((left.body.handedOver as Body[]).map((each) => [each.no, each.code])).toEqual(
    owed.map((each) => [each, null]),
  );
  expect(await ownerOf(no)).toBe('s-duty_manager');
  expect((await manager('PATCH', '/api/v1/staff/s-customer_service', { active: true })).body.handedOver).toEqual([]);
});

test('a case begins with the calendar and about the assets of its project', async () => {
  expect((await manager('PUT', `${AT}/calendar`, { holidays: ['2026-12-25'], workdays: [] })).status).toBe(200);
  await start({ place: { asset: 'anything' } });
  const lift = { id: 'lift-1', project: 'lakeside', kind: 'lift', name: '电梯' };
  expect((await manager('POST', '/api/v1/assets', lift)).status).toBe(201);
  const no = await start({ place: { asset: 'lift-1' } });
  const other = await product.call('customer_service', 'POST', '/api/v1/complaints', {
    ...{ ...NEW, place: { asset: 'lift-2' } },
  });
  expect(other).toMatchObject({ status: 422, body: { code: 'asset-unknown', args: { asset: 'lift-2' } } });
  expect((await manager('GET', '/api/v1/assets/lift-1/file')).body.items).toMatchObject([
    { kind: 'case', ref: no },
    { kind: 'revision', action: 'asset.create' },
  ]);
  const opening = (await product.deps.engine.read(no))?.opening as ComplaintOpening;
  const calendars = Object.values(opening.policy.calendars);
  expect(calendars.length).toBeGreaterThan(0);
  for (const { version, holidays } of calendars) {
    expect([version, holidays.includes('2026-12-25')]).toEqual([expect.stringMatching(/\+project\.1$/), true]);
  }
});
