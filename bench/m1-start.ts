import { startComplaint } from './support/complaint';
import { startFloor } from './support/floor-client';
import { paced } from './support/load';
import type { Bench, Measure, Row } from './support/measure';
import { interleaved, type Figures } from './support/rounds';
import { percentile } from './support/stats';

/**
 * M1: the POST that starts a case, by eight clients who together start so many a second. The floor is a client that
 * starts an empty workflow itself, at the same rate, on the same server.
 */
export const m1: Measure = { id: 'M1', run };

async function run({ place, api, sizes }: Bench): Promise<Row[]> {
  const { clients, starts, startsPerSecond, rounds } = sizes;
  const times = async (start: () => Promise<unknown>): Promise<Figures> => {
    const took = await paced(clients, starts, startsPerSecond, async () => void (await start()));
    return { p50: percentile(took, 0.5), p99: percentile(took, 0.99) };
  };
  const { ours, floor } = await interleaved(rounds, {
    ours: () => times(() => startComplaint(api)),
    floor: () => times(() => startFloor(place, 'empty')),
  });
  const row = (figure: 'p50' | 'p99', atMost: number): Row => ({
    id: 'M1',
    what: `\`POST\` that starts a case, ${figure}, ${startsPerSecond} a second`,
    floor: 'raw start of an empty workflow',
    value: (ours[figure] as number) / (floor[figure] as number),
    unit: '×',
    bar: { atMost },
    figures: `${(ours[figure] as number).toFixed(1)} ms; ${(floor[figure] as number).toFixed(1)} ms`,
  });
  return [row('p50', 1.5), row('p99', 2)];
}
