import { sql, type Kysely, type Migration } from 'kysely';
import { Client } from 'pg';
import { writeBatch } from '../../db/queries/journal';
import { MIGRATIONS, migrateToLatest } from '../../db/migrate';
import { ROUTINE, text } from '../domain/support';
import type { TestCase } from '../workflows/support/case';
import { Live } from '../workflows/support/live';
import { expectSound } from '../workflows/support/sound';
import { openTestDatabase, sealer } from './open';
import { wholeComplaint } from './played-case';

/** The next release's migration comes while the workers of this one write. */

jest.setTimeout(60_000);

/** Tables that the journal writes. */
const TABLES = [
  ...['case', 'journal', 'command_receipt', 'obligation', 'obligation_fact', 'case_fact'],
  ...['segment_fact', 'attempt_fact', 'timer_fact', 'change_feed'],
];
const NEXT = '20990101T000000-next';
/** A reader holds the table so long, milliseconds: several tries of the migration. */
const READS = 2_500;

const next: Migration = {
  up: async (db: Kysely<unknown>) => {
    for (const table of TABLES) {
      await sql`alter table ${sql.table(table)} add column added text, add column counted integer default 1`.execute(
        db,
      );
    }
    await sql`create index case_added on "case" (added)`.execute(db);
  },
};
const released = { ...MIGRATIONS, [NEXT]: next };

test('commands are answered and written while it runs, and while it waits for a long reader', async () => {
  const live = await Live.open();
  const reader = new Client({ connectionString: live.database.url });
  try {
    const cases = await Promise.all(Array.from({ length: 4 }, () => live.start(ROUTINE)));
    let done = false;
    const answers: { readonly projection: string; readonly took: number }[] = [];
    const drive = async (played: TestCase): Promise<void> => {
      while (!done) {
        const since = performance.now();
        const { projection } = await played.do('note', { text: text('n') });
        answers.push({ projection, took: performance.now() - since });
      }
    };
    const driven = Promise.all(cases.map(drive));

    await reader.connect();
    await reader.query('begin; select count(*) from "case"');
    const migrated = migrateToLatest(live.database.db, released).finally(() => (done = true));
    await reader.query('select pg_sleep($1)', [READS / 1_000]);
    expect(done).toBe(false);
    const during = answers.length;
    await reader.query('commit');
    expect(await migrated).toEqual([NEXT]);
    await driven;

    expect(during).toBeGreaterThan(10);
    expect(answers.filter(({ projection }) => projection !== 'written')).toEqual([]);
    expect(Math.max(...answers.map(({ took }) => took))).toBeLessThan(READS);
    for (const played of cases) {
      await played.do('note', { text: text('by the code before it') });
      const { events } = await expectSound(played, live.journal);
      expect(await live.journal.events(played.no)).toEqual(events);
    }
  } finally {
    await reader.end();
    await live.close();
  }
});

test('a release that is rolled back to takes the database as it is', async () => {
  const database = await openTestDatabase();
  try {
    expect(await migrateToLatest(database.db, released)).toEqual([NEXT]);
    expect(await migrateToLatest(database.db)).toEqual([]);
    expect(await migrateToLatest(database.db, released)).toEqual([]);
  } finally {
    await database.drop();
  }
});

test('a connection that has prepared the statements writes on when a column has changed its type', async () => {
  const database = await openTestDatabase({ poolSize: 2 });
  try {
    const cases = ['C-TYPED-1', 'C-TYPED-2'].map((no) => wholeComplaint(no));
    const writeBoth = (from: number, to: number) =>
      Promise.all(
        cases.map(async (batches) => {
          const results: string[] = [];
          for (const batch of batches.slice(from, to)) results.push(await writeBatch(database, batch, { sealer }));
          return results;
        }),
      );
    await writeBoth(0, 3);
    expect(database.pool.totalCount).toBe(2);
    await database.pool.query('alter table "case" alter column source type varchar(40), alter column seq type bigint');

    const results = await writeBoth(3, Number.POSITIVE_INFINITY);
    expect(new Set(results.flat())).toEqual(new Set(['written']));
  } finally {
    await database.drop();
  }
});
