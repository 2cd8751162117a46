import type { CaseHistory } from '../histories';
import type { ClientLog } from '../log';
import type { Rows } from '../rows';

/** When `/readyz` had to say what. Instants are ms since the epoch. */
export interface Truth {
  readonly from: number;
  readonly to: number;
  /** 200: all servers answer; 503: one of them has been away for a while. */
  readonly status: 200 | 503;
}

/** Everything that is known of a run from outside. */
export interface Evidence {
  readonly log: ClientLog;
  /** Numbers of all cases that Temporal has. */
  readonly inTemporal: ReadonlySet<string>;
  /** Of those that had not ended when they were looked at before. */
  readonly histories: ReadonlyMap<string, CaseHistory>;
  /** Digests of those that had. */
  readonly ended: ReadonlyMap<string, string>;
  /** Read before the histories, when everything had come to rest, and again a while later; without `ended`. */
  readonly rows: Rows;
  readonly later: Rows;
  /** Instant of the first read, ms since the epoch. */
  readonly readAt: number;
  /** What replaying histories says that the rows should be, by case number; in words, why that can't be done. */
  readonly replayed: ReadonlyMap<string, Replayed | string>;
  readonly truths: readonly Truth[];
  /** Processes that ended though nobody had asked them to, or that did not come back. */
  readonly falls: readonly string[];
}

export interface Replayed {
  /** `seq type` of every event. */
  readonly events: readonly string[];
  readonly state: unknown;
}

export const INVARIANTS = ['I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7', 'I8'] as const;
export type Invariant = (typeof INVARIANTS)[number];

/** @returns in words what does not hold; nothing when it does. */
export type Check = (evidence: Evidence) => readonly string[];
