import type { Amount } from './many-cases';

/** How much is measured. */
export interface Sizes {
  readonly rounds: number;
  readonly clients: number;
  /** Done on every side before anything is measured. */
  readonly warmUp: number;
  /** M1: starts in a round, and how many a second. */
  readonly starts: number;
  readonly startsPerSecond: number;
  /** M2: whole cases in a round. */
  readonly cases: number;
  /** M3: open cases, and how many of them fall due in a round: spread so many a second, then all in one. */
  readonly open: number;
  readonly due: number;
  readonly duePerSecond: number;
  /** M5: cases in the cache of one worker. */
  readonly cached: number;
  /** M6: whole cases under which the lag is measured; how long the database is away, in seconds. */
  readonly lagCases: number;
  readonly outageSeconds: number;
  /** M7: what the read model holds; readings of each list in a round. */
  readonly lists: Amount;
  readonly listReads: number;
  /** M8: histories replayed in a round. */
  readonly histories: number;
  /** M9: cases that have a command under way, or not, when their worker is killed. */
  readonly orphans: number;
}

const DEFAULT: Sizes = {
  ...{ rounds: 3, clients: 8, warmUp: 24 },
  ...{ starts: 400, startsPerSecond: 25 },
  ...{ cases: 120 },
  ...{ open: 2_000, due: 250, duePerSecond: 25 },
  ...{ cached: 1_000 },
  ...{ lagCases: 120, outageSeconds: 60 },
  ...{ lists: { projects: 50, open: 100_000, closed: 1_000_000 }, listReads: 60 },
  ...{ histories: 40 },
  ...{ orphans: 24 },
};

/** Only whether everything works: too small to say anything. */
const QUICK: Sizes = {
  ...{ rounds: 1, clients: 4, warmUp: 4 },
  ...{ starts: 24, startsPerSecond: 25 },
  ...{ cases: 8 },
  ...{ open: 60, due: 20, duePerSecond: 10 },
  ...{ cached: 50 },
  ...{ lagCases: 12, outageSeconds: 10 },
  ...{ lists: { projects: 5, open: 1_000, closed: 5_000 }, listReads: 10 },
  ...{ histories: 6 },
  ...{ orphans: 8 },
};

export const SIZES = { default: DEFAULT, quick: QUICK, full: { ...DEFAULT, open: 10_000, due: 1_000 } } as const;
