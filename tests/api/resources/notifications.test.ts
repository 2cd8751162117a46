import { transact } from '../../../db/database';
import { insertNotices } from '../../../db/queries/notices';
import { putTexts } from '../../../db/queries/vault';
import { writeBatch } from '../../../db/queries/journal';
import type { Role } from '../../../domain/actor';
import { MINUTE } from '../../../domain/instant';
import { MONDAY as PLAYED, PlayedCase } from '../../db/played-case';
import { HILL, LAKE, PLANTED, type Caller } from './company';
import { MONDAY, startOffice, type Json, type Office } from './support';

const CASE = 'C-AAAA-0001';
const OTHER = 'C-AAAA-0002';
const TEXT_REF = '0b1d7c6e-51a1-4c4e-9a55-0a2f4d1c2b3a';

let office: Office;
beforeAll(async () => {
  office = await startOffice();
  const { database, sealer, blindIndex } = office.deps;
  const home = blindIndex.room(LAKE, PLANTED.room);
  const cases = { [CASE]: home, [OTHER]: blindIndex.room(LAKE, '3-2-1502') };
  for (const [no, roomIndex] of Object.entries(cases)) {
    await writeBatch(database, PlayedCase.open({ no, at: PLAYED }).batch, { sealer });
    await database.db.updateTable('case').set({ room_index: roomIndex }).where('no', '=', no).execute();
  }
  const subject = { kind: 'case', id: CASE } as const;
  await putTexts(database.db, sealer, subject, [{ ref: TEXT_REF, plain: '电梯今天修好' }], MONDAY);
  await send(1, { recipients: ['s-engineering'], role: 'engineering', urgent: true });
  await send(2, { recipients: ['s-engineering', 's-both'], role: 'engineering' });
  await send(3, { recipients: [], role: 'duty_manager' });
  await send(4, { recipients: ['resident'], text: TEXT_REF });
  await send(5, { recipients: ['resident'], no: OTHER });
  await send(6, { recipients: ['s-engineering'], role: 'engineering', channel: 'drill-diverted' });
  await send(7, { recipients: ['s-engineering'], project: HILL, no: 'C-HH11-0001' });
  await send(8, { recipients: [], role: 'duty_manager', project: HILL, no: 'C-HH11-0001' });
});
afterAll(() => office.stop());

interface Sent {
  readonly recipients: readonly string[];
  readonly role?: Role;
  readonly project?: string;
  readonly no?: string;
  readonly channel?: string;
  readonly urgent?: boolean;
  readonly text?: string;
}

async function send(number: number, sent: Sent): Promise<void> {
  const { project = LAKE, no = CASE, channel = 'inbox', role = null, recipients } = sent;
  const request = {
    key: `${no}/${number}`,
    ...{ no, project, seq: number, mode: 'live' as const, at: MONDAY - MINUTE * (10 - number) },
    ...{ template: `template-${number}`, args: { kind: 'acknowledge', number } },
    to: { kind: 'role' as const, role: 'duty_manager' as const, department: null },
    ...{ obligation: null, urgent: sent.urgent ?? false, upwards: [] },
    text: sent.text === undefined ? null : { ref: sent.text, digest: '' },
  };
  await transact(office.deps.database.pool, 'begin', (client) =>
    insertNotices(client, [{ request, channel, recipients, role, skipped: ['manager'] }]),
  );
}

const inbox = (as: Caller, query = '') => office.call(as, 'GET', `/api/v1/notifications${query}`);
const templates = ({ body }: { body: Json }) => (body.items ?? []).map(({ template }) => template);
const idsOf = async (as: Caller) => ((await inbox(as)).body.items ?? []).map(({ id }) => String(id));

