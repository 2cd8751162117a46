/**
 * The one clock of every process. Nothing but this file reads the machine's time; the API, the worker and the
 * story runner are handed a Clock, and workflows use Temporal's own time. That is what lets a story play five
 * days in five seconds.
 */
export interface Clock {
  /** Milliseconds since the epoch, UTC. */
  now(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
};
