import { doCommands, eightCommands, startComplaint } from './complaint';
import { wholeFloor } from './floor-client';
import { closedLoop } from './load';
import type { Bench } from './measure';

/** Compilers and caches of every process get their fill on each side. */
export async function warmUp({ place, api, sizes }: Bench): Promise<void> {
  const { clients, warmUp: count } = sizes;
  await closedLoop(clients, count, async () => {
    await doCommands(api, await startComplaint(api), eightCommands(Date.now()));
  });
  await closedLoop(clients, count, async () => void (await wholeFloor(place, 'answersAtOnce', 8)));
  await closedLoop(clients, count, async () => void (await wholeFloor(place, 'writesOneRow', 8)));
}
