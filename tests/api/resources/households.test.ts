import { sql } from 'kysely';
import { newApiKey } from '../../../common/crypto/api-key';
import { pageKeys } from '../../../db/queries/api-keys';
import { writeBatch } from '../../../db/queries/journal';
import { insertKey } from '../../../db/queries/keys';
import { PlayedCase } from '../../db/played-case';
import { maskName, maskPhone, maskRoom } from '../../../api/resources/masks';
import { listAudit } from '../../../db/queries/audit';
import { mailboxOf } from '../../../db/queries/addresses';
import { readTexts, shred } from '../../../db/queries/vault';
import { MINUTE } from '../../../domain/instant';
import { HILL, LAKE, PLANTED, type Caller } from './company';
import { MONDAY, startOffice, type Json, type Office } from './support';

let office: Office;
beforeAll(async () => {
  office = await startOffice();
});
afterAll(() => office.stop());

const clerk = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
  office.call('customer_service', method, path, body, headers);
const audit = (subject: string) => listAudit(office.deps.database.db, { projects: '*', subject, limit: 10 });

const MASKED = {
  ...{ id: 'h-1', project: LAKE, building: '3', unit: '2', room: '3-2-***', careColour: 'red', movedTo: null },
  residents: [
    { id: 'r-1', name: '欧**', phone: '138****9911' },
    { id: 'r-2', name: '张**', phone: null },
  ],
};

describe('masks', () => {
  test.each([
    ['3-2-1501', '3-2-***'],
    ['3栋2单元1501室', '3-2-***'],
    ['1501', '***'],
    ['', '***'],
  ])('room %s', (room, shown) => expect(maskRoom(room)).toBe(shown));

  test.each([
    ['138 0000 0012', '138****0012'],
    ['+86 13800000012', '138****0012'],
    ['0571-88888888', '057****8888'],
    ['110', '****'],
    ['88888888', '****'],
  ])('phone %s', (phone, shown) => expect(maskPhone(phone)).toBe(shown));

  test.each([
    ['张伟', '张**'],
    ['𠮷野家', '𠮷**'],
    ['', '**'],
  ])('name %s', (name, shown) => expect(maskName(name)).toBe(shown));
});

describe('reading', () => {
  test('is masked', async () => {
    expect((await clerk('GET', '/api/v1/households/h-1')).body).toEqual(MASKED);
    const { body } = await clerk('GET', `/api/v1/households?project=${LAKE}&limit=2`);
    expect(body).toMatchObject({ total: 3, items: [MASKED, { id: 'h-2', room: '3-2-***' }] });
    const rest = await clerk('GET', `/api/v1/households?project=${LAKE}&limit=2&cursor=${String(body.next)}`);
    expect(rest.body).toMatchObject({ items: [{ id: 'h-3', room: '4-***', residents: [] }], next: null, total: 3 });
  });

  test('of one building', async () => {
    const { body } = await clerk('GET', `/api/v1/households?project=${LAKE}&building=4`);
    expect(body).toMatchObject({ total: 1, items: [{ id: 'h-3' }] });
  });

  test('who was erased is not shown any more', async () => {
    await shred(office.deps.database.db, { kind: 'resident', id: 'r-3' }, MONDAY);
    const { body } = await clerk('GET', '/api/v1/households/h-2');
    expect(body.residents).toEqual([{ id: 'r-3', name: '[erased]', phone: '[erased]' }]);
  });
});

