import type { Instant } from '../instant';
import type { Channel, DeliveryOrder, Tries } from './rule';

/** A message on one channel, and when it is to be tried next there. */
export interface Leg extends Tries {
  readonly channel: Channel;
  readonly tryAt: Instant;
}

/** A message that is not through with all its channels. */
export interface Pending {
  readonly order: DeliveryOrder;
  /** Channels that it has not come to yet, in their order. */
  readonly ahead: readonly Channel[];
  /** The newest last. */
  readonly legs: readonly Leg[];
}

/** The deliveries to one recipient. */
export interface DeliveryState {
  /** In the order in which they came. */
  readonly pending: readonly Pending[];
  /** When something was sent in the last hour, oldest first. */
  readonly sent: readonly Instant[];
  /** Orders of late that are done, so that one that comes again is known. */
  readonly done: readonly string[];
}

export const NOTHING_PENDING: DeliveryState = { pending: [], sent: [], done: [] };
