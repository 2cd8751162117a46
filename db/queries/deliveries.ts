import { createHash } from 'node:crypto';
import { sql, type Kysely } from 'kysely';
import type { Channel, Tellable } from '../../domain/delivery';
import type { Instant } from '../../domain/instant';
import type { Database } from '../schema';
import type { DeliveryTable } from '../schema/delivery';
import { instantOf, timeOf } from '../time';
import { recipientOf } from './handover';
import { notification, type Notification } from './notifications';

/** A message with what tells whether it is still to be told. */
export interface TellableRow extends Notification, Tellable {
  readonly zone: string;
  /** Of the run of the case's task that asked for it; null: of a former release. */
  readonly fence: Instant | null;
  readonly department: string | null;
}

/** By id; what was taken back is missing. */
export async function tellable(db: Kysely<Database>, ids: readonly string[]): Promise<Map<string, TellableRow>> {
  const rows = await db
    .selectFrom('notification as n')
    .innerJoin('project as p', 'p.id', 'n.project')
    .leftJoin('case as c', 'c.no', 'n.case_no')
    .leftJoin('staff as s', 's.id', 'n.recipient')
    .selectAll('n')
    .select(['p.zone', 'c.closed_at', 's.department'])
    .where(sql<boolean>`n.id = any(${[...ids]}::text[])`)
    .execute();
  return new Map(
    rows.map((row) => [
      row.id,
      {
        ...notification(row),
        zone: row.zone,
        fence: row.fence,
        caseClosedAt: instantOf(row.closed_at),
        department: row.department,
      },
    ]),
  );
}

/** What came of one try. */
export interface Tried {
  readonly order: string;
  readonly row: Pick<TellableRow, 'id' | 'project' | 'caseNo' | 'recipient' | 'role'>;
  readonly recipient: string;
  readonly channel: Channel;
  readonly state: DeliveryTable['state'];
  readonly reason: string | null;
  readonly at: Instant;
}

/** The same for every try of one order on one channel. */
export function deliveryIdOf(order: string, channel: Channel, recipient: string): string {
  const name = JSON.stringify(['delivery/v1', order, channel, recipient]);
  return createHash('sha256').update(name).digest('hex').slice(0, 32);
}

/** Those of the orders that were sent already: a try whose worker ended before it could tell so. */
export async function sentBefore(
  db: Kysely<Database>,
  { orders, channel, recipient }: { orders: readonly string[]; channel: Channel; recipient: string },
): Promise<Set<string>> {
  const rows = await db
    .selectFrom('delivery')
    .select('order_id')
    .where(sql<boolean>`id = any(${orders.map((order) => deliveryIdOf(order, channel, recipient))}::text[])`)
    .where('state', '=', 'sent')
    .execute();
  return new Set(rows.map(({ order_id: order }) => order));
}

/** Writes down what came of the tries; a message that needs no more of them is settled. */
export async function recordTries(db: Kysely<Database>, tries: readonly Tried[]): Promise<void> {
  if (tries.length === 0) return;
  await db
    .insertInto('delivery')
    .values(
      tries.map(({ order, row, recipient, channel, state, reason, at }) => ({
        id: deliveryIdOf(order, channel, recipient),
        notification: row.id,
        order_id: order,
        project: row.project,
        case_no: row.caseNo,
        ...{ recipient, channel, state, reason },
        tries: 1,
        first_at: timeOf(at),
        last_at: timeOf(at),
        resent_at: null,
      })),
    )
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet((eb) => ({
        state: eb.ref('excluded.state'),
        reason: eb.ref('excluded.reason'),
        tries: sql<number>`delivery.tries + 1`,
        last_at: eb.ref('excluded.last_at'),
      })),
    )
    .execute();
  // What machines hear besides settles nothing for the person.
  const settled = tries
    .filter(({ state, row, recipient }) => state !== 'retry' && recipientOf(row) === recipient)
    .map(({ row }) => row.id);
  if (settled.length === 0) return;
  await db
    .updateTable('notification')
    .set({ handover: 'settled' })
    .where(sql<boolean>`id = any(${settled}::text[])`)
    .execute();
}