describe('lookup', () => {
  const look = (body: object) => clerk('POST', '/api/v1/lookup', { project: LAKE, ...body });
  const ids = ({ body }: { body: Json }) => (body.items ?? []).map(({ id }) => id);

  test.each([
    ['a room', { room: '3栋2单元1501室' }, ['h-1']],
    ['a phone', { phone: '+86 138-0000-9911' }, ['h-1']],
    ['a name that two have', { name: '张 伟' }, ['h-1', 'h-2']],
    ['what must all fit', { name: '张伟', room: '3-2-1502' }, ['h-2']],
    ['nobody', { phone: '13900000000' }, []],
  ])('by %s', async (_what, body, expected) => {
    const answer = await look(body);
    expect(answer.status).toBe(200);
    expect(ids(answer)).toEqual(expected);
    expect(JSON.stringify(answer.body)).not.toContain(PLANTED.phone);
  });

  test('a home of another project with the same room is not found', async () => {
    expect((await look({ room: PLANTED.room })).body).toMatchObject({ total: 1, items: [MASKED] });
  });

  test.each([
    ['nothing to look for', {}, ''],
    ['a room without a visible character', { room: '\u200b\u200d' }, '/room'],
    ['no telephone number', { phone: 'call me' }, '/phone'],
    ['an unknown field', { room: '1', idCard: '1' }, '/idCard'],
  ])('refuses %s', async (_what, body, pointer) => {
    const answer = await look(body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-request', errors: [{ pointer }] } });
  });
});

describe('a new home', () => {
  const NEW = {
    project: LAKE,
    building: '5',
    unit: '1',
    room: '5-1-901',
    careColour: 'yellow',
    residents: [{ name: '李雷', phone: '13700001234' }, { name: '韩梅梅' }],
  };

  test('is found by what was typed, and shown masked', async () => {
    const ask = (body: object) => clerk('POST', '/api/v1/households', body, { 'idempotency-key': 'home-1' });
    const [made, again] = await Promise.all([ask(NEW), ask(NEW)]);
    expect(made).toMatchObject({
      status: 201,
      body: {
        room: '5-1-***',
        careColour: 'yellow',
        residents: expect.arrayContaining([
          expect.objectContaining({ name: '李**', phone: '137****1234' }),
          expect.objectContaining({ name: '韩**', phone: null }),
        ]),
      },
    });
    expect(again.body.id).toBe(made.body.id);
    expect(await ask({ ...NEW, room: '5-1-902' })).toMatchObject({ status: 422 });
    const found = await clerk('POST', '/api/v1/lookup', { project: LAKE, room: '5栋1单元901' });
    expect(found.body).toMatchObject({ items: [{ id: made.body.id }] });
    expect((await audit(`household/${String(made.body.id)}`)).map(({ action }) => action)).toEqual([
      'household.create',
    ]);
  });

  test('a room that is there already', async () => {
    const answer = await clerk('POST', '/api/v1/households', { ...NEW, room: '3 号楼 2 单元 1501' });
    expect(answer).toMatchObject({ status: 409, body: { code: 'conflict' } });
  });

  test('somebody moves in, and the care colour changes', async () => {
    const body = { name: '王小明', phone: '13600004321' };
    const headers = { 'idempotency-key': 'moves-in' };
    await clerk('POST', '/api/v1/households/h-3/residents', body, headers);
    const { status, body: home } = await clerk('POST', '/api/v1/households/h-3/residents', body, headers);
    expect([status, home.residents]).toEqual([
      201,
      [{ id: expect.stringMatching(/^r-[0-9a-f]{16}$/), name: '王**', phone: '136****4321' }],
    ]);
    expect((await clerk('PATCH', '/api/v1/households/h-3', { careColour: 'red' })).body.careColour).toBe('red');
    expect((await clerk('PATCH', '/api/v1/households/h-3', { careColour: null })).body.careColour).toBeNull();
    const colours = (await audit('household/h-3')).map(({ details }) => [details.before, details.careColour]);
    expect(colours).toEqual([
      ['red', null],
      [null, 'red'],
    ]);
  });
});

describe('unmasking', () => {
  test('shows everything for a minute, to those who said why', async () => {
    const answer = await office.call('engineering', 'POST', '/api/v1/households/h-1/unmask', {
      reason: 'visit',
    });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        room: PLANTED.room,
        residents: [
          { id: 'r-1', name: PLANTED.name, phone: PLANTED.phone },
          { id: 'r-2', name: '张伟' },
        ],
        until: new Date(office.now + MINUTE).toISOString(),
      },
    });
    expect(await audit('household/h-1')).toMatchObject([
      {
        ...{ actor: 's-engineering', role: 'engineering', action: 'household.unmask', project: LAKE, at: office.now },
        details: { reason: 'visit' },
      },
    ]);
  });

  test('without a log entry nothing is shown', async () => {
    const { db } = office.deps.database;
    await sql`create function refuse_entry() returns trigger language plpgsql as
      $$ begin raise exception 'full' using errcode = 'disk_full'; end $$`.execute(db);
    await sql`create trigger disk_is_full before insert on audit_log execute function refuse_entry()`.execute(db);
    const answer = await clerk('POST', '/api/v1/households/h-1/unmask', { reason: 'visit' });
    await sql`drop trigger disk_is_full on audit_log`.execute(db);
    expect(answer.status).toBe(503);
    expect(JSON.stringify(answer.body)).not.toContain(PLANTED.room);
  });

  test.each([
    ['no reason', {}],
    ['a reason of his own', { reason: '想看看' }],
  ])('refuses %s', async (_what, body) => {
    expect((await clerk('POST', '/api/v1/households/h-1/unmask', body)).status).toBe(400);
  });

  test.each(['x', 'C-0000-0000-0', ''])('a case %j that cannot be', async (no) => {
    const answer = await clerk('POST', '/api/v1/households/h-1/unmask', { reason: 'visit', case: no });
    expect(answer.status).toBe(404);
  });
});

