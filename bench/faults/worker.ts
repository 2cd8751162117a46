import type { Fault } from './fault';
import type { ClientLog } from './harness/log';
import { all, first, freezing, killing } from './kill';

/** Faults of workers: commands wait for another worker, nothing else is seen. */
export const workerFaults: readonly Fault[] = [
  {
    name: 'worker-kill',
    title: 'kill -9 of one of two workers',
    ...{ group: 'worker', inCi: false, during: 6, grace: 60 },
    ...killing(first('worker')),
  },
  {
    name: 'worker-kill-pair',
    title: 'kill -9 of both workers at once',
    ...{ group: 'worker', inCi: true, during: 3, grace: 60 },
    ...killing(all('worker')),
  },
  {
    name: 'worker-freeze',
    title: 'one of two workers frozen for 30 s, then continued',
    ...{ group: 'worker', inCi: false, during: 30, grace: 60 },
    ...freezing(first('worker')),
  },
  {
    name: 'worker-terminate',
    title: 'SIGTERM to one worker after the other under load',
    ...{ group: 'worker', inCi: false, during: 1, grace: 30 },
    inject: async ({ topology }) => {
      for (const victim of all('worker')({ topology })) {
        await victim.terminate();
        await victim.start();
      }
    },
    heal: () => Promise.resolve(),
    demands: noErrors,
  },
];

/** No client has seen anything but answers. */
export function noErrors({ entries }: ClientLog): string[] {
  return entries.flatMap(({ name, key, failures }) => {
    const errors = failures.filter((failure) => failure !== 'ECONNREFUSED');
    return errors.length === 0 ? [] : [`${name} (${key}) saw ${errors.join(', ')}`];
  });
}
