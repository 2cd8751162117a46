import { SECOND } from '../../../domain/instant';
import { POLICY, ROUTINE } from '../../domain/support';
import { Live } from '../../workflows/support/live';
import { until } from '../../workflows/support/until';

jest.setTimeout(120_000);

/** Obligations of many cases that fall due at one instant. The ten thousand are in bench/faults/load. */

let live: Live;
beforeAll(async () => {
  live = await Live.open();
});
afterAll(() => live.close());

const CASES = 200;
const ABREAST = 16;
const LIMIT = 15 * SECOND;
/** Of the last one. Temporal gives out a hundred timers a second and more on two cores. */
const LATEST = 20 * SECOND;

const { acknowledge } = POLICY.clocks.routine;
if (!acknowledge) throw new Error('the policy has no such clock');
const clocks = { ...POLICY.clocks, routine: { acknowledge: { ...acknowledge, limit: LIMIT, warn: [] } } };
const policy = { ...POLICY, clocks };

interface Miss {
  readonly no: string;
  readonly late: number;
}

test('two hundred clocks that run out in the same millisecond: each is missed once, none early, none long after', async () => {
  const at = Date.now();
  const numbers: string[] = [];
  const lane = async (): Promise<void> => {
    while (numbers.length < CASES) {
      const no = `C-DUE-${numbers.length}`;
      numbers.push(no);
      await live.start({ ...ROUTINE, policy, at, no });
    }
  };
  await Promise.all(Array.from({ length: ABREAST }, lane));
  expect(Date.now()).toBeLessThan(at + LIMIT);

  const missed = await until(
    'all of them are missed',
    async () => {
      const { rows } = await live.database.pool.query<Miss>(
        `select case_no as no, extract(epoch from fired_at - planned_at)::float8 * 1000 as late
           from timer_fact where purpose = 'miss' and obligation_id = 'acknowledge' and planned_at = $1
          order by late`,
        [new Date(at + LIMIT)],
      );
      return rows.length >= CASES && rows;
    },
    LIMIT + LATEST,
  );
  expect(missed.map(({ no }) => no).sort()).toEqual([...numbers].sort());
  const late = missed.map((miss) => miss.late);
  expect(late[0]).toBeGreaterThanOrEqual(0);
  expect(late.at(-1)).toBeLessThan(LATEST);
  const [p50, p99, max] = [0.5, 0.99, 1].map((share) => Math.round(late[Math.ceil(CASES * share) - 1] ?? 0));
  process.stdout.write(`due at once: ${CASES} clocks, lateness p50 ${p50} ms, p99 ${p99} ms, at the most ${max} ms\n`);
  // And the journals are whole: a miss is followed by what it asks for.
  for (const no of numbers) {
    const seqs = (await live.journal.events(no)).map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_seq, index) => index + 1));
  }
});
