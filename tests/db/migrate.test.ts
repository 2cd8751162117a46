import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { isMigrated, migrateToLatest } from '../../db/migrate';
import {
  currentPolicy,
  listPolicies,
  policyVersion,
  publishDefaultPolicies,
  publishPolicy,
} from '../../db/queries/policies';
import { clock, openTestDatabase, type OpenDatabase } from './open';

const MIGRATIONS = readdirSync(path.join(__dirname, '../../db/migrations')).length;

async function withEmpty(work: (database: OpenDatabase) => Promise<void>): Promise<void> {
  const database = await openTestDatabase({ empty: true, lockTimeoutMs: 0 });
  try {
    await work(database);
  } finally {
    await database.drop();
  }
}

test('two that migrate an empty database at once: one does it, the other waits', async () => {
  await withEmpty(async ({ db }) => {
    expect(await isMigrated(db)).toBe(false);
    const ran = await Promise.all([migrateToLatest(db), migrateToLatest(db), migrateToLatest(db)]);
    expect(ran.map(({ length }) => length).sort()).toEqual([0, 0, MIGRATIONS]);
    expect(await isMigrated(db)).toBe(true);
    expect(await migrateToLatest(db)).toEqual([]);
  });
});

test('default policies are published once, however many start at once', async () => {
  await withEmpty(async ({ db }) => {
    await migrateToLatest(db);
    await Promise.all(Array.from({ length: 4 }, () => publishDefaultPolicies(db, clock)));
    await publishDefaultPolicies(db, { now: () => clock.now() + 1 });
    const headers = await listPolicies(db);
    const first = { version: 1, publishedAt: clock.now(), publishedBy: 'system' };
    const families = ['complaint', 'consultation', 'dispute', 'repair', 'standard-revision'];
    expect(headers).toEqual(families.map((family) => ({ family, ...first })));
    const policy = await currentPolicy(db, 'complaint');
    expect(policy?.document).toMatchObject({ id: 'complaint', version: 1 });
    expect(policy?.yaml).toContain('policy: complaint');
  });
});

test('each of those who publish at once gets a version of his own; old ones stay as they are', async () => {
  await withEmpty(async ({ db }) => {
    await migrateToLatest(db);
    await publishDefaultPolicies(db, clock);
    const first = await policyVersion(db, 'complaint', 1);
    if (!first) throw new Error('no default policy');
    const draft = first.document;
    const publish = (day: string) =>
      publishPolicy(db, {
        policy: { ...draft, progress: { ...draft.progress, dueAt: day } },
        yaml: day,
        by: 'manager',
        at: clock.now() + 1,
      });
    const versions = await Promise.all(['17:30', '17:31', '17:32', '17:33', '17:34'].map(publish));
    expect([...versions].sort()).toEqual([2, 3, 4, 5, 6]);
    const inForce = await currentPolicy(db, 'complaint');
    expect(await publish(inForce?.yaml ?? '')).toBeNull();
    expect(await policyVersion(db, 'complaint', 1)).toEqual(first);
    const newest = await currentPolicy(db, 'complaint');
    expect(newest).toMatchObject({ version: 6, publishedBy: 'manager', document: { version: 6 } });
    expect((await listPolicies(db, 'complaint')).map(({ version }) => version)).toEqual([6, 5, 4, 3, 2, 1]);
    expect(await listPolicies(db, 'parcel')).toEqual([]);
    expect(await currentPolicy(db, 'parcel')).toBeNull();
    expect(await policyVersion(db, 'complaint', 7)).toBeNull();
  });
});
