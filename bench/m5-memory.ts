import { setTimeout as sleep } from 'node:timers/promises';
import { startComplaint } from './support/complaint';
import { startFloor } from './support/floor-client';
import { closedLoop } from './support/load';
import type { Bench, Measure, Row } from './support/measure';
import type { WorkerProgram } from './support/place';

const KIB = 1024;
/** In which a worker does the rest of what was started last. */
const SETTLE_MS = 4_000;

/**
 * M5: memory of a worker per cached case: a fresh worker process, after a garbage collection in all of its threads,
 * before and after it took so many. The floor is workflows that do nothing but wait.
 */
export const m5: Measure = { id: 'M5', run };

async function run(bench: Bench): Promise<Row[]> {
  const { place, api } = bench;
  await place.worker.stop();
  const ours = await perCase(bench, await place.startWorker(), () => startComplaint(api));
  await place.floorWorker.stop();
  const floor = await perCase(bench, await place.startFloorWorker(), () => startFloor(place, 'waits'));
  const kib = ({ heap, rss }: PerCase): string => `${heap.toFixed(0)} KiB (process ${rss.toFixed(0)})`;
  return [
    {
      ...{ id: 'M5', what: 'worker memory per cached case, heaps of all threads', floor: 'an empty cached workflow' },
      ...{ value: ours.heap / floor.heap, unit: '×', bar: { atMost: 1.5 }, figures: `${kib(ours)}; ${kib(floor)}` },
    },
  ];
}

/** KiB; that of the whole process says little for few cases, because it is given back in big pieces. */
interface PerCase {
  readonly heap: number;
  readonly rss: number;
}

async function perCase({ sizes }: Bench, program: WorkerProgram, start: () => Promise<unknown>): Promise<PerCase> {
  const { clients, warmUp, cached } = sizes;
  const startSome = async (count: number) => {
    await closedLoop(clients, count, async () => void (await start()));
    await sleep(SETTLE_MS);
    return program.memory();
  };
  const before = await startSome(warmUp);
  const after = await startSome(cached);
  return { heap: (after.heap - before.heap) / cached / KIB, rss: (after.rss - before.rss) / cached / KIB };
}
