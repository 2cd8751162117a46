import type { Client, LoadPlan } from './harness/client';
import type { ClientLog } from './harness/log';
import type { Part, Topology } from './harness/topology';

/** The product that runs and the client that works with it while it is hurt. */
export interface Scene {
  readonly topology: Topology;
  readonly client: Client;
  /** Waits this many seconds of the machine's time. */
  wait(seconds: number): Promise<void>;
}

export type Group = 'worker' | 'api' | 'temporal' | 'postgres' | 'load' | 'cluster';

/** One way in which the product is hurt while a client works with it. */
export interface Fault {
  /** `worker-kill-pair`; what `--only` names. */
  readonly name: string;
  /** What it does, in a line below the table. */
  readonly title: string;
  readonly group: Group;
  /** Runs in `npm test` too. */
  readonly inCi: boolean;
  /** Why this machine can't do it, in words; null: it can. Every machine can if it says nothing. */
  readonly hindrance?: () => string | null;
  /** Where it makes sense; everywhere if it says nothing. */
  readonly topologies?: readonly Topology['name'][];
  /** Seconds from the end of `inject` to `heal`. */
  readonly during: number;
  /** Seconds from the end of `heal` in which everything sent has been answered and everything owed has been written. */
  readonly grace: number;
  /** What nobody can reach for the whole of `during`, so that `/readyz` must say so; nothing if it says nothing. */
  readonly down?: readonly Extract<Part, 'temporal' | 'postgres'>[];
  /** What the client does meanwhile; the usual if it says nothing. */
  readonly load?: Partial<LoadPlan>;
  inject(scene: Scene): Promise<void>;
  heal(scene: Scene): Promise<void>;
  /** What this fault demands beyond the invariants. @returns what is wrong, in words. */
  demands?(log: ClientLog, topology: Topology): readonly string[];
  /** What was measured beside the usual, in words for the table; null: nothing. */
  figures?(): string | null;
}
