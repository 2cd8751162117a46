import type { ClientLog, Entry, Wish } from './log';

/** What an open-loop client sends, whatever becomes of it. */
export interface LoadPlan {
  /** Complaints that are opened per second, each with its commands from acknowledge to close, and notes between. */
  readonly casesPerSecond: number;
  /** ms between two commands of one case, counted from the answer: nobody completes what is not accepted. */
  readonly stepMs: number;
  /** Notes per second, to cases that are open. */
  readonly notesPerSecond: number;
  /** ms after which a try counts as unanswered. */
  readonly timeoutMs: number;
  /** What may be tried again: every failure, or only a refused connection (of an API that no longer listens). */
  readonly repeat: 'all' | 'refused-connections';
}

/** Sends at planned instants whatever became of what it sent before, repeats with the same key, and keeps a log. */
export interface Client {
  /** Sends one wish beside the plan, now. Resolves when it is answered or given up; never rejects. */
  send(wish: Wish, key?: string): Promise<Entry>;
  /** Wishes that are sent and have no answer yet. */
  unanswered(): number;
  log(): ClientLog;
}
