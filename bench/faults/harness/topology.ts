import type { Role } from '../../../domain/actor';

/** What a process is to the product. `temporal` are all its roles, where they run apart. */
export type Part = 'worker' | 'api' | 'temporal' | 'postgres';

/** A process of the running product, with everything that it has started itself, that can be hurt. */
export interface Victim {
  /** `worker-1`, `api-2`, `temporal-history`, `postgres` … */
  readonly name: string;
  readonly part: Part;
  /** Of the whole family, the leader first; none while it is down. */
  pids(): readonly number[];
  alive(): boolean;
  /** SIGKILL; resolves when all of it is gone. No error when it is down already. */
  kill9(): Promise<void>;
  /** SIGTERM (PostgreSQL: a fast stop); resolves when it is gone, with how: `code 0`, `signal SIGKILL`. */
  terminate(): Promise<string>;
  /** SIGSTOP to the whole family. */
  freeze(): Promise<void>;
  /** SIGCONT to the whole family. No error when it was not frozen or is down. */
  thaw(): Promise<void>;
  /** Starts it, on the same ports and data, and waits until it is ready; at once if it runs. */
  start(): Promise<void>;
  /** Its end is wanted, until it is started again, though it does it by itself. */
  mayFall(): void;
  /** How it ended when nobody had asked it to: `code 1`. Empty as long as all is well. */
  falls(): readonly string[];
}

/** The running product: what its clients use, and its processes. */
export interface Topology {
  readonly name: 'embedded' | 'cluster';
  /** `http://127.0.0.1:8080`, one for each API. */
  readonly apiUrls: readonly string[];
  /** As superuser, so that a checker can look at everything and a test can spoil it. */
  readonly databaseUrl: string;
  readonly temporal: { readonly address: string; readonly namespace: string; readonly taskQueue: string };
  /** `kid:base64` pairs of the payload codec, as in GUANJIA_CODEC_KEYS. */
  readonly codecKeys: string;
  readonly victims: readonly Victim[];
  /** The plain login key of a role, in project `lakeside`. */
  key(role: Role): string;
  /** Ends and removes all of it. */
  stop(): Promise<void>;
}

/** All processes of one part, in order. */
export function victimsOf(topology: Topology, part: Part): readonly [Victim, ...Victim[]] {
  const [first, ...others] = topology.victims.filter((victim) => victim.part === part);
  if (!first) throw new Error(`${topology.name} has no ${part}`);
  return [first, ...others];
}

/** Starts what is down and lets go on what is frozen. */
export async function healAll(topology: Topology): Promise<void> {
  const order: readonly Part[] = ['postgres', 'temporal', 'worker', 'api'];
  for (const part of order) {
    const victims = victimsOf(topology, part);
    await Promise.all(victims.map((victim) => victim.thaw()));
    await Promise.all(victims.map((victim) => victim.start()));
  }
}
