import { setTimeout as sleep } from 'node:timers/promises';
import { doCommands, startComplaint, WITHDRAWAL } from './support/complaint';
import { startFloor } from './support/floor-client';
import { closedLoop, paced } from './support/load';
import type { Bench, Measure, Row } from './support/measure';
import { interleaved, type Figures } from './support/rounds';
import { percentile } from './support/stats';
import { until } from '../stack/until';

const SECOND = 1_000;
/** Of the policy: an unclassified complaint is to be classified this long after its report. */
const CLASSIFY = 15 * 60 * SECOND;
/**
 * So many with a deadline are started in a second, on both sides: a timer counts from when Temporal has recorded it, and a
 * machine that starts cases as fast as it can is late with that. M2 measures how fast it is.
 */
const STARTED_PER_SECOND = 12;
const HEARD_WITHIN = 120 * SECOND;
const OPENED_WITHIN = 900 * SECOND;

/**
 * M3: how late deadlines are handled while many cases are open. In each round some fall due: spread, so many a second,
 * and then as many in one second. The floor is workflows that only sleep. Both sides tell what the workflow sees: from
 * the due instant to the time of the workflow task that handles it.
 */
export const m3: Measure = { id: 'M3', run };

async function run(bench: Bench): Promise<Row[]> {
  const { place, api, sizes } = bench;
  const background = Math.max(0, sizes.open - sizes.due);
  console.log(`M3: ${background} cases and ${background} bare workflows are opened`);
  const since = Date.now();
  await closedLoop(sizes.clients, background, async () => void (await startComplaint(api)));
  await closedLoop(sizes.clients, background, async () => void (await startFloor(place, 'waits')));
  await allOpened(bench, background, since);
  const sides = await interleaved(sizes.rounds, {
    ours: () => bothWays(bench, ours(bench)),
    floor: () => bothWays(bench, { start: (due) => startFloor(place, 'sleeper', due), late: floorLate }),
  });
  const row = (what: string, figure: string): Row => {
    const [ours, floor] = [sides.ours[figure] as number, sides.floor[figure] as number];
    return {
      id: 'M3',
      what: `lateness of deadlines with ${sizes.open} open cases, ${what}`,
      floor: 'bare sleeping workflows',
      ...{ value: ours / floor, unit: '×', bar: { atMost: 2 } },
      figures: `${ours.toFixed(0)} ms; ${floor.toFixed(0)} ms`,
    };
  };
  const spread = `${sizes.duePerSecond} a second`;
  return [
    row(`${spread}, p50`, 'spread50'),
    row(`${spread}, p99`, 'spread99'),
    row(`${sizes.due} in one second, p50`, 'burst50'),
    row(`${sizes.due} in one second, p99`, 'burst99'),
    {
      ...{ id: 'M3', what: `lateness of deadlines with ${sizes.open} open cases, ${spread}, p99 in itself` },
      ...{ floor: '–', value: sides.ours.spread99 as number, unit: 'ms', bar: { atMost: SECOND } },
      figures: `p50 ${(sides.ours.spread50 as number).toFixed(0)} ms`,
    },
  ];
}

/** A case is started when Temporal has it: thousands may still wait for the worker, and deadlines would wait behind them. */
async function allOpened({ place }: Bench, count: number, since: number): Promise<void> {
  const opened = async (): Promise<boolean> => {
    const { rows } = await place.pool.query<{ open: number }>(
      'select count(*)::int as open from "case" where received_at >= $1',
      [new Date(since)],
    );
    return (rows[0]?.open ?? 0) >= count;
  };
  if (!(await until(opened, OPENED_WITHIN, 1_000))) throw new Error(`not all of ${count} cases were opened`);
}

interface Sleepers {
  start(due: number): Promise<unknown>;
  /** How late each that began after an instant was; empty until all were. */
  late(bench: Bench, since: number): Promise<number[]>;
  /** Ends what would go on by itself. */
  end?(): Promise<unknown>;
}

async function bothWays(bench: Bench, sleepers: Sleepers): Promise<Figures> {
  const { due, duePerSecond } = bench.sizes;
  const spread = await fallDue(bench, (index) => (index * SECOND) / duePerSecond, sleepers);
  const burst = await fallDue(bench, (index) => (index * SECOND) / due, sleepers);
  return {
    ...{ spread50: percentile(spread, 0.5), spread99: percentile(spread, 0.99) },
    ...{ burst50: percentile(burst, 0.5), burst99: percentile(burst, 0.99) },
  };
}

async function fallDue(
  bench: Bench,
  after: (index: number) => number,
  { start, late, end }: Sleepers,
): Promise<number[]> {
  const { due, clients } = bench.sizes;
  const since = Date.now();
  const first = since + (5 + due / STARTED_PER_SECOND) * SECOND;
  await paced(clients, due, STARTED_PER_SECOND, async (index) => void (await start(first + after(index))));
  if (Date.now() > first) throw new Error(`the first of ${due} deadlines passed before all were started`);
  await sleep(first + after(due - 1) - Date.now());
  const heard: number[] = [];
  const all = await until(async () => heard.push(...(await late(bench, since))) >= due, HEARD_WITHIN, 500);
  if (!all) throw new Error(`${due - heard.length} of ${due} deadlines were not handled`);
  await end?.();
  return heard;
}

/**
 * Unclassified complaints whose `classify` falls due at an instant. They are withdrawn afterwards, or the ladders of one
 * round are climbed in the midst of the next: a thousand rungs in one second, as many as there were deadlines.
 */
function ours({ api, sizes }: Bench): Sleepers {
  const started: string[] = [];
  return {
    start: async (due) => {
      const reportedAt = new Date(due - CLASSIFY).toISOString();
      started.push(await startComplaint(api, { reportedAt, subtype: undefined }));
    },
    late: oursLate,
    end: () => {
      const over = started.splice(0);
      return closedLoop(sizes.clients, over.length, async (index) => {
        await doCommands(api, over[index] as string, [WITHDRAWAL]);
      });
    },
  };
}

/** Hands out all, once all are there. */
async function oursLate({ place, sizes }: Bench, since: number): Promise<number[]> {
  const { rows } = await place.pool.query<{ late: number }>(
    `select extract(epoch from fired_at - planned_at)::float8 * 1000 as late
     from timer_fact join "case" on "case".no = case_no
     where purpose = 'miss' and obligation_id like 'classify%' and received_at >= $1`,
    [new Date(since)],
  );
  return rows.length < sizes.due ? [] : rows.map(({ late }) => late);
}

async function floorLate({ place }: Bench): Promise<number[]> {
  return (await fetch(`${place.floorWorker.url}/lateness`)).json() as Promise<number[]>;
}
