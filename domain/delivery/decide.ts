import type { Instant } from '../instant';
import type { Channel, DeliveryOrder, Outcome } from './rule';
import type { DeliveryState, Leg, Pending } from './state';
import { forgottenAt, isCapped, readyAt, withinHour } from './when';

/** Messages that go in one at the most. */
const BUNDLE_MAX = 50;
/** Orders that are remembered when they are done. */
const DONE_MAX = 500;
/** After which an order is looked at again whose case has not committed it. */
const NOT_YET = 2_000;

/** What is sent next: these messages, as one, over this channel. */
export interface Sending {
  readonly channel: Channel;
  readonly messages: readonly { readonly order: DeliveryOrder; readonly leg: Leg }[];
}

export type NextStep =
  | { readonly do: 'send'; readonly sending: Sending }
  | { readonly do: 'wait'; readonly until: Instant }
  /** Nothing is pending, and no sending counts for the cap any more. */
  | { readonly do: 'end' };

/** Takes orders in. One that is pending or done is known. */
export function accept(state: DeliveryState, orders: readonly DeliveryOrder[], now: Instant): DeliveryState {
  const known = new Set([...state.done, ...state.pending.map(({ order }) => order.id)]);
  const pending = [...state.pending];
  for (const order of orders) {
    if (known.has(order.id)) continue;
    known.add(order.id);
    const fresh: Pending = { order, ahead: order.rule.channels, legs: [] };
    pending.push(withNextLeg(fresh, now + order.rule.bundleWithin));
  }
  return { ...state, pending: pending.filter(isPending) };
}

/**
 * What is to be done now: the most urgent message that may be sent, the oldest of them first, with what goes along in
 * the same one.
 */
export function next(state: DeliveryState, now: Instant): NextStep {
  const legs = state.pending.flatMap(({ order, legs }) =>
    legs.map((leg) => ({ order, leg, at: readyAt(order, leg, state.sent, now) })),
  );
  const ready = legs.filter(({ at }) => at <= now);
  const first = ready.find(({ order }) => order.rule.class === 'urgent') ?? ready[0];
  if (first) {
    const alone = first.order.rule.class === 'urgent' && !isCapped(first.order, now, state.sent);
    const messages = alone ? [first] : [first, ...legs.filter((other) => goesAlong(other, first, now))];
    const chosen = messages.slice(0, BUNDLE_MAX).map(({ order, leg }) => ({ order, leg }));
    return { do: 'send', sending: { channel: first.leg.channel, messages: chosen } };
  }
  if (legs.length > 0) return { do: 'wait', until: Math.min(...legs.map(({ at }) => at)) };
  const until = forgottenAt(state);
  return until !== null && until > now ? { do: 'wait', until } : { do: 'end' };
}

type Candidate = { readonly order: DeliveryOrder; readonly leg: Leg; readonly at: Instant };

/** What waits for the same channel goes along: also before its own time, when it only waits to be bundled. */
function goesAlong(other: Candidate, first: Candidate, now: Instant): boolean {
  if (other === first || other.leg.channel !== first.leg.channel) return false;
  const isFirstTry = other.leg.count === 0 && other.order.rule.channels[0] === other.leg.channel;
  const at = isFirstTry ? readyAt(other.order, { ...other.leg, tryAt: now }, [], now) : other.at;
  return at <= now;
}

/** @param outcomes by id of the order; one that has none is tried again. */
export function apply(
  state: DeliveryState,
  { channel, messages }: Sending,
  outcomes: Readonly<Record<string, Outcome>>,
  now: Instant,
): DeliveryState {
  const tried = new Set(messages.map(({ order }) => order.id));
  const all = state.pending.map((pending) =>
    tried.has(pending.order.id)
      ? afterTry(pending, channel, outcomes[pending.order.id] ?? { kind: 'not-yet' }, now)
      : pending,
  );
  const wasSent = Object.values(outcomes).some(({ kind }) => kind === 'sent');
  const done = all.filter((pending) => !isPending(pending)).map(({ order }) => order.id);
  return {
    pending: all.filter(isPending),
    sent: wasSent ? [...withinHour(state.sent, now), now] : withinHour(state.sent, now),
    done: [...state.done, ...done].slice(-DONE_MAX),
  };
}

function isPending({ legs }: Pending): boolean {
  return legs.length > 0;
}

function afterTry(pending: Pending, channel: Channel, outcome: Outcome, now: Instant): Pending {
  const { rule } = pending.order;
  const left = { ...pending, legs: pending.legs.filter((leg) => leg.channel !== channel) };
  switch (outcome.kind) {
    case 'withdrawn':
      return { ...pending, ahead: [], legs: [] };
    case 'no-address':
    case 'dead':
      return waiting(withNextLeg(left, now), (tryAt) => Math.min(tryAt, now));
    case 'sent':
    case 'passed-on': {
      const nextAt = now + rule.acknowledgeWithin;
      return waiting(withNextLeg(left, nextAt), (tryAt) => Math.max(tryAt, nextAt));
    }
    case 'retry': {
      const again = changed(pending, channel, ({ since, count }) => ({
        since: since ?? now,
        count: count + 1,
        tryAt: outcome.at,
      }));
      // Somebody who can't be reached here is tried elsewhere in time, while this goes on.
      return pending.legs.length > 1 ? again : withNextLeg(again, now + rule.acknowledgeWithin);
    }
    case 'not-yet':
      return changed(pending, channel, () => ({ tryAt: now + NOT_YET }));
  }
}

/** The next channel, if there is one, is tried from then on; not when one waits already. */
function withNextLeg(pending: Pending, tryAt: Instant): Pending {
  const [channel, ...ahead] = pending.ahead;
  if (channel === undefined || pending.legs.some((leg) => leg.count === 0)) return pending;
  return { ...pending, ahead, legs: [...pending.legs, { channel, tryAt, since: null, count: 0 }] };
}

/** Moves the channel that has not been tried yet. */
function waiting(pending: Pending, move: (tryAt: Instant) => Instant): Pending {
  const legs = pending.legs.map((leg) => (leg.count === 0 ? { ...leg, tryAt: move(leg.tryAt) } : leg));
  return { ...pending, legs };
}

function changed(pending: Pending, channel: Channel, change: (leg: Leg) => Partial<Leg>): Pending {
  const legs = pending.legs.map((leg) => (leg.channel === channel ? { ...leg, ...change(leg) } : leg));
  return { ...pending, legs };
}
