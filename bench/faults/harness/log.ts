/** What the client wants: a case to be opened, or something to be done to one. */
export interface Wish {
  /** Of `POST /complaints`: null. */
  readonly no: string | null;
  /** `start`, or the name of the command: `acknowledge`, `note` … */
  readonly name: string;
  /** Whose login key. */
  readonly as: string;
  /** JSON. */
  readonly body: unknown;
}

/**
 * - `accepted`: answered 2xx, perhaps after repetitions with the same key.
 * - `refused`: answered 4xx.
 * - `unanswered`: the client gave up after its last repetition. Whether it was done nobody has told him.
 */
export type Outcome = 'accepted' | 'refused' | 'unanswered';

/** One wish and what became of it. Instants are ms since the epoch. */
export interface Entry extends Wish {
  /** The Idempotency-Key, the same in all repetitions. */
  readonly key: string;
  readonly plannedAt: number;
  readonly tries: number;
  readonly answeredAt: number | null;
  readonly outcome: Outcome;
  /** Of the last answer; null where there was none. */
  readonly status: number | null;
  /** The problem's code: `key-reused`. */
  readonly code: string | null;
  /** The case that was opened or worked on. */
  readonly caseNo: string | null;
  /** Of the journal event that the answer names. */
  readonly seq: number | null;
  /** Why earlier tries failed: `503 engine-unavailable`, `ECONNREFUSED`. */
  readonly failures: readonly string[];
}

/** What `/readyz` of one API said, and what was so. */
export interface ReadySample {
  readonly url: string;
  readonly askedAt: number;
  readonly answeredAt: number;
  /** null: no answer. */
  readonly status: number | null;
}

export interface ClientLog {
  readonly entries: readonly Entry[];
  readonly ready: readonly ReadySample[];
}
