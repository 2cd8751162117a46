import { isDeepStrictEqual } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../stack/until';
import { ask } from '../common/updates';
import { questions, type CaseAnswer } from '../workflows/contracts/case';
import { doCommands, eightCommands, startComplaint } from './support/complaint';
import { FeedWatch } from './support/feed-watch';
import { closedLoop } from './support/load';
import type { Bench, Measure, Row } from './support/measure';
import { percentile } from './support/stats';

const SECOND = 1_000;
/** Deliveries to a database that was away are a minute apart at the most. */
const HEALED_WITHIN = 180 * SECOND;
/** Two clients go on with commands while the database is away. */
const CLIENTS_IN_OUTAGE = 2;

/** M6: how far the read model is behind: for the caller, for everybody else under load, and after an outage. */
export const m6: Measure = { id: 'M6', run };

async function run(bench: Bench): Promise<Row[]> {
  const { lag, stale, reads } = await underLoad(bench);
  const outage = await afterOutage(bench);
  const common = { id: 'M6', floor: '–' };
  return [
    {
      ...{ ...common, what: 'answers after which the caller reads less than he wrote', value: stale, unit: 'reads' },
      ...{ bar: { atMost: 0 }, figures: `of ${reads}` },
    },
    {
      ...{ ...common, what: 'lag of the read model behind an event under load, p99', value: percentile(lag, 0.99) },
      ...{ unit: 'ms', bar: { atMost: SECOND }, figures: `p50 ${percentile(lag, 0.5).toFixed(0)} ms` },
    },
    {
      ...{ ...common, what: `cases that differ after a database outage of ${bench.sizes.outageSeconds} s` },
      ...{ value: outage.differing, unit: 'cases', bar: { atMost: 0 }, figures: `of ${outage.cases}` },
    },
  ];
}

async function underLoad({ place, api, sizes }: Bench): Promise<{ lag: number[]; stale: number; reads: number }> {
  const watch = await FeedWatch.start(place);
  let stale = 0;
  let reads = 0;
  await closedLoop(sizes.clients, sizes.lagCases, async () => {
    const no = await startComplaint(api);
    for (const command of eightCommands(Date.now())) {
      const [seq] = await doCommands(api, no, [command]);
      const { body } = await api.call('customer_service', 'GET', `/api/v1/cases/${no}`);
      reads += 1;
      if ((body.seq as number) < (seq as number)) stale += 1;
    }
  });
  return { lag: await watch.stop(), stale, reads };
}

/** Commands go on while PostgreSQL is away. Once it is back, every row must equal its workflow. */
async function afterOutage({ place, api, sizes }: Bench): Promise<{ differing: number; cases: number }> {
  const numbers: string[] = [];
  await closedLoop(sizes.clients, sizes.lagCases, async () => void numbers.push(await startComplaint(api)));
  await until(async () => (await differing(place, numbers)) === 0, HEALED_WITHIN, SECOND);
  await place.postgresAway(async () => {
    const end = Date.now() + sizes.outageSeconds * SECOND;
    await closedLoop(CLIENTS_IN_OUTAGE, numbers.length, async (index) => {
      if (Date.now() < end)
        await api.call('customer_service', 'POST', `/api/v1/cases/${numbers[index]}/acknowledge`, {});
    });
    await sleep(Math.max(0, end - Date.now()));
  });
  await until(async () => (await differing(place, numbers)) === 0, HEALED_WITHIN, SECOND);
  return { differing: await differing(place, numbers), cases: numbers.length };
}

async function differing({ client, pool }: Bench['place'], numbers: readonly string[]): Promise<number> {
  const { rows } = await pool.query<{ no: string; snapshot: unknown; events: string }>(
    `select no, snapshot, (select count(*) from journal where case_no = no) as events from "case" where no = any($1)`,
    [numbers],
  );
  const stored = new Map(rows.map((row) => [row.no, row]));
  let count = 0;
  await closedLoop(4, numbers.length, async (index) => {
    const no = numbers[index] as string;
    const { snapshot } = await ask<CaseAnswer>(client, no, questions.case);
    const row = stored.get(no);
    const equal = isDeepStrictEqual(row?.snapshot, JSON.parse(JSON.stringify(snapshot)));
    if (!equal || Number(row?.events) !== snapshot.state.seq) count += 1;
  });
  return count;
}
