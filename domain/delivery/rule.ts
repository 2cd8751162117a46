import type { Instant, Millis } from '../instant';

/** How a message leaves the house. Group robots are those of WeCom, DingTalk and Feishu. */
export const CHANNELS = ['email', 'webhook', 'robot'] as const;
export type Channel = (typeof CHANNELS)[number];

/** How much a message can wait. */
export const CLASSES = ['urgent', 'normal', 'digest'] as const;
export type DeliveryClass = (typeof CLASSES)[number];

/** How messages of a class are delivered. An order carries it, so what is under way keeps the rule that it began with. */
export interface DeliveryRule {
  readonly class: DeliveryClass;
  /** In their order: the next one is used when the message isn't acknowledged over those before. */
  readonly channels: readonly Channel[];
  /** How long a channel is given before the next one. */
  readonly acknowledgeWithin: Millis;
  /** How long the first sending waits, so that what comes meanwhile goes in the same message. */
  readonly bundleWithin: Millis;
  /** Local times between which nothing is sent, over midnight too; null: at any hour. */
  readonly quiet: { readonly from: string; readonly to: string } | null;
  /** Messages to one recipient in an hour; more are bundled. null: as many as there are. */
  readonly cap: number | null;
  /** Pauses between tries; the last one is repeated. */
  readonly retry: readonly Millis[];
  /** After the first try; then it is a dead letter. */
  readonly giveUpAfter: Millis;
}

/** One message for one recipient. */
export interface DeliveryOrder {
  /** Stable: whoever gets it twice does nothing the second time. */
  readonly id: string;
  /** The inbox row that it is about. */
  readonly notification: string;
  readonly at: Instant;
  /** Of the project: quiet hours are by its wall clock. */
  readonly zone: string;
  readonly rule: DeliveryRule;
  /** Sent again by hand: also when it was read or delivered before. */
  readonly again: boolean;
}

/** What became of one message in one try. */
export type Outcome =
  | { readonly kind: 'sent' }
  /** Nobody is there on this channel. */
  | { readonly kind: 'no-address' }
  /** Whoever was to deliver it has it now: the group's own deliveries. */
  | { readonly kind: 'passed-on' }
  | { readonly kind: 'retry'; readonly at: Instant }
  | { readonly kind: 'dead' }
  /** Not to be told any more: read, taken back, or of a case that is closed. */
  | { readonly kind: 'withdrawn' }
  /** The run of its case that asked for it is not committed yet. */
  | { readonly kind: 'not-yet' };

/** One message on one channel, while it is not delivered there. */
export interface Tries {
  /** Of the first try; null before it. */
  readonly since: Instant | null;
  /** Failed tries. */
  readonly count: number;
}

/**
 * What follows from a try that failed and may be repeated.
 *
 * @param tries those before this one.
 * @param wait what the receiver asked for (`Retry-After`); 0 when it did not say.
 */
export function afterFailure(rule: DeliveryRule, tries: Tries, now: Instant, wait: Millis): Outcome {
  const pause = rule.retry[Math.min(tries.count, rule.retry.length - 1)] ?? rule.giveUpAfter;
  const at = now + Math.max(pause, wait);
  return at > (tries.since ?? now) + rule.giveUpAfter ? { kind: 'dead' } : { kind: 'retry', at };
}
