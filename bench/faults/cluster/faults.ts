import type { Fault, Scene } from '../fault';
import { victimsOf, type Victim } from '../harness/topology';
import { freezing, killing } from '../kill';

/** Seconds. The others of a role need about ten to notice that one is gone. */
const GRACE = 120;

/** Faults of Temporal's roles, each a process of its own. */
export const clusterFaults: readonly Fault[] = [
  {
    name: 'cluster-history-kill',
    title: 'kill -9 of one of two history processes: its shards move to the other',
    ...{ group: 'cluster', topologies: ['cluster'], inCi: false, during: 20, grace: GRACE },
    ...killing(named('temporal-history-1')),
  },
  {
    name: 'cluster-history-freeze',
    title: 'one of two history processes frozen for 30 s, then continued: it has lost its shards',
    ...{ group: 'cluster', topologies: ['cluster'], inCi: false, during: 30, grace: GRACE },
    ...freezing(named('temporal-history-1')),
  },
  {
    name: 'cluster-matching-kill',
    title: 'kill -9 of matching, down for 5 s',
    ...{ group: 'cluster', topologies: ['cluster'], inCi: false, during: 5, grace: GRACE },
    ...killing(named('temporal-matching')),
  },
  {
    name: 'cluster-frontend-kill',
    title: 'kill -9 of the frontend, down for 5 s',
    ...{ group: 'cluster', topologies: ['cluster'], inCi: false, during: 5, grace: GRACE },
    ...killing(named('temporal-frontend')),
  },
  {
    name: 'cluster-system-worker-kill',
    title: "kill -9 of Temporal's own worker, down for 10 s: nobody notices",
    ...{ group: 'cluster', topologies: ['cluster'], inCi: false, during: 10, grace: GRACE },
    ...killing(named('temporal-worker')),
  },
];

function named(name: string): (scene: Scene) => readonly Victim[] {
  return ({ topology }) => victimsOf(topology, 'temporal').filter((victim) => victim.name === name);
}
