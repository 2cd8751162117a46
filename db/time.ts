import type { Instant } from '../domain/instant';

/**
 * The border between our instants (milliseconds since the epoch) and `timestamptz`, which `pg` reads and writes as Date.
 * Nothing else in db/ converts.
 */
export function timeOf(instant: Instant): Date;
export function timeOf(instant: Instant | null): Date | null;
export function timeOf(instant: Instant | null): Date | null {
  return instant === null ? null : new Date(instant);
}

export function instantOf(time: Date): Instant;
export function instantOf(time: Date | null): Instant | null;
export function instantOf(time: Date | null): Instant | null {
  return time === null ? null : time.getTime();
}
