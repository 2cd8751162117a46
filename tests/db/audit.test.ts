import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { appendAudit, listAudit, verifyAudit, type AuditEntry } from '../../db/queries/audit';
import { openTestDatabase, type OpenDatabase } from './open';
import { MONDAY } from './played-case';

let database: OpenDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.drop());

const entry = (number: number, more: Partial<AuditEntry> = {}): AuditEntry => ({
  at: MONDAY + number,
  actor: 'manager',
  role: 'manager',
  action: 'case.unmask',
  subject: `case/C-AUDT-000${number % 3}`,
  project: number % 2 === 0 ? 'lakeside' : null,
  details: { number, field: 'phone', reason: '回访', nested: { b: [1, 2.5, null], a: true }, absent: undefined },
  ...more,
});

test('an empty log is intact', async () => {
  expect(await verifyAudit(database.db)).toMatchObject({ intact: true, count: 0 });
});

test('writers at once make one chain, in which nothing is missing', async () => {
  const records = await Promise.all(Array.from({ length: 20 }, (_, index) => appendAudit(database.db, entry(index))));
  expect(records.map(({ n }) => n).sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  const check = await verifyAudit(database.db);
  expect(check).toEqual({ intact: true, count: 20, head: records.find(({ n }) => n === 20)?.hash });
});

test('an entry belongs to the transaction it is written in', async () => {
  const before = await verifyAudit(database.db);
  const failed = database.db.transaction().execute(async (trx) => {
    await appendAudit(trx, entry(99));
    throw new Error('refused');
  });
  await expect(failed).rejects.toThrow('refused');
  expect(await verifyAudit(database.db)).toEqual(before);
});

test('lists: newest first, by project, by subject, page by page', async () => {
  const all = await listAudit(database.db, { projects: '*', limit: 100 });
  expect(all.map(({ n }) => n)).toEqual(Array.from({ length: 20 }, (_, index) => 20 - index));
  const ofProject = await listAudit(database.db, { projects: ['lakeside'], limit: 100 });
  expect(ofProject.every(({ project }) => project === 'lakeside')).toBe(true);
  const subject = 'case/C-AUDT-0001';
  const page = await listAudit(database.db, { projects: '*', subject, limit: 3 });
  const rest = await listAudit(database.db, { projects: '*', subject, limit: 100, before: page.at(-1)?.n });
  expect([...page, ...rest]).toEqual(all.filter((record) => record.subject === subject));
  const first = all.at(-1);
  expect(first?.details).toMatchObject({ field: 'phone', nested: { a: true, b: [1, 2.5, null] } });
});

test('nothing in it can be changed, deleted or cleared away', async () => {
  await expect(sql`update audit_log set actor = 'x'`.execute(database.db)).rejects.toThrow('append-only');
  await expect(sql`delete from audit_log where n = 1`.execute(database.db)).rejects.toThrow('append-only');
  await expect(sql`truncate audit_log`.execute(database.db)).rejects.toThrow('append-only');
});

test('whoever changes it past the trigger is found out', async () => {
  const tampered = async (change: string, undo: string): Promise<unknown> => {
    await sql`alter table audit_log disable trigger audit_log_append_only`.execute(database.db);
    await sql.raw(change).execute(database.db);
    const check = await verifyAudit(database.db);
    await sql.raw(undo).execute(database.db);
    await sql`alter table audit_log enable trigger audit_log_append_only`.execute(database.db);
    return check;
  };
  const found = { intact: false, n: 7, why: 'changed' };
  const set = (column: string, value: string) => `update audit_log set ${column} = ${value} where n = 7`;
  expect(await tampered(set('actor', `'x'`), set('actor', `'manager'`))).toEqual(found);
  expect(await tampered(set('at', `at + interval '1 ms'`), set('at', `at - interval '1 ms'`))).toEqual(found);
  const details = `jsonb_set(details, '{field}', '"name"')`;
  const restored = `jsonb_set(details, '{field}', '"phone"')`;
  expect(await tampered(set('details', details), set('details', restored))).toEqual(found);
  await sql`create table kept as select * from audit_log where n = 7`.execute(database.db);
  expect(await tampered('delete from audit_log where n = 7', 'insert into audit_log select * from kept')).toEqual({
    ...found,
    why: 'missing',
  });
  expect(await verifyAudit(database.db)).toMatchObject({ intact: true, count: 20 });
});