describe('correcting a resident', () => {
  const correct = (id: string, body: object, as: Caller = 'customer_service') =>
    office.call(as, 'PATCH', `/api/v1/residents/${id}`, body);
  const lookUp = async (wanted: object): Promise<unknown[]> =>
    ((await clerk('POST', '/api/v1/lookup', { project: LAKE, ...wanted })).body.items ?? []).map(({ id }) => id);
  const WRONG = { name: '司马错字', phone: '13600000901' };
  const RIGHT = { name: '司马光', phone: '13600000902', email: 'sima@example.com', language: 'en' };
  let home: Json;
  let id: string;

  beforeAll(async () => {
    const body = { project: LAKE, building: '15', room: '15-1-101', residents: [WRONG] };
    home = (await clerk('POST', '/api/v1/households', body)).body;
    id = String((home.residents as Json[])[0]?.id);
  });

  test('he is found by what is right, and no more by what was wrong', async () => {
    expect(await correct(id, RIGHT)).toMatchObject({
      status: 200,
      body: {
        ...{ id, household: home.id, project: LAKE, name: '司**', phone: '136****0902' },
        ...{ email: 's***@example.com', language: 'en' },
      },
    });
    for (const wanted of [{ name: RIGHT.name }, { phone: RIGHT.phone }, { initials: 'smg' }]) {
      expect([wanted, await lookUp(wanted)]).toEqual([wanted, [home.id]]);
    }
    for (const wanted of [{ name: WRONG.name }, { phone: WRONG.phone }, { initials: 'smcz' }]) {
      expect([wanted, await lookUp(wanted)]).toEqual([wanted, []]);
    }
    const { body } = await office.call('engineering', 'POST', `/api/v1/subjects/${id}/unmask`, { reason: 'visit' });
    expect(body).toMatchObject(RIGHT);
  });

  test('what is sent to his home goes where he is reached now, in his language', async () => {
    const { db } = office.deps.database;
    const roomIndex = office.deps.blindIndex.room(LAKE, '15-1-101');
    const played = PlayedCase.open({ no: 'C-CRCT-0001', project: LAKE, record: { roomIndex } });
    await writeBatch(office.deps.database, played.batch, office.deps);
    await correct(id, { email: 'new@example.com', language: null });
    const mailbox = await mailboxOf(db, 'C-CRCT-0001');
    expect(mailbox).toMatchObject({ language: null, refs: [expect.any(String)] });
    expect([...(await readTexts(db, office.deps.sealer, mailbox?.refs ?? [])).values()]).toEqual(['new@example.com']);
  });

  test('one thing leaves the others, and null takes it away', async () => {
    await correct(id, { name: '司马相如' });
    expect((await correct(id, { phone: null, email: null })).body).toMatchObject({
      name: '司**',
      phone: null,
      email: null,
    });
    expect(await lookUp({ phone: RIGHT.phone })).toEqual([]);
  });

  test('the audit log says which fields, and neither what was nor what is', async () => {
    const entries = await audit(`resident/${id}`);
    expect(entries.filter(({ action }) => action === 'resident.change').map(({ details }) => details.changed)).toEqual([
      ['email', 'phone'],
      ['name'],
      ['email', 'language'],
      ['email', 'language', 'name', 'phone'],
    ]);
    const { rows } = await sql<{ line: string }>`select audit_log::text as line from audit_log`.execute(
      office.deps.database.db,
    );
    const written = [...office.logs, ...rows.map(({ line }) => line)].join('\n');
    const found = [...Object.values(WRONG), RIGHT.name, RIGHT.phone, RIGHT.email].filter((text) =>
      written.includes(text),
    );
    expect(found).toEqual([]);
  });

  test('what it was corrected from goes with him when he is erased', async () => {
    const { db } = office.deps.database;
    const mine = db
      .selectFrom('vault_text')
      .selectAll()
      .where('subject_kind', '=', 'resident')
      .where('subject_id', '=', id);
    const refs = (await mine.execute()).map(({ ref }) => ref);
    expect([...(await readTexts(db, office.deps.sealer, refs)).values()]).toEqual(
      expect.arrayContaining([WRONG.name, WRONG.phone, RIGHT.email, 'new@example.com']),
    );
    await office.call('manager', 'POST', `/api/v1/residents/${id}/erase`, { reason: 'requested' });
    expect(new Set((await readTexts(db, office.deps.sealer, refs)).values())).toEqual(new Set(['[erased]']));
    expect((await mine.execute()).filter(({ cipher, salt }) => cipher.length + salt.length > 0)).toEqual([]);
  });

  test('who was erased gets no new address', async () => {
    const reach = (method: string, body?: object) => clerk(method, `/api/v1/residents/${id}/contact`, body);
    const refused = await reach('PUT', { email: 'sima@example.com', language: 'en' });
    expect([refused.status, refused.body.code]).toEqual([409, 'conflict']);
    expect((await reach('GET')).body.email).toBeNull();
  });

  test.each([
    ['somebody of another project', 'r-hill', { phone: null }, 'customer_service', 404],
    ['nobody', 'r-none', { phone: null }, 'customer_service', 404],
    ['somebody who was erased', 'r-gone', { name: '又来' }, 'customer_service', 409],
    ['into nothing', 'r-2', {}, 'customer_service', 400],
    ['into a name that cannot be seen', 'r-2', { name: '\u200b\u200d' }, 'customer_service', 400],
    ['what he is not', 'r-2', { household: 'h-2' }, 'customer_service', 400],
    ['as an engineer', 'r-2', { phone: null }, 'engineering', 403],
  ] as const)('not %s', async (_what, who, body, as, status) => {
    const gone = await clerk('POST', '/api/v1/households/h-2/residents', { name: '走了' });
    const ids = (gone.body.residents as Json[]).map((each) => String(each.id));
    const last = ids.find((each) => each !== 'r-3') ?? '';
    await office.call('manager', 'POST', `/api/v1/residents/${last}/erase`, { reason: 'requested' });
    expect((await correct(who === 'r-gone' ? last : who, body, as)).status).toBe(status);
  });
});

