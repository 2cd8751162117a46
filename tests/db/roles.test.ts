import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { createDatabase, type DatabaseHandle } from '../../db/database';
import { migrateToLatest } from '../../db/migrate';
import { appendAudit, verifyAudit } from '../../db/queries/audit';
import { writeBatch } from '../../db/queries/journal';
import { openTestDatabase, sealer, silent, type OpenDatabase } from './open';
import { MONDAY, wholeComplaint } from './played-case';

/** The users of docs/operations.md, "Users of the database": whoever has opened it here is its owner. */
const SCRIPT = readFileSync(join(__dirname, '../../deploy/database-roles.sql'), 'utf8');
const APP = 'guanjia_app';
const PASSWORD = 'of-this-test';

let owner: OpenDatabase;
let app: DatabaseHandle;

const asOwner = (statement: string): Promise<unknown> => sql.raw(statement).execute(owner.db);

beforeAll(async () => {
  owner = await openTestDatabase({ empty: true });
  await asOwner(`create role ${APP} login password '${PASSWORD}'`);
  await asOwner(SCRIPT);
  await migrateToLatest(owner.db);
  const url = new URL(owner.url);
  [url.username, url.password] = [APP, PASSWORD];
  app = createDatabase(url.href, { logger: silent });
});

afterAll(async () => {
  await app.close();
  await asOwner(`drop owned by ${APP}`);
  await asOwner(`drop role ${APP}`);
  await owner.drop();
});

test('API and workers read and write in every table that the migration made', async () => {
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class
     where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace
       and exists (select from unnest(array['select', 'insert', 'update', 'delete']) as privilege
                    where not has_table_privilege(${APP}, oid, privilege))`.execute(owner.db);
  expect(rows).toEqual([]);
  for (const batch of wholeComplaint('C-ROLE-0001')) {
    expect(await writeBatch(app, batch, { sealer })).toBe('written');
  }
});

test('they add to the audit log, and have no way to change it or to be let', async () => {
  const at = MONDAY;
  const entry = { at, actor: 'manager', role: 'manager', action: 'case.unmask', subject: 'case/C-ROLE-0001' } as const;
  await appendAudit(app.db, { ...entry, project: null, details: {} });
  await expect(sql`delete from audit_log`.execute(app.db)).rejects.toThrow('append-only');
  for (const way of [
    'alter table audit_log disable trigger all',
    'drop trigger audit_log_append_only on audit_log',
    'create or replace function refuse_change() returns trigger language plpgsql as $$ begin return new; end $$',
    'set session_replication_role = replica',
    'truncate audit_log',
    'drop table audit_log',
    'set role guanjia',
    'create table mine (n int)',
  ]) {
    // 42501: insufficient_privilege.
    const refused = sql.raw(way).execute(app.db);
    await expect(refused).rejects.toMatchObject({ code: '42501' });
  }
  expect(await verifyAudit(app.db)).toMatchObject({ intact: true, count: 1 });
});

test('on a database that is in use the script says the same, as often as one likes', async () => {
  await asOwner(`drop owned by ${APP}`);
  await expect(verifyAudit(app.db)).rejects.toMatchObject({ code: '42501' });
  for (let time = 0; time < 2; time += 1) await asOwner(SCRIPT);
  expect(await verifyAudit(app.db)).toMatchObject({ intact: true, count: 1 });
  await asOwner('create table later (n int)');
  await sql`insert into later values (1)`.execute(app.db);
});
