import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { createCompany } from '../../db/queries/company';
import { erasures, eraseResident, lockResident, type Erasure } from '../../db/queries/erasure';
import { insertResidents } from '../../db/queries/api-households';
import { setPhone } from '../../db/queries/residents';
import { DAY } from '../../domain/instant';
import { writeBatch } from '../../db/queries/journal';
import { ERASED, putTexts, readTexts, sealText, type Subject } from '../../db/queries/vault';
import { COMPANY, LAKE, PLANTED } from '../api/resources/company';
import { contentOf } from './content';
import { clock, ids, index, openTestDatabase, sealer, type OpenDatabase } from './open';
import { MONDAY, PlayedCase } from './played-case';

let database: OpenDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
  await createCompany(database.db, COMPANY, { sealer, clock, ids, index });
});
afterAll(() => database.drop());

const phoneIndex = index.phone(LAKE, PLANTED.phone);

function erase(id: string, named: readonly string[] = []): Promise<Erasure> {
  return database.db.transaction().execute(async (trx) => {
    const resident = await lockResident(trx, id);
    if (!resident) throw new Error('nobody');
    return eraseResident(trx, resident, named, MONDAY);
  });
}

/** The same rows without the telephone's index, which goes with the person. */
async function without(no: string): Promise<unknown> {
  const content = await contentOf(database.db, no);
  return JSON.parse(JSON.stringify(content).replaceAll(`"${phoneIndex}"`, 'null')) as unknown;
}

test('what a case holds beside texts stays as it is, also when it is written anew', async () => {
  const no = 'C-ERASE-001';
  const matter = sealText(sealer, no, randomUUID(), '电梯坏了');
  const note = sealText(sealer, no, randomUUID(), '回过电话');
  const opened = PlayedCase.open({ no, project: LAKE, matter, record: { phoneIndex } });
  const noted = opened.played.command('note', { text: note });
  for (const batch of [opened.batch, noted.batch]) await writeBatch(database, batch, { sealer });
  const before = await without(no);
  const refs = [matter.ref, note.ref];
  expect(JSON.stringify(await contentOf(database.db, no))).toContain(phoneIndex);

  expect(await erase('r-1')).toEqual({ resident: 'r-1', cases: [no], at: MONDAY });
  const texts = async () => [...(await readTexts(database.db, sealer, refs)).values()];
  expect(await texts()).toEqual([ERASED, ERASED]);
  expect(await contentOf(database.db, no)).toEqual(before);

  // A rebuild, or the auditor: the whole journal again, from histories that still carry the sealed texts.
  const { batch } = noted;
  const whole = { ...batch, fence: batch.fence + 1, opened: opened.batch.opened };
  const events = [...opened.batch.events, ...batch.events];
  const receipts = [...opened.batch.receipts, ...batch.receipts];
  expect(await writeBatch(database, { ...whole, events, receipts }, { sealer })).toBe('written');
  expect(await texts()).toEqual([ERASED, ERASED]);
  expect(await contentOf(database.db, no)).toEqual(before);
});

test('done again it finds the same, and takes what has come since', async () => {
  const no = 'C-ERASE-002';
  const opened = PlayedCase.open({ no, project: LAKE });
  await writeBatch(database, opened.batch, { sealer });
  const subject: Subject = { kind: 'case', id: no };
  const put = async (plain: string): Promise<string> => {
    const ref = randomUUID();
    await putTexts(database.db, sealer, subject, [{ ref, plain }], MONDAY);
    return ref;
  };
  const read = async (ref: string) => (await readTexts(database.db, sealer, [ref])).get(ref);
  const first = await put('第一');
  expect((await erase('r-1', [no])).cases).toEqual(['C-ERASE-001', no]);
  const second = await put('第二');
  expect([await read(first), await read(second)]).toEqual([ERASED, '第二']);
  expect((await erase('r-1')).cases).toEqual(['C-ERASE-001', no]);
  expect(await read(second)).toBe(ERASED);
  expect(await erasures(database.db)).toEqual([{ resident: 'r-1', cases: ['C-ERASE-001', no], at: MONDAY }]);
  // A request that is repeated finds its text gone and is not refused.
  const [again] = await putTexts(database.db, sealer, subject, [{ ref: first, plain: '第一' }], MONDAY);
  expect(again?.ref).toBe(first);
  expect(await read(first)).toBe(ERASED);
});

test('texts that come at the same moment are kept under the next key or erased, never left without one', async () => {
  const no = 'C-ERASE-003';
  await writeBatch(database, PlayedCase.open({ no, project: LAKE }).batch, { sealer });
  const subject: Subject = { kind: 'case', id: no };
  const refs: string[] = [];
  const writing = Array.from({ length: 60 }, async (_, n) => {
    const ref = randomUUID();
    refs.push(ref);
    await putTexts(database.db, sealer, subject, [{ ref, plain: `text ${n}` }], MONDAY);
  });
  await Promise.all([...writing, erase('r-2', [no]), erase('r-2', [no])]);
  const texts = await readTexts(database.db, sealer, refs);
  expect(texts.size).toBe(60);
  for (const text of texts.values()) expect(text).toMatch(/^(text \d+|\[erased\])$/);
});

test('nobody is found by his name or telephone any more, and a home mate still is', async () => {
  const rows = await sql<{ id: string }>`select id from resident where project = ${LAKE}
    and (phone_index = ${phoneIndex} or name_index in (${index.name(LAKE, PLANTED.name)}, ''))
    order by id`.execute(database.db);
  expect(rows.rows.map(({ id }) => id)).toEqual(['r-1', 'r-2']);
  const keys = database.db.selectFrom('api_key').select(['label', 'revoked_at']).where('resident', '=', 'r-1');
  expect(await keys.execute()).toEqual([{ label: '', revoked_at: new Date(MONDAY) }]);
});

test('cases from a telephone that was his then go with him, and none that is another’s now or came later', async () => {
  const numbers = { then: '13611110001', wrong: '13611110002', now: '13611110003' };
  const [then, wrong, now] = Object.values(numbers).map((phone) => index.phone(LAKE, phone)) as [
    string,
    string,
    string,
  ];
  const resident = { household: 'h-1', project: LAKE, nameRef: randomUUID(), nameIndex: 'n', initialsIndex: '' };
  const known = (id: string, phoneIndex: string) => ({
    ...resident,
    id,
    phoneIndex,
    phoneRef: randomUUID(),
    at: MONDAY,
  });
  await insertResidents(database.db, [known('r-moved', wrong), known('r-other', wrong)]);
  const { db } = database;
  for (const [value, at] of [
    [then, MONDAY],
    [now, MONDAY + 2 * DAY],
  ] as const) {
    await setPhone(db, 'r-moved', { ref: randomUUID(), index: value }, { at, corrected: true });
  }
  const open = async (no: string, phoneIndex: string, at: number): Promise<void> => {
    const { batch } = PlayedCase.open({ no, project: LAKE, record: { phoneIndex }, at });
    await writeBatch(database, batch, { sealer });
  };
  await open('C-FORMR-001', then, MONDAY + DAY);
  await open('C-FORMR-002', then, MONDAY + 3 * DAY);
  await open('C-FORMR-003', wrong, MONDAY);
  await open('C-FORMR-004', now, MONDAY + 3 * DAY);
  expect((await erase('r-moved')).cases).toEqual(['C-FORMR-001', 'C-FORMR-004']);
  expect(await db.selectFrom('resident_former').selectAll().where('resident', '=', 'r-moved').execute()).toEqual([]);
});
