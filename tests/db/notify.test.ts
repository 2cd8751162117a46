import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createNotifyActivities } from '../../activities/notify';
import { REFUSED_FOR_GOOD } from '../../activities/permanent';
import { createCompany } from '../../db/queries/company';
import { setStaffActive } from '../../db/queries/directory';
import { writeBatch } from '../../db/queries/journal';
import { countUnread, notificationsOf, type Inbox } from '../../db/queries/notifications';
import type { Role } from '../../domain/actor';
import type { NotifyOutcome, NotifyRequest } from '../../workflows/contracts/notify';
import { clock, ids, index, openTestDatabase, sealer, type OpenDatabase } from './open';
import { MONDAY, PlayedCase, textRef } from './played-case';

let database: OpenDatabase;
let seq = 0;
const member = (id: string, role: Role, department: string | null, project = 'lakeside') => ({
  id,
  name: `name of ${id}`,
  department,
  roles: [{ project, role }],
});

beforeAll(async () => {
  database = await openTestDatabase();
  const project = (id: string) => ({ id, name: id, zone: 'Asia/Shanghai', departments: [], households: [] });
  const staff = [
    member('cs-1', 'customer_service', 'customer_service'),
    member('cs-2', 'customer_service', 'customer_service'),
    { ...member('cs-left', 'customer_service', 'customer_service'), active: false },
    member('engineer', 'engineering', 'engineering'),
    member('head-e', 'department_head', 'engineering'),
    member('head-c', 'department_head', 'customer_service'),
    { ...member('duty', 'duty_manager', null), active: false },
    member('manager', 'manager', null),
    member('boss', 'general_manager', null, '*'),
    member('cs-elsewhere', 'customer_service', 'customer_service', 'hillside'),
  ];
  const projects = [project('lakeside'), project('hillside'), project('empty')];
  await createCompany(database.db, { id: 'co', name: 'Co', projects, staff, keys: [] }, { sealer, index, clock, ids });
});
afterAll(() => database.drop());

function request(to: NotifyRequest['to'], more: Partial<NotifyRequest> = {}): NotifyRequest {
  seq += 1;
  return {
    key: `C-NOTE-0001/${seq}`,
    no: 'C-NOTE-0001',
    seq,
    project: 'lakeside',
    mode: 'live',
    at: MONDAY + seq,
    template: 'case-received',
    to,
    obligation: null,
    urgent: false,
    args: { kind: 'close', dueAt: MONDAY },
    upwards: ['duty_manager', 'manager'],
    text: { ref: '00000000-0000-4000-8000-000000000001', digest: 'd' },
    ...more,
  };
}

async function send(...requests: NotifyRequest[]): Promise<NotifyOutcome[]> {
  const { notify } = createNotifyActivities({ database, clock });
  return notify(requests);
}

const role = (name: Role, department: string | null = null) => ({ kind: 'role', role: name, department }) as const;
const inboxOf = (person: string, roles: Role[] = []): Inbox => ({ person, roles, projects: ['lakeside'] });

