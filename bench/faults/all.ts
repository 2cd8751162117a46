import { apiFaults } from './api';
import { clusterFaults } from './cluster/faults';
import type { Fault } from './fault';
import type { Topology } from './harness/topology';
import { loadFaults } from './load';
import { postgresFaults } from './postgres';
import { temporalFaults } from './temporal';
import { workerFaults } from './worker';

const ALL: readonly Fault[] = [
  ...workerFaults,
  ...apiFaults,
  ...temporalFaults,
  ...postgresFaults,
  ...loadFaults,
  ...clusterFaults,
];

/** The faults that make sense on a topology, in the order in which they are done. */
export function faultsOf(topology: Topology['name']): Fault[] {
  return ALL.filter(({ topologies }) => topologies?.includes(topology) ?? true);
}
