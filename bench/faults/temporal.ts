import type { Fault } from './fault';
import { all, freezing, killing } from './kill';

/** Faults of Temporal: commands are answered 503 and come through with the same key when it is back. */
export const temporalFaults: readonly Fault[] = [
  {
    name: 'temporal-kill',
    title: 'kill -9 of Temporal, down for 6 s',
    ...{ group: 'temporal', inCi: false, during: 6, grace: 60, down: ['temporal'] },
    ...killing(all('temporal')),
  },
  {
    name: 'temporal-freeze',
    title: 'Temporal frozen for 30 s, then continued',
    ...{ group: 'temporal', inCi: false, during: 30, grace: 90, down: ['temporal'] },
    ...freezing(all('temporal')),
  },
];
