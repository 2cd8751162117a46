import type { Channel } from '../../domain/delivery';

export const tableName = 'delivery';

/** What became of one message on one channel. */
export interface DeliveryTable {
  /** Hash of order, channel and recipient: one that is tried again is the same. */
  id: string;
  notification: string;
  order_id: string;
  project: string;
  case_no: string;
  /** As in `Recipient`: a person, a case's resident, an endpoint. */
  recipient: string;
  channel: Channel;
  state: 'sent' | 'passed-on' | 'no-address' | 'retry' | 'dead' | 'withdrawn';
  /** Code of what went wrong, or why it was not told any more. */
  reason: string | null;
  tries: number;
  first_at: Date;
  last_at: Date;
  /** A dead letter that was sent again by hand. */
  resent_at: Date | null;
}

export type PartialDB = { [tableName]: DeliveryTable };
