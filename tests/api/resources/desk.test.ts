import { sql } from 'kysely';
import { fillInitials } from '../../../db/fill-initials';
import { DAY, HOUR, MINUTE } from '../../../domain/instant';
import { LAKE, PLANTED, type Caller } from './company';
import { startOffice, type Answer, type Office } from './support';

/** What a clerk with a resident on the line needs: finding him, seeing him for a reason, and a text that isn't lost. */

let office: Office;
beforeAll(async () => {
  office = await startOffice();
});
afterAll(() => office.stop());
beforeEach(() => {
  office.now += HOUR + MINUTE;
});

const code = ({ status, body }: Answer) => [status, body.code];
const auditOf = async (action: string) =>
  (await office.call('boss', 'GET', `/api/v1/audit?action=${action}&limit=5`)).body.items ?? [];

describe('finding a resident by the initials of his name', () => {
  const look = (initials: string, as: Caller = 'customer_service') =>
    office.call(as, 'POST', '/api/v1/lookup', { project: LAKE, initials });
  const idsOf = ({ body }: Answer) => (body.items ?? []).map(({ id }) => id);

  test('as it is typed, and in small letters', async () => {
    expect(idsOf(await look('OYCS'))).toEqual(['h-1']);
    expect(idsOf(await look('oycs'))).toEqual(['h-1']);
    expect(idsOf(await look('zw'))).toEqual(['h-1', 'h-2']);
    expect(idsOf(await look('ZZZ'))).toEqual([]);
    expect(JSON.stringify((await look('oycs')).body)).not.toContain(PLANTED.name);
    for (const wrong of ['z', '张', 'z w', 'zw%', 'abcdefghijklm']) {
      expect(code(await look(wrong))).toEqual([400, 'invalid-request']);
    }
  });

  test('somebody new is found at once, somebody erased no more', async () => {
    const body = { project: LAKE, building: '7', room: '7-1-101', residents: [{ name: '曾小贤' }, { name: 'Tom' }] };
    const { body: home } = await office.call('manager', 'POST', '/api/v1/households', body);
    expect(idsOf(await look('zxx'))).toEqual([home.id]);
    const [zeng] = (home.residents as { id: string; name: string }[]).filter(({ name }) => name.startsWith('曾'));
    await office.call('manager', 'POST', `/api/v1/residents/${zeng?.id ?? ''}/erase`, { reason: 'requested' });
    expect(idsOf(await look('zxx'))).toEqual([]);
  });

  test('those who came before are filled in, and once is enough', async () => {
    const { db } = office.deps.database;
    await sql`update resident set initials_index = null where id <> 'r-none'`.execute(db);
    expect(idsOf(await look('oycs'))).toEqual([]);
    const keys = { sealer: office.deps.sealer, index: office.deps.blindIndex };
    expect(await fillInitials(office.deps.database, keys)).toBeGreaterThan(2);
    expect(idsOf(await look('oycs'))).toEqual(['h-1']);
    expect(idsOf(await look('zxx'))).toEqual([]);
    expect(await fillInitials(office.deps.database, keys)).toBe(0);
  });

  test('tells of open cases of the home', async () => {
    const [found] = (await look('oycs')).body.items ?? [];
    expect(found).toMatchObject({ id: 'h-1', cases: [] });
  });

  test('is written down, without what was looked for', async () => {
    await look('oycs');
    const [entry] = await auditOf('resident.lookup');
    expect(entry).toMatchObject({
      actor: 's-customer_service',
      project: LAKE,
      details: { by: ['initials'], found: 1 },
    });
    expect(JSON.stringify(entry)).not.toMatch(/oycs/i);
    expect(office.logs.join('')).not.toMatch(/oycs/i);
  });

  test('120 times a minute and no more', async () => {
    const body = { project: LAKE, phone: '13000000000' };
    const ask = () => office.call('security', 'POST', '/api/v1/lookup', body);
    for (let index = 0; index < 120; index += 1) expect((await ask()).status).toBe(200);
    const refused = await ask();
    expect(code(refused)).toEqual([429, 'rate-limited']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await look('oycs')).status).toBe(200);
  });
});

