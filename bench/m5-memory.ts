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
  const row = (what: string, figure: 'heap' | 'rss'): Row => ({
    ...{ id: 'M5', what: `worker memory per cached case, ${what}`, floor: 'an empty cached workflow' },
    ...{ value: ours[figure] / floor[figure], unit: '×', bar: { atMost: 1.5 } },
    figures: `${ours[figure].toFixed(0)} KiB; ${floor[figure].toFixed(0)} KiB`,
  });
  return [row('heaps', 'heap'), row('whole process', 'rss')];
}

async function perCase({ sizes }: Bench, program: WorkerProgram, start: () => Promise<unknown>) {
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
