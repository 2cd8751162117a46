import type { Fault, Scene } from './fault';
import { openingWish } from './harness/wishes';
import { victimsOf } from './harness/topology';
import { first, killing } from './kill';
import { noErrors } from './worker';

const SPREAD_MS = 60;

/** Faults of the API: it holds nothing, so the same key at another one, or at the same one later, goes on. */
export const apiFaults: readonly Fault[] = [
  {
    name: 'api-kill',
    title: 'kill -9 of one of two APIs under load',
    ...{ group: 'api', inCi: false, during: 5, grace: 30 },
    ...killing(first('api')),
  },
  {
    name: 'api-kill-around-start',
    title:
      'kill -9 of one API after the other while starts are on their way to Temporal: before and after they are durable',
    ...{ group: 'api', inCi: false, during: 0, grace: 30 },
    inject: async (scene) => {
      for (const victim of victimsOf(scene.topology, 'api')) {
        const starts = severalStarts(scene);
        await scene.wait(SPREAD_MS / 2_000);
        await victim.kill9();
        await victim.start();
        await Promise.all(starts);
      }
    },
    heal: () => Promise.resolve(),
    demands: ({ entries }) => {
      const cut = entries.filter(({ name, failures }) => name === 'start' && failures.includes('ECONNRESET'));
      const lost = entries.filter(({ name, outcome }) => name === 'start' && outcome !== 'accepted');
      return [
        ...(cut.length > 0 ? [] : ['no start was cut off: the fault hit nothing']),
        ...lost.map(({ key }) => `the start ${key} was not accepted in the end`),
      ];
    },
  },
  {
    name: 'api-terminate',
    title: 'SIGTERM to one API after the other under load, clients with kept connections, no error seen',
    ...{ group: 'api', inCi: false, during: 1, grace: 30 },
    load: { repeat: 'refused-connections', casesPerSecond: 3, notesPerSecond: 10 },
    inject: async ({ topology, wait }) => {
      for (const victim of victimsOf(topology, 'api')) {
        const how = await victim.terminate();
        if (how !== 'code 0') throw new Error(`${victim.name} ended by ${how}`);
        await victim.start();
        await wait(1);
      }
    },
    heal: () => Promise.resolve(),
    demands: noErrors,
  },
];

/** Some are not at Temporal yet when the API dies, some are, and some are answered. */
function severalStarts({ client }: Scene): Promise<unknown>[] {
  return Array.from({ length: 20 }, async (_, index) => {
    await new Promise((resolve) => setTimeout(resolve, (index * SPREAD_MS) / 20));
    return client.send(openingWish(1_000 + index));
  });
}
