import type { Fault } from '../fault';
import { dueAtOnce } from './due-at-once';
import { machineFaults } from './machines';
import { crowdedCase } from './one-case';
import { shuffled } from './shuffled';

/** Faults that are nothing but much at once, in a bad order, or on odd machines. The longest come last. */
export const loadFaults: readonly Fault[] = [
  ...machineFaults,
  shuffled,
  crowdedCase('load-one-case', 2_000, false),
  dueAtOnce('load-due-1000', { cases: 1_000, each: 1, inCi: false }),
  // A case holds one timer however much it owes: what is many here is the promises, not the starts (which took 20 min).
  dueAtOnce('load-due-10000', { cases: 2_000, each: 5, inCi: false }),
];