describe('who is told', () => {
  test.each<[string, NotifyRequest['to'], Partial<NotifyRequest>, Partial<NotifyOutcome>]>([
    [
      'everybody who holds the role',
      role('customer_service'),
      {},
      { recipients: ['cs-1', 'cs-2'], role: 'customer_service' },
    ],
    ['the head of this department', role('department_head', 'engineering'), {}, { recipients: ['head-e'] }],
    ['every head when none is named', role('department_head'), {}, { recipients: ['head-c', 'head-e'] }],
    ['who holds the role everywhere', role('general_manager'), {}, { recipients: ['boss'], role: 'general_manager' }],
    ['a person', { kind: 'person', id: 'engineer' }, {}, { recipients: ['engineer'], role: null, skipped: [] }],
    ['the role of a person who left', { kind: 'person', id: 'cs-left' }, {}, { recipients: ['cs-1', 'cs-2'] }],
    [
      'the next rung when nobody is there',
      role('security'),
      {},
      { recipients: ['manager'], role: 'manager', skipped: ['security', 'duty_manager'] },
    ],
    [
      'the next rung for a head of no department',
      role('department_head', 'finance'),
      {},
      { recipients: ['manager'], skipped: ['department_head', 'duty_manager'] },
    ],
    [
      'the next rung for somebody unknown',
      { kind: 'person', id: 'x' },
      {},
      { recipients: ['manager'], role: 'manager' },
    ],
    ['the resident', { kind: 'resident' }, { upwards: [] }, { recipients: ['resident'], role: null, skipped: [] }],
    [
      'nobody in an empty project, which is kept to be seen',
      role('security'),
      { project: 'empty', upwards: ['manager'] },
      { recipients: [], role: null, skipped: ['security', 'manager'] },
    ],
    [
      'nobody at all',
      { kind: 'person', id: 'x' },
      { project: 'empty', upwards: [] },
      { skipped: ['customer_service'] },
    ],
  ])('%s', async (_name, to, more, expected) => {
    const sent = request(to, more);
    const [outcome] = await send(sent);
    expect(outcome).toMatchObject({ seq: sent.seq, channel: 'inbox', ...expected });
  });

  test('a message to nobody lies open to whoever holds the role later, in this project', async () => {
    const sent = request(role('security'), { project: 'empty', upwards: ['finance'], no: 'C-NOTE-0003' });
    const guard = (projects: string[]): Inbox => ({ person: 'new-guard', roles: ['security'], projects });
    const before = await countUnread(database.db, guard(['empty']));
    await send(sent);
    const messages = await notificationsOf(database.db, 'C-NOTE-0003');
    expect(messages).toMatchObject([
      { key: sent.key, recipient: null, role: 'security', skipped: ['security', 'finance'] },
    ]);
    expect(await countUnread(database.db, guard(['empty']))).toBe(before + 1);
    expect(await countUnread(database.db, guard(['lakeside']))).toBe(0);
  });
});

describe('once', () => {
  test('a repeated request has the same outcome although the roster changed', async () => {
    const requests = [request(role('customer_service')), request(role('security')), request({ kind: 'resident' })];
    const first = await send(...requests);
    await setStaffActive(database.db, 'cs-1', false);
    await setStaffActive(database.db, 'manager', false);
    expect(await send(...requests)).toEqual(first);
    expect(await send(request(role('customer_service')))).toMatchObject([{ recipients: ['cs-2'] }]);
    await setStaffActive(database.db, 'cs-1', true);
    await setStaffActive(database.db, 'manager', true);
  });

  test('a request that runs many times at once is delivered once', async () => {
    const sent = request(role('customer_service'), { no: 'C-NOTE-0002' });
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => send(sent)));
    for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0]);
    expect(await notificationsOf(database.db, 'C-NOTE-0002')).toHaveLength(2);
    const feed = await database.db.selectFrom('change_feed').selectAll().where('case_no', '=', 'C-NOTE-0002').execute();
    expect(feed).toMatchObject([{ kind: 'notice', fence: null, project: 'lakeside', seq: sent.seq }]);
  });

  describe('by two runs of one workflow task', () => {
    const later = (sent: NotifyRequest, more: Partial<NotifyRequest> = {}) => ({ ...sent, fence: MONDAY + 9, ...more });
    const storedOf = async (no: string) =>
      (await notificationsOf(database.db, no)).map(({ template, recipient }) => [template, recipient]);

    test('that ask for the same, it is sent once', async () => {
      const sent = request(role('customer_service'), { no: 'C-NOTE-0005', fence: MONDAY });
      const first = await send(sent);
      const stored = await notificationsOf(database.db, sent.no);
      expect(await send(later(sent, { at: sent.at + 9 }))).toEqual(first);
      expect(await notificationsOf(database.db, sent.no)).toEqual(stored);
      // The run in between is the older one now.
      await send(later(sent, { fence: MONDAY + 5, template: 'other' }));
      expect(await notificationsOf(database.db, sent.no)).toEqual(stored);
    });

    test.each(['first', 'last'])(
      'that ask for something else, the later run counts, and the lost one comes %s',
      async (when) => {
        const sent = request(role('customer_service'), { no: `C-NOTE-lost-${when}`, fence: MONDAY });
        const won = later(sent, { template: 'promise-due', to: { kind: 'resident' } });
        for (const each of when === 'first' ? [sent, won] : [won, sent]) await send(each);
        expect(await storedOf(sent.no)).toEqual([['promise-due', 'resident']]);
      },
    );

    test.each(['before', 'after'])(
      'of which the later asks for nothing, the lost one comes %s the journal',
      async (when) => {
        const no = `C-NOTE-none-${when}`;
        const opened = PlayedCase.open({ no }, MONDAY);
        await writeBatch(database, opened.batch, { sealer });
        const lost = opened.played.command('acknowledge', { note: null }, { fence: MONDAY + 1 });
        const [asked] = lost.batch.events.filter(({ type }) => type === 'notify-requested');
        const sent = request(
          { kind: 'resident' },
          { no, seq: asked?.seq, key: `${no}/${asked?.seq}`, fence: MONDAY + 1 },
        );
        if (when === 'before') await send(sent);
        // It goes on until the journal has something else under that number.
        for (let { played } = opened, fence = MONDAY + 2; played.state.seq < sent.seq; fence += 1) {
          const turn = played.command('note', { text: textRef() }, { fence, after: 1 });
          await writeBatch(database, turn.batch, { sealer });
          played = turn.played;
          if (when === 'before') expect(await storedOf(no)).toEqual([]);
        }
        if (when === 'after') await send(sent);

        expect(await storedOf(no)).toEqual([]);
      },
    );
  });

  test('data that can never be stored is refused for good', async () => {
    const sent = request({ kind: 'resident' }, { template: 'a\u0000b' });
    await expect(send(sent)).rejects.toMatchObject({ type: REFUSED_FOR_GOOD, nonRetryable: true });
  });
});

