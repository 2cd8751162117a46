import { apiFaults } from './api';
import { clusterFaults } from './cluster/faults';
import type { Fault } from './fault';
import type { Topology } from './harness/topology';
import { loadFaults } from './load';
import { postgresFaults } from './postgres';
import { diskFull } from './postgres-disk';
import { temporalFaults } from './temporal';
import { workerFaults } from './worker';

/** Every fault, in the order in which they are done. */
export const ALL: readonly Fault[] = [
  ...workerFaults,
  ...apiFaults,
  ...temporalFaults,
  ...postgresFaults,
  diskFull,
  ...loadFaults,
  ...clusterFaults,
];

/** Those that make sense on a topology. */
export function faultsOf(topology: Topology['name']): Fault[] {
  return ALL.filter(({ topologies }) => topologies?.includes(topology) ?? true);
}
