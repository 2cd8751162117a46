import { Pool } from 'pg';
import { fillCases } from '../../bench/support/many-cases';
import { listCases } from '../../db/queries/cases';
import { TOTAL_MAX, type ListCursor, type Page } from '../../db/queries/lists';
import { listWork, type WorkItem } from '../../db/queries/obligations';
import { openTestDatabase, type OpenDatabase } from './open';

/** Lists in a read model with more rows than a list counts, while rows change. */

const OPEN = 3_500;
const CLOSED = 6_600;
const NOW = Date.UTC(2026, 10, 23, 1);
const WORK = { filter: { projects: '*', states: ['open'] }, limit: 200 } as const;

let database: OpenDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await openTestDatabase();
  pool = new Pool({ connectionString: database.url, max: 1 });
  await fillCases(pool, { projects: 2, open: OPEN, closed: CLOSED }, NOW);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

test('a list counts as far as somebody might read, and says when there is more', async () => {
  const { total, totalCapped } = await listWork(database.db, WORK);
  expect({ total, totalCapped }).toEqual({ total: TOTAL_MAX, totalCapped: true });
  const half = await listWork(database.db, { ...WORK, filter: { ...WORK.filter, projects: ['lakeside'] } });
  expect([half.total, half.totalCapped]).toEqual([(OPEN * 3) / 2, false]);
  const cases = { sort: 'receivedAt', descending: true, limit: 1 } as const;
  const all = await listCases(database.db, { ...cases, filter: { projects: '*' } });
  expect([all.total, all.totalCapped]).toEqual([TOTAL_MAX, true]);
  const open = await listCases(database.db, { ...cases, filter: { projects: '*', closed: false } });
  expect([open.total, open.totalCapped]).toEqual([OPEN, false]);
});

test('paged through while thousands of rows change, what does not change is seen once, and in its order', async () => {
  /** Every third case is worked on meanwhile: ended, put off, begun. */
  const isTouched = (no: string): boolean => Number(no.slice(2)) % 3 === 0;
  const change = (page: number): Promise<unknown> =>
    pool.query(
      `update obligation set
         state = case when $1::int % 2 = 0 then 'met' else 'open' end,
         due_at = due_at + ($1::int % 5 - 2) * interval '3 hours'
       where substr(case_no, 3)::int % 3 = 0 and abs(hashtext(case_no || id)) % 20 = $1::int % 20`,
      [page],
    );
  const seen: WorkItem[] = [];
  let cursor: ListCursor | null = null;
  let page = 0;
  do {
    const [shown]: [Page<WorkItem>, unknown] = await Promise.all([
      listWork(database.db, { ...WORK, cursor }),
      change(page),
    ]);
    seen.push(...shown.items);
    cursor = shown.next;
    page += 1;
  } while (cursor);

  const untouched = seen.filter(({ caseNo }) => !isTouched(caseNo)).map(({ caseNo, id }) => `${caseNo}/${id}`);
  const { rows } = await pool.query<{ key: string }>(
    `select case_no || '/' || id as key from obligation
     where state = 'open' and substr(case_no, 3)::int % 3 <> 0 order by due_at, case_no, id`,
  );
  expect(untouched).toEqual(rows.map(({ key }) => key));
  const dues = seen.map(({ dueAt }) => dueAt);
  expect(dues).toEqual([...dues].sort((a, b) => a - b));
});
