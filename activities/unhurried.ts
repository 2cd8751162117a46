import { Context } from '@temporalio/activity';

/** How much of its time an activity may take that nobody waits for. */
export interface Pace {
  /** In all, milliseconds. */
  readonly within: number;
  /** After work of one millisecond, so many of rest: with four it takes a fifth of one core, however much there is. */
  readonly rest: number;
}

/** Milliseconds; the activity has to tell that it is alive. */
const LONGEST_REST = 10_000;

/**
 * Work of an activity that nobody waits for: whoever waits for a deadline or an answer comes first, so after each bit of
 * it there is a rest. It ends when its time is up; what is left is for the next time.
 */
export class Unhurried {
  private readonly begun = performance.now();

  constructor(private readonly pace: Pace) {}

  isOver(): boolean {
    return performance.now() - this.begun > this.pace.within;
  }

  /** @returns after the rest. @throws CancelledFailure when the activity is to stop */
  async do<R>(bit: () => Promise<R> | R): Promise<R> {
    const begun = performance.now();
    const result = await bit();
    await Context.current().sleep(Math.min(LONGEST_REST, (performance.now() - begun) * this.pace.rest));
    return result;
  }
}