test('a drill is kept to be looked at and reaches no inbox; a mystery case looks as if live', async () => {
  const unread = await countUnread(database.db, inboxOf('engineer'));
  const drill = request({ kind: 'person', id: 'engineer' }, { mode: 'drill', no: 'C-DRIL-0001' });
  expect(await send(drill)).toMatchObject([{ channel: 'drill-diverted', recipients: ['engineer'] }]);
  expect(await countUnread(database.db, inboxOf('engineer'))).toBe(unread);
  expect(await notificationsOf(database.db, 'C-DRIL-0001')).toMatchObject([
    { channel: 'drill-diverted', mode: 'drill' },
  ]);
  const mystery = request({ kind: 'person', id: 'engineer' }, { mode: 'mystery' });
  expect(await send(mystery)).toMatchObject([{ channel: 'inbox' }]);
  expect(await countUnread(database.db, inboxOf('engineer'))).toBe(unread + 1);
});

test('what was sent about a case, to whom, and what is not read yet', async () => {
  const no = 'C-NOTE-0004';
  const unread = await countUnread(database.db, inboxOf('head-c'));
  const requests = [
    request({ kind: 'person', id: 'head-c' }, { no }),
    request({ kind: 'resident' }, { no, upwards: [] }),
  ];
  await send(...requests);
  const sent = await notificationsOf(database.db, no);
  expect(sent.map(({ key }) => key)).toEqual(requests.map(({ key }) => key));
  expect(sent[0]).toMatchObject({ args: requests[0]?.args, textRef: requests[0]?.text?.ref, sentAt: requests[0]?.at });
  expect(await notificationsOf(database.db, no, { recipient: 'resident' })).toEqual([sent[1]]);
  expect(await countUnread(database.db, inboxOf('head-c'))).toBe(unread + 1);
  await database.db
    .updateTable('notification')
    .set({ read_at: new Date(MONDAY) })
    .where('case_no', '=', no)
    .execute();
  expect(await countUnread(database.db, inboxOf('head-c'))).toBe(unread);
});