describe('unmasking one person', () => {
  const unmask = (id: string, body: object = { reason: 'call-back' }, as: Caller = 'engineering') =>
    office.call(as, 'POST', `/api/v1/subjects/${id}/unmask`, body);

  test('whom a lookup found is shown by his id: what is kept of him, and nobody else', async () => {
    const found = await clerk('POST', '/api/v1/lookup', { project: LAKE, phone: PLANTED.phone });
    const [person] = found.body.items?.[0]?.residents as Json[];
    expect(await unmask(String(person?.id))).toMatchObject({
      status: 200,
      body: {
        ...{ id: 'r-1', household: 'h-1', project: LAKE, name: PLANTED.name, phone: PLANTED.phone },
        ...{ email: null, language: null, until: new Date(office.now + MINUTE).toISOString() },
      },
    });
    expect(await audit('resident/r-1')).toMatchObject([
      { actor: 's-engineering', action: 'subject.unmask', project: LAKE, details: { reason: 'call-back' } },
    ]);
  });

  test('who was erased has nothing to show, and that somebody asked is written down', async () => {
    const { body } = await unmask('r-3');
    expect(body).toMatchObject({ id: 'r-3', name: '[erased]', phone: '[erased]', email: null });
    expect(await audit('resident/r-3')).toMatchObject([{ action: 'subject.unmask' }]);
  });

  test.each([
    ['somebody of another project', 'r-hill', { reason: 'visit' }, 'engineering', 404],
    ['nobody', 'r-none', { reason: 'visit' }, 'engineering', 404],
    ['a home', 'h-1', { reason: 'visit' }, 'engineering', 404],
    ['about a case that cannot be', 'r-1', { reason: 'visit', case: 'C-0000-0000-0' }, 'engineering', 404],
    ['without a reason', 'r-1', {}, 'engineering', 400],
    ['for a reason of his own', 'r-1', { reason: '想看看' }, 'engineering', 400],
    ['as a resident', 'r-1', { reason: 'visit' }, 'resident', 403],
  ] as const)('not %s', async (_what, id, body, as, status) => {
    const before = await audit(`resident/${id}`);
    expect((await unmask(id, body, as)).status).toBe(status);
    expect(await audit(`resident/${id}`)).toEqual(before);
  });
});

test('names, telephone numbers and rooms stand in no log line and no audit entry', async () => {
  const { rows } = await sql<{ line: string }>`select audit_log::text as line from audit_log`.execute(
    office.deps.database.db,
  );
  const written = [...office.logs, ...rows.map(({ line }) => line)].join('\n');
  expect(written).toContain('household.unmask');
  for (const planted of [PLANTED.name, PLANTED.phone, PLANTED.room, '李雷', '13700001234', '5-1-901']) {
    expect([planted, written.includes(planted)]).toEqual([planted, false]);
  }
});

