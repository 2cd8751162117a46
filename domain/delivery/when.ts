import { HOUR, MINUTE, type Instant } from '../instant';
import { addDays, instantOfLocal, isBetween, localTimeOf, timeOfDay } from '../zone';
import type { DeliveryOrder } from './rule';
import type { DeliveryState, Leg } from './state';

/** Above the cap an urgent message waits no longer than this after the one before, and takes along what came meanwhile. */
export const URGENT_GAP = MINUTE;
const CAP_WINDOW = HOUR;

/**
 * When this leg may be sent at the earliest: its own time, then the cap, then quiet hours. Never before `now`: a leg
 * that the cap held up until the quiet hours began waits for their end too, however long its own time has passed.
 */
export function readyAt(order: DeliveryOrder, leg: Leg, sent: readonly Instant[], now: Instant): Instant {
  return afterQuiet(order, capped(order, Math.max(leg.tryAt, now), sent));
}

/** Whether the cap holds this order up at this instant. */
export function isCapped(order: DeliveryOrder, at: Instant, sent: readonly Instant[]): boolean {
  const { cap } = order.rule;
  return cap !== null && withinHour(sent, at).length >= cap;
}

function capped(order: DeliveryOrder, at: Instant, sent: readonly Instant[]): Instant {
  const { cap } = order.rule;
  if (cap === null || !isCapped(order, at, sent)) return at;
  if (order.rule.class === 'urgent') return Math.max(at, (sent.at(-1) ?? at) + URGENT_GAP);
  return Math.max(at, (withinHour(sent, at).at(-cap) ?? at) + CAP_WINDOW);
}

/** The end of the quiet hours that the instant lies in, or the instant itself. */
function afterQuiet({ rule: { quiet }, zone }: DeliveryOrder, at: Instant): Instant {
  if (!quiet || !isBetween(at, quiet, zone)) return at;
  const local = localTimeOf(at, zone);
  const day = local.timeOfDay < timeOfDay(quiet.to) ? local.date : addDays(local.date, 1);
  // Where the clock is put back over the end, it comes twice: the first time counts.
  return Math.max(at, instantOfLocal(day, quiet.to, zone));
}

export function withinHour(sent: readonly Instant[], at: Instant): readonly Instant[] {
  return sent.filter((instant) => instant > at - CAP_WINDOW);
}

/** When the last of them no longer counts; null when none does. */
export function forgottenAt({ sent }: DeliveryState): Instant | null {
  const last = sent.at(-1);
  return last === undefined ? null : last + CAP_WINDOW;
}
