import type { Kysely } from 'kysely';
import type { Clock } from '../../common/clock';
import type { Sealer } from '../../common/crypto/sealer';
import type { Metrics } from '../../common/metrics';
import type { OutboundRules } from '../../common/outbound';
import type { TellableRow } from '../../db/queries/deliveries';
import type { Database } from '../../db/schema';
import type { DeliverRequest, HandOver, Recipient } from '../../workflows/contracts/delivery';
import type { IsCommitted } from './committed';
import type { SendMail } from './mail';
import type { LinkFor } from './resident-link';

export interface DeliverDeps {
  readonly database: { readonly db: Kysely<Database> };
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, 'deliveries'>;
  readonly rules: OutboundRules;
  /** Null: no mail server is configured, so nobody has a mailbox. */
  readonly sendMail: SendMail | null;
  readonly isCommitted: IsCommitted;
  /** Null: messages carry no links. */
  readonly linkFor: LinkFor | null;
  /** Hands messages on to the delivery of a group. */
  readonly signal: (to: Recipient, orders: HandOver) => Promise<void>;
}

type Message = DeliverRequest['messages'][number];

/** A message that is to be told now. */
export interface Due {
  readonly message: Message;
  readonly row: TellableRow;
}
