import type { Instant } from '../../domain/instant';

/**
 * The time of the workflow task, by which it is told which run of a task won (architecture.md "Fence"). Journal and
 * messages of a case take it from the same one.
 */
export class Fence {
  private last = 0;

  /** A server whose clock was set back must not make what is done now look older than what was done before. */
  now(): Instant {
    this.last = Math.max(this.last, Date.now());
    return this.last;
  }
}
