import { appendAudit } from '../../../db/queries/audit';
import { HILL, LAKE, type Caller } from './company';
import { startOffice, type Json, type Office } from './support';

let office: Office;
beforeAll(async () => {
  office = await startOffice();
});
afterAll(() => office.stop());

describe('health', () => {
  const ready = () => office.call(null, 'GET', '/readyz');

  test('alive, whoever asks', async () => {
    expect(await office.call(null, 'GET', '/healthz')).toMatchObject({ status: 200, body: { status: 'alive' } });
  });

  test('ready tells the truth of both servers, and says no more', async () => {
    expect(await ready()).toMatchObject({ status: 200, body: { ready: true, temporal: 'up', postgres: 'up' } });
    office.temporal = 'down';
    expect((await ready()).body).toEqual({ ready: false, temporal: 'down', postgres: 'up' });
    office.temporal = 'up';
    await office.database('away');
    expect(await ready()).toMatchObject({ status: 503, body: { ready: false, temporal: 'up', postgres: 'down' } });
    await office.database('back');
    expect((await ready()).status).toBe(200);
  });

  test('a frozen server is down too', async () => {
    office.temporal = 'silent';
    const asked = performance.now();
    expect(await ready()).toMatchObject({ status: 503, body: { temporal: 'down' } });
    expect(performance.now() - asked).toBeLessThan(5_000);
    office.temporal = 'up';
  });

  test('metrics name routes, never addresses', async () => {
    await office.call('manager', 'GET', '/api/v1/households/h-1');
    const { status, headers, body } = await office.call(null, 'GET', '/metrics');
    expect([status, headers.get('content-type')]).toEqual([200, expect.stringContaining('text/plain')]);
    expect(body.text).toContain('route="/api/v1/households/{id}"');
    expect(body.text).not.toContain('h-1');
  });
});

describe('audit', () => {
  const list = (as: Caller, query = '') => office.call(as, 'GET', `/api/v1/audit${query}`);
  const actions = ({ body }: { body: Json }) => (body.items ?? []).map(({ action }) => action);

  beforeAll(async () => {
    const entry = { at: office.now, role: 'manager', details: {} };
    for (const [number, project] of [LAKE, HILL, null, LAKE].entries()) {
      const subject = `thing/${number}`;
      await appendAudit(office.deps.database.db, {
        ...entry,
        actor: `a-${number}`,
        action: `do-${number}`,
        subject,
        project,
      });
    }
  });

  test('entries of my projects, newest first', async () => {
    const answer = await list('quality');
    expect(actions(answer)).toEqual(['do-3', 'do-0']);
    expect(answer.body.items?.[0]).toEqual({
      ...{ n: 4, at: new Date(office.now).toISOString(), actor: 'a-3', role: 'manager', action: 'do-3' },
      ...{ subject: 'thing/3', project: LAKE, details: {}, hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    expect(actions(await list('boss'))).toEqual(['do-3', 'do-2', 'do-1', 'do-0']);
  });

  test('by subject, actor and action', async () => {
    expect(actions(await list('boss', '?subject=thing/2'))).toEqual(['do-2']);
    expect(actions(await list('boss', '?actor=a-1'))).toEqual(['do-1']);
    expect(actions(await list('boss', '?action=do-0&actor=a-1'))).toEqual([]);
    expect(actions(await list('quality', '?subject=thing/1'))).toEqual([]);
  });

  test('pages fit together while entries are added', async () => {
    const first = await list('boss', '?limit=3');
    expect(first.body).toMatchObject({ total: 4, items: [{ n: 4 }, { n: 3 }, { n: 2 }] });
    await office.call('customer_service', 'POST', '/api/v1/households/h-1/unmask', { reason: 'call-back' });
    const rest = await list('boss', `?limit=3&cursor=${String(first.body.next)}`);
    expect(rest.body).toMatchObject({ total: 4, items: [{ n: 1 }], next: null });
    expect((await list('boss')).body.total).toBe(5);
  });
});
