import type { Client } from '@temporalio/client';
import type { Kysely } from 'kysely';
import { dueHandovers, markHanded, type HandoverRow, type Which } from '../../db/queries/handover';
import type { Database } from '../../db/schema';
import { machineRule, ruleOf, type DeliveryOrder, type NotificationPolicy } from '../../domain/delivery';
import {
  DELIVERY_WORKFLOW,
  deliveryIdOf,
  handOverOf,
  type HandOver,
  type Recipient,
} from '../../workflows/contracts/delivery';

export interface HandoverDeps {
  readonly client: Client;
  readonly taskQueue: string;
  readonly policy: NotificationPolicy;
}

/**
 * Hands messages that are due over to the deliveries of their recipients. Safe to repeat: a delivery knows an order that
 * it gets again, and looks at the row before it sends.
 */
export async function handOver(db: Kysely<Database>, deps: HandoverDeps, which: Which): Promise<number> {
  const rows = await dueHandovers(db, which);
  const byRecipient = new Map<string, { to: Recipient; orders: DeliveryOrder[] }>();
  for (const { to, order } of rows.flatMap((row) => ordersOf(row, deps.policy))) {
    const id = deliveryIdOf(to);
    const orders = byRecipient.get(id)?.orders ?? [];
    byRecipient.set(id, { to, orders: [...orders, order] });
  }
  await Promise.all([...byRecipient.values()].map(({ to, orders }) => signal(deps, to, orders)));
  await markHanded(
    db,
    rows.map(({ id }) => id),
  );
  return rows.length;
}

/** The recipient's own, and one for each machine: of a message to five people it hears once. */
function ordersOf(row: HandoverRow, policy: NotificationPolicy): { to: Recipient; order: DeliveryOrder }[] {
  const { id, key, project, zone, recipient, webhooks, sentAt } = row;
  const rule = ruleOf(policy, row);
  const order = { notification: id, at: sentAt, zone, again: false };
  return [
    { to: { project, recipient }, order: { ...order, id, rule } },
    ...webhooks.map((endpoint) => ({
      to: { project, recipient: endpoint },
      order: { ...order, id: key, rule: machineRule(rule) },
    })),
  ];
}

export async function signal(
  { client, taskQueue }: Pick<HandoverDeps, 'client' | 'taskQueue'>,
  to: Recipient,
  orders: HandOver,
): Promise<void> {
  await client.workflow.signalWithStart(DELIVERY_WORKFLOW, handOverOf(to, orders, taskQueue));
}
