import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { msToNumber } from '@temporalio/common/lib/time';
import { TUNING } from '../worker/options';
import { startComplaint } from './support/complaint';
import { closedLoop, timed } from './support/load';
import type { Bench, Measure, Row } from './support/measure';
import { interleaved, type Figures } from './support/rounds';
import { percentile } from './support/stats';

/** Of the server: how long a worker may be silent about a task that it took. */
const TASK_TIMEOUT_MS = 10_000;
/** Between the commands that are under way and the kill. */
const UNDER_WAY_MS = 40;
/** What a client does that is told to come again. */
const AGAIN_MS = 100;
const NOT_NOW = 503;

/**
 * M9: of two workers one is killed with `kill -9`, with commands under way; right after it, a command goes to every
 * case, cached by the dead one or not. Measured is when the last of all is answered by the other worker. The floor is
 * what Temporal itself waits: the sticky timeout and then the task's own.
 */
export const m9: Measure = { id: 'M9', run };

async function run(bench: Bench): Promise<Row[]> {
  const floorMs = msToNumber(TUNING.stickyQueueScheduleToStartTimeout) + TASK_TIMEOUT_MS;
  const { ours } = await interleaved(bench.sizes.rounds, { ours: () => killedOnce(bench) });
  const longest = ours.longest as number;
  return [
    {
      ...{ id: 'M9', what: 'recovery after `kill -9` of a worker, the last command answered' },
      ...{ floor: 'sticky timeout + task timeout', value: longest / floorMs, unit: '×', bar: { atMost: 1.2 } },
      figures: `${longest.toFixed(0)} ms, median of all ${(ours.median as number).toFixed(0)} ms; ${floorMs} ms`,
    },
  ];
}

async function killedOnce(bench: Bench): Promise<Figures> {
  const { place, api, sizes } = bench;
  const victim = place.worker;
  const numbers: string[] = [];
  await closedLoop(sizes.clients, sizes.orphans, async () => void numbers.push(await startComplaint(api)));
  // All of them are in the cache of the one that is to die, once each has answered.
  await closedLoop(sizes.clients, numbers.length, (index) => note(bench, numbers[index] as string));
  await place.startWorker();
  const underWay = numbers.map((no) => timed(() => note(bench, no)));
  await sleep(UNDER_WAY_MS);
  await victim.kill9();
  const after = numbers.map((no) => timed(() => note(bench, no)));
  const took = await Promise.all([...underWay, ...after]);
  return { longest: Math.max(...took), median: percentile(took, 0.5) };
}

/** A command that is repeated under its key until it is answered. */
async function note({ api }: Bench, no: string): Promise<void> {
  const headers = { 'idempotency-key': randomUUID() };
  const send = () =>
    api.call(
      'customer_service',
      'POST',
      `/api/v1/cases/${no}/note`,
      { text: '还在吗' },
      { headers, wanted: [200, NOT_NOW] },
    );
  while ((await send()).status === NOT_NOW) await sleep(AGAIN_MS);
}
