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
  dueAtOnce('load-due-1000', 1_000, false),
  dueAtOnce('load-due-10000', 10_000, false),
];