describe('seeing personal data in the clear', () => {
  const unmask = (as: Caller, what = 'households/h-1') =>
    office.call(as, 'POST', `/api/v1/${what}/unmask`, { reason: 'visit' });

  test('sixty times an hour each, whatever it is, and whoever wants more is written down once', async () => {
    for (let index = 0; index < 60; index += 1) {
      office.now += 1_000;
      const what = index % 2 === 0 ? 'households/h-1' : 'subjects/r-1';
      expect((await unmask('engineering', what)).status).toBe(200);
    }
    expect(code(await unmask('engineering', 'subjects/r-2'))).toEqual([429, 'unmask-budget-spent']);
    const refused = await unmask('engineering');
    expect(code(refused)).toEqual([429, 'unmask-budget-spent']);
    expect(refused.body.args).toEqual({ allowed: 60, seconds: 3541 });
    expect(refused.headers.get('retry-after')).toBe('3541');
    expect(JSON.stringify(refused.body)).not.toContain(PLANTED.phone);
    await unmask('engineering');
    expect((await unmask('finance')).status).toBe(200);
    const beyond = await auditOf('unmask.beyond-budget');
    expect(beyond).toMatchObject([{ actor: 's-engineering', subject: 'resident/r-2', details: { allowed: 60 } }]);
    office.now += 3_540_000;
    expect((await unmask('engineering')).status).toBe(429);
    office.now += 1_000;
    expect((await unmask('engineering')).status).toBe(200);
    expect((await unmask('engineering')).status).toBe(429);
  });
});

describe('a draft', () => {
  const ask = (method: string, key: string, body?: object, as: Caller = 'customer_service') =>
    office.call(as, method, `/api/v1/drafts${key === '' ? '' : `/${key}`}`, body);
  const SAID = '王先生说厨房漏水 3-2-1501';

  test('is kept for whoever wrote it, encrypted', async () => {
    expect((await ask('PUT', 'call-1', { content: SAID })).status).toBe(204);
    expect((await ask('GET', 'call-1')).body).toMatchObject({ key: 'call-1', content: SAID });
    expect((await ask('GET', 'call-1', undefined, 'manager')).body).toEqual({
      ...{ key: 'call-1', content: null, updatedAt: null },
    });
    const rows = await office.deps.database.db.selectFrom('draft').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain('1501');
    expect((await ask('PUT', 'call-1', { content: '改了' })).status).toBe(204);
    expect((await ask('GET', 'call-1')).body.content).toBe('改了');
    expect((await ask('DELETE', 'call-1')).status).toBe(204);
    expect((await ask('GET', 'call-1')).body.content).toBeNull();
    expect(office.logs.join('')).not.toContain('厨房');
  });

  test('one of another row does not open', async () => {
    await ask('PUT', 'call-1', { content: SAID });
    await sql`update draft set key = 'call-2' where key = 'call-1'`.execute(office.deps.database.db);
    expect((await ask('GET', 'call-2')).status).toBe(500);
    await ask('DELETE', 'call-2');
  });

  test('runs out after seven days, by the clock', async () => {
    await ask('PUT', 'old', { content: 'x' });
    office.now += 7 * DAY;
    expect((await ask('GET', 'old')).body.content).toBe('x');
    office.now += 1;
    expect((await ask('GET', 'old')).body.content).toBeNull();
    await ask('PUT', 'new', { content: 'y' });
    const rows = await office.deps.database.db.selectFrom('draft').select('key').execute();
    expect(rows.map(({ key }) => key)).toEqual(['new']);
    await ask('DELETE', 'new');
  });

  test('fifty of a person, 16 KB each', async () => {
    for (let index = 0; index < 50; index += 1) await ask('PUT', `d-${index}`, { content: '字' });
    expect(code(await ask('PUT', 'one-more', { content: 'x' }))).toEqual([409, 'too-many-drafts']);
    expect((await ask('PUT', 'd-7', { content: '字'.repeat(16_384) })).status).toBe(204);
    expect((await ask('PUT', 'one-more', { content: 'x' }, 'manager')).status).toBe(204);
    expect(code(await ask('PUT', 'd-7', { content: 'x'.repeat(16_385) }))).toEqual([400, 'invalid-request']);
    expect(code(await ask('PUT', 'd-7', { content: 'x'.repeat(200_000) }))).toEqual([413, 'body-too-large']);
    expect(code(await ask('PUT', '张三', { content: 'x' }))).toEqual([400, 'invalid-request']);
    const { body } = await ask('GET', '');
    expect([body.total, body.items?.length]).toEqual([50, 50]);
  });
});