describe('the inbox', () => {
  test('has what was sent to me in my projects, newest first', async () => {
    const answer = await inbox('engineering');
    expect(templates(answer)).toEqual(['template-2', 'template-1']);
    expect(answer.body).toMatchObject({ total: 2, next: null, asOf: new Date(MONDAY).toISOString() });
    expect(answer.body.items?.[1]).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      ...{ case: CASE, seq: 1, project: LAKE, mode: 'live', template: 'template-1' },
      args: { kind: 'acknowledge', number: 1 },
      ...{ urgent: true, obligation: null, role: 'engineering', skipped: ['manager'], unclaimed: false, text: null },
      ...{ sentAt: new Date(MONDAY - 9 * MINUTE).toISOString(), readAt: null, acknowledgedAt: null },
    });
  });

  test('has what came to my role while nobody held it', async () => {
    expect(templates(await inbox('duty_manager'))).toEqual(['template-3']);
    expect((await inbox('duty_manager')).body.items?.[0]).toMatchObject({ unclaimed: true, role: 'duty_manager' });
  });

  test('of a resident has what his own home was told, with its words', async () => {
    const answer = await inbox('resident');
    expect(templates(answer)).toEqual(['template-4']);
    expect(answer.body.items?.[0]).toMatchObject({ text: '电梯今天修好', case: CASE });
  });

  test('of everybody else is empty', async () => {
    for (const as of ['customer_service', 'boss', 'quality'] as const) expect(templates(await inbox(as))).toEqual([]);
  });

  test('is filtered by case and project', async () => {
    expect(templates(await inbox('engineering', `?case=${CASE.toLowerCase()}&to=me`))).toHaveLength(2);
    expect(templates(await inbox('engineering', `?case=${OTHER}&project=${LAKE}`))).toEqual([]);
    expect((await inbox('engineering', '?case=nonsense')).status).toBe(404);
    expect((await inbox('engineering', '?to=s-both')).status).toBe(400);
  });

  test('goes on where a page ended, whatever comes meanwhile', async () => {
    const first = await inbox('engineering', '?limit=1');
    expect(first.body).toMatchObject({ total: 2, items: [{ template: 'template-2' }] });
    await send(12, { recipients: ['s-engineering'], role: 'engineering', no: OTHER });
    const rest = await inbox('engineering', `?limit=1&cursor=${String(first.body.next)}`);
    expect(rest.body).toMatchObject({ items: [{ template: 'template-1' }], next: null });
    expect(rest.body.asOf).toBe(first.body.asOf);
    const wrong = await inbox('engineering', `?unread=true&cursor=${String(first.body.next)}`);
    expect(wrong).toMatchObject({ status: 400, body: { code: 'invalid-cursor' } });
    const foreign = await inbox('duty_manager', `?cursor=${String(first.body.next)}`);
    expect(foreign).toMatchObject({ status: 400, body: { code: 'invalid-cursor' } });
  });
});

describe('marking', () => {
  const mark = (as: Caller, what: 'read' | 'acknowledge', ids: readonly string[]) =>
    office.call(as, 'POST', `/api/v1/notifications/${what}`, { ids });

  test('counts the first time, and only in one’s own inbox', async () => {
    const [newest = '', , oldest = ''] = await idsOf('engineering');
    const [theirs = ''] = await idsOf('resident');
    const first = office.now;
    expect((await mark('engineering', 'read', [oldest, theirs, 'f'.repeat(32)])).body).toEqual({
      marked: [oldest],
      unknown: [theirs, 'f'.repeat(32)],
    });
    office.now += MINUTE;
    expect((await mark('engineering', 'acknowledge', [oldest])).body).toMatchObject({ marked: [oldest] });
    await mark('engineering', 'acknowledge', [newest, newest]);
    const { body } = await inbox('engineering');
    expect(body.items?.find(({ id }) => id === oldest)).toMatchObject({
      readAt: new Date(first).toISOString(),
      acknowledgedAt: new Date(office.now).toISOString(),
    });
    expect(body.items?.find(({ id }) => id === newest)).toMatchObject({ readAt: new Date(office.now).toISOString() });
    expect(templates(await inbox('engineering', '?unread=true'))).toEqual(['template-2']);
    expect(templates(await inbox('engineering', '?unread=false'))).toEqual(['template-12', 'template-1']);
    expect((await inbox('resident')).body.items?.[0]?.readAt).toBeNull();
  });

  test('of a role’s message is for all who hold it', async () => {
    const [id = ''] = await idsOf('duty_manager');
    expect((await mark('customer_service', 'read', [id])).body).toEqual({ marked: [], unknown: [id] });
    expect((await mark('duty_manager', 'read', [id])).body).toEqual({ marked: [id], unknown: [] });
  });

  test.each([
    ['none', []],
    ['what is no id', ["x' or 1=1"]],
    ['too many', Array.from({ length: 201 }, () => 'f'.repeat(32))],
  ])('refuses %s', async (_what, ids) => {
    expect((await mark('engineering', 'read', ids)).status).toBe(400);
  });
});
