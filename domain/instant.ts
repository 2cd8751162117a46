/** Milliseconds since the epoch, UTC. */
export type Instant = number;
/** A length of time in milliseconds. */
export type Millis = number;

export const SECOND: Millis = 1_000;
export const MINUTE: Millis = 60 * SECOND;
export const HOUR: Millis = 60 * MINUTE;
export const DAY: Millis = 24 * HOUR;

/** `2026-11-22T09:00:00.000Z` */
export function isoOf(instant: Instant): string {
  return new Date(instant).toISOString();
}
