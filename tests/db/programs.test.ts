import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { sql } from 'kysely';
import { appendAudit } from '../../db/queries/audit';
import { createCompany } from '../../db/queries/company';
import { eraseResident, lockResident } from '../../db/queries/erasure';
import { COMPANY, LAKE, PLANTED } from '../api/resources/company';
import { keyText } from '../common/keys';
import { runToEnd, type Ended } from '../support/program';
import { testFolder } from '../support/servers';
import { allText } from './content';
import { clock, ids, index, openTestDatabase, sealer, type OpenDatabase } from './open';

jest.setTimeout(60_000);

const key = keyText(1);
const variables = (database: OpenDatabase) => ({
  DATABASE_URL: database.url,
  TEMPORAL_ADDRESS: '127.0.0.1:1',
  GUANJIA_CODEC_KEYS: `k1:${key}`,
  GUANJIA_VAULT_KEYS: `k1:${key}`,
  GUANJIA_INDEX_KEY: key,
});

describe('audit:verify', () => {
  let database: OpenDatabase;
  let head: string;
  beforeAll(async () => {
    database = await openTestDatabase();
    for (let n = 0; n < 5; n += 1) await append(`case/C-${n}`);
    await sql`create table kept as select * from audit_log`.execute(database.db);
  });
  afterAll(() => database.drop());

  const append = (subject: string) =>
    appendAudit(database.db, {
      ...{ at: clock.now(), actor: 's-1', role: 'manager', action: 'case.unmask', subject, project: LAKE },
      details: { reason: 'visit' },
    });
  const verify = (...args: string[]): Promise<Ended> => runToEnd('db/verify-audit.ts', args, variables(database));

  /** As whoever may do everything in the database. */
  async function tamper(statements: string): Promise<void> {
    await sql`alter table audit_log disable trigger audit_log_append_only`.execute(database.db);
    await sql`delete from audit_log`.execute(database.db);
    await sql`insert into audit_log select * from kept`.execute(database.db);
    for (const statement of statements.split(';')) await sql.raw(statement).execute(database.db);
    await sql`alter table audit_log enable trigger audit_log_append_only`.execute(database.db);
  }

  test('prints the head of a log that is intact', async () => {
    const ended = await verify();
    expect(ended).toMatchObject({ code: 0, output: expect.stringContaining('the audit log is intact') as string });
    // Beside the log line, which may come first or last.
    head = ended.stdout.split('\n').find((line) => /^5:[0-9a-f]{64}$/.test(line)) ?? '';
    expect(head).not.toBe('');
    expect((await verify('--head', head)).code).toBe(0);
    expect(await verify('--head', 'x')).toMatchObject({ code: 1, output: expect.stringContaining('usage') as string });
  });

  test.each([
    ['changed', `update audit_log set actor = 's-2' where n = 3`, 3, 'changed'],
    ['dated back', `update audit_log set at = at - interval '1 day' where n = 2`, 2, 'changed'],
    ['deleted', 'delete from audit_log where n = 4', 4, 'missing'],
    [
      'put in',
      `update audit_log set n = n + 10 where n > 2; update audit_log set n = n - 9 where n > 12;
       insert into audit_log select 3, at, 'x', role, action, subject, project, details, previous, hash from kept where n = 3`,
      3,
      'changed',
    ],
    [
      'put in another order',
      `update audit_log set n = 12 where n = 2; update audit_log set n = 2 where n = 3;
       update audit_log set n = 3 where n = 12`,
      2,
      'changed',
    ],
  ])('finds a row that was %s', async (_what, statements, row, why) => {
    await tamper(statements);
    const { code, output } = await verify();
    expect([code, output]).toEqual([1, expect.stringContaining(`row ${row} ${why}`)]);
  });

  test('finds an end that was cut off, and a chain made anew, beside a head that was kept', async () => {
    await tamper('delete from audit_log where n = 5');
    expect((await verify()).code).toBe(0);
    const cut = await verify('--head', head);
    expect([cut.code, cut.output]).toEqual([1, expect.stringContaining('row 5 cut-off')]);
    await append('case/C-other');
    expect((await verify()).code).toBe(0);
    const anew = await verify('--head', head);
    expect([anew.code, anew.output]).toEqual([1, expect.stringContaining('row 5 rewritten')]);
  });
});

describe('erasures', () => {
  test('are listed, and done again to a database restored from an older backup', async () => {
    const [live, restored] = await Promise.all([openTestDatabase(), openTestDatabase()]);
    for (const { db } of [live, restored]) await createCompany(db, COMPANY, { sealer, clock, ids, index });
    await live.db.transaction().execute(async (trx) => {
      const resident = await lockResident(trx, 'r-1');
      if (resident) await eraseResident(trx, resident, ['C-7K2M-94QD'], clock.now());
    });
    const listed = await runToEnd('db/erasures.ts', ['list'], variables(live));
    expect(JSON.parse(listed.stdout)).toEqual({ resident: 'r-1', cases: ['C-7K2M-94QD'], at: clock.now() });

    const file = path.join(testFolder(), 'erasures');
    writeFileSync(file, `${listed.stdout}{"resident":"r-later","cases":[]}\n`);
    const phone = index.phone(LAKE, PLANTED.phone);
    expect(await allText(restored.db)).toContain(phone);
    const applied = await runToEnd('db/erasures.ts', ['apply', file], variables(restored));
    expect([applied.code, applied.output]).toEqual([0, expect.stringMatching(/erased again[^]*not in this database/)]);
    expect(await allText(restored.db)).not.toContain(phone);
    const keys = restored.db.selectFrom('vault_key').where('subject_id', '=', 'r-1').selectAll();
    expect(await keys.execute()).toEqual([]);
    const { rows } = await sql<{ details: unknown }>`select details from audit_log`.execute(restored.db);
    expect(rows).toEqual([{ details: { reason: 'restored', cases: ['C-7K2M-94QD'] } }]);

    writeFileSync(file, 'nonsense\n');
    const refused = await runToEnd('db/erasures.ts', ['apply', file], variables(restored));
    expect([refused.code, refused.output]).toEqual([1, expect.stringContaining('line 1 is not as')]);
    await Promise.all([live.drop(), restored.drop()]);
  });
});