describe('moving to another project', () => {
  const to = { project: HILL, building: '8', unit: '1', room: '8-1-801' };
  const move = (as: 'boss' | 'customer_service', id: string, body: object, key: string) =>
    office.call(as, 'POST', `/api/v1/households/${id}/move`, body, { 'idempotency-key': key });
  const home = { project: LAKE, building: '6', room: '6-1-601', careColour: 'yellow' };
  const people = [{ name: '搬家人', phone: '13700001234' }, { name: '同住人' }];

  test('the people have a new home there; the old one says where, and its cases stay', async () => {
    const made = await clerk('POST', '/api/v1/households', { ...home, residents: people });
    const old = String(made.body.id);
    const resident = String((made.body.residents as Json[])[0]?.id);
    const reached = { email: 'moved@example.com', language: 'en' };
    expect((await clerk('PUT', `/api/v1/residents/${resident}/contact`, reached)).status).toBe(200);
    const key = newApiKey();
    const holder = { staff: null, resident, household: old, projects: [LAKE] };
    const about = { label: 'x', role: 'resident' as const, createdAt: MONDAY, createdBy: 'test', expiresAt: null };
    await insertKey(office.deps.database.db, { id: key.id, hash: key.hash, ...holder, ...about });
    const roomIndex = office.deps.blindIndex.room(LAKE, home.room);
    const played = PlayedCase.open({ no: 'C-MVNG-0001', project: LAKE, record: { roomIndex } });
    await writeBatch(office.deps.database, played.batch, office.deps);

    const [moved, again] = [await move('boss', old, to, 'm-1'), await move('boss', old, to, 'm-1')];
    expect(moved).toMatchObject({
      status: 201,
      body: {
        movedFrom: old,
        openCases: ['C-MVNG-0001'],
        home: { project: HILL, careColour: 'yellow', movedTo: null },
      },
    });
    const now = moved.body.home as Json;
    expect((now.residents as Json[]).map(({ phone }) => phone).sort()).toEqual(['137****1234', null]);
    expect((again.body.home as Json).id).toBe(now.id);
    const contacts = await Promise.all(
      (now.residents as Json[]).map(
        async (each) => (await office.call('hill', 'GET', `/api/v1/residents/${String(each.id)}/contact`)).body,
      ),
    );
    expect(contacts.map(({ email, language }) => [email, language])).toEqual(
      expect.arrayContaining([
        ['m***@example.com', 'en'],
        [null, null],
      ]),
    );
    expect((await clerk('PUT', `/api/v1/residents/${resident}/contact`, reached)).body.code).toBe('conflict');
    expect(await move('boss', old, to, 'm-2')).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect((await clerk('GET', `/api/v1/households/${old}`)).body).toMatchObject({ movedTo: now.id });
    expect((await clerk('POST', `/api/v1/households/${old}/residents`, { name: '来客' })).status).toBe(409);
    const found = await office.call('hill', 'POST', '/api/v1/lookup', { project: HILL, phone: '13700001234' });
    expect(found.body.items?.map(({ id }) => id)).toEqual([now.id]);
    const { items } = await pageKeys(office.deps.database.db, { filter: { projects: '*', ids: [key.id] }, limit: 1 });
    expect(items[0]?.revokedAt).toBe(office.now);
    expect(await audit(`household/${old}`)).toMatchObject([
      { action: 'household.move', project: LAKE, details: { openCases: 1, keysRevoked: 1 } },
      { action: 'household.create' },
    ]);
    // Somebody else lives in the room now.
    expect((await clerk('POST', '/api/v1/households', home)).status).toBe(201);
  });

  test.each([
    ['not to a project of others', 'customer_service', to, 404, 'not-found'],
    ['not within the project', 'customer_service', { ...to, project: LAKE }, 409, 'conflict'],
    ['not to a room that somebody has', 'boss', { ...to, room: PLANTED.room }, 409, 'conflict'],
    ['not to nowhere', 'boss', { ...to, project: 'nowhere' }, 404, 'not-found'],
  ] as const)('%s', async (name, as, body, status, code) => {
    const answer = await move(as, 'h-1', body, name.replaceAll(' ', '-'));
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect((await clerk('GET', '/api/v1/households/h-1')).body.movedTo).toBeNull();
  });
});
