import { sql, type Kysely, type Selectable } from 'kysely';
import type { Channel } from '../../domain/delivery';
import type { Instant } from '../../domain/instant';
import type { Database } from '../schema';
import type { DeliveryTable } from '../schema/delivery';
import { instantOf, timeOf } from '../time';
import {
  beyond,
  countFound,
  cursorInstant,
  inScope,
  type Page,
  pageOf,
  type PageRequest,
  type ProjectScope,
} from './lists';

/** What became of one message on one channel. */
export interface Delivery {
  readonly id: string;
  readonly notification: string;
  readonly project: string;
  readonly caseNo: string;
  readonly recipient: string;
  readonly channel: Channel;
  readonly state: DeliveryTable['state'];
  readonly reason: string | null;
  readonly tries: number;
  readonly firstAt: Instant;
  readonly lastAt: Instant;
  readonly resentAt: Instant | null;
}

/** The receipts of a message, in the order of their first tries. */
export async function deliveriesOf(db: Kysely<Database>, notification: string): Promise<Delivery[]> {
  const found = db.selectFrom('delivery').selectAll().where('notification', '=', notification);
  return (await found.orderBy('first_at').orderBy('id').execute()).map(delivery);
}

/** Given up and not sent again since, newest first. @throws CursorError */
export async function pageDeadLetters(
  db: Kysely<Database>,
  { projects, limit, cursor }: PageRequest & { readonly projects: ProjectScope },
): Promise<Page<Delivery>> {
  const found = db
    .selectFrom('delivery')
    .where('state', '=', 'dead')
    .where('resent_at', 'is', null)
    .where(inScope(sql.ref('project'), projects));
  const [total, rows] = await Promise.all([
    countFound(db, found),
    found
      .selectAll()
      .$if(Boolean(cursor), (all) =>
        all.where(
          beyond([sql.ref('last_at'), sql.ref('id')], cursor ? [timeOf(cursorInstant(cursor)), cursor.id] : [], true),
        ),
      )
      .orderBy('last_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute(),
  ]);
  return pageOf(rows, limit, total, delivery, (last) => ({ sort: [instantOf(last.last_at)], id: last.id }));
}

/** They are dead letters no more, whatever comes of the new try. */
export async function markResent(db: Kysely<Database>, notification: string, at: Instant): Promise<void> {
  await db
    .updateTable('delivery')
    .set({ resent_at: timeOf(at) })
    .where('notification', '=', notification)
    .where('state', '=', 'dead')
    .where('resent_at', 'is', null)
    .execute();
}

function delivery(row: Selectable<DeliveryTable>): Delivery {
  const { id, notification, project, recipient, channel, state, reason, tries } = row;
  const [firstAt, lastAt, resentAt] = [instantOf(row.first_at), instantOf(row.last_at), instantOf(row.resent_at)];
  return {
    id,
    notification,
    project,
    caseNo: row.case_no,
    recipient,
    channel,
    state,
    reason,
    tries,
    firstAt,
    lastAt,
    resentAt,
  };
}
