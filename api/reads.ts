import type { Clock } from '../common/clock';
import { DatabaseAwayError } from '../db/database';

/** How long the way to a command waits for the database. Milliseconds. */
const WITHIN = 1_500;
/** For so long after that nobody else waits for it; then one asks again. Milliseconds. */
const REST = 2_000;

/**
 * What a command asks of the database on its way. One that answers nothing at all (frozen, or locked) would hold up each
 * of these questions for as long as a report may take; here it counts as away, as if it had refused the connection.
 */
export class Reads {
  private askAgainAt: number | null = null;

  constructor(private readonly clock: Clock) {}

  /** @throws DatabaseAwayError; what `question` throws. What was asked may still be done later. */
  async ask<T>(question: () => Promise<T>): Promise<T> {
    const now = this.clock.now();
    if (this.askAgainAt !== null) {
      if (now < this.askAgainAt) throw new DatabaseAwayError();
      this.askAgainAt = now + REST;
    }
    const asked = question();
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        this.askAgainAt = this.clock.now() + REST;
        reject(new DatabaseAwayError());
        // Its end interests nobody any more.
        asked.catch(() => undefined);
      }, WITHIN);
    });
    try {
      const answer = await Promise.race([asked, tooLate]);
      this.askAgainAt = null;
      return answer;
    } finally {
      clearTimeout(timer);
    }
  }
}
