import { createHash } from 'node:crypto';
import { sql, type Kysely } from 'kysely';
import type { Role } from '../../domain/actor';
import type { NotifyRequest } from '../../workflows/contracts/notify';
import type { Database } from '../schema';
import { timeOf } from '../time';
import { FEED_CHANNEL } from './feed';
import { oneOf } from './lists';
import { notification, type Notification } from './notifications';

/** What the notify activity writes. */
export interface Notice {
  readonly request: NotifyRequest;
  readonly channel: string;
  /** Empty: one message is kept that is addressed to the role, so that it is seen. */
  readonly recipients: readonly string[];
  readonly role: Role | null;
  readonly skipped: readonly Role[];
}

/**
 * What was written for these requests before. Holds others that send for the same cases up until the transaction ends,
 * so that one request that runs twice at once is decided once.
 */
export async function sentBefore(trx: Kysely<Database>, requests: readonly NotifyRequest[]): Promise<Notification[]> {
  for (const no of [...new Set(requests.map((request) => request.no))].sort()) {
    await sql`select pg_advisory_xact_lock(hashtextextended(${`notify/${no}`}, 0))`.execute(trx);
  }
  const keys = requests.map(({ key }) => key);
  const rows = await trx
    .selectFrom('notification')
    .selectAll()
    .where(oneOf(sql.ref('key'), keys))
    .orderBy('recipient')
    .execute();
  return rows.map(notification);
}

/** Writes the messages, and one feed entry per case. */
export async function insertNotices(trx: Kysely<Database>, notices: readonly Notice[]): Promise<void> {
  if (notices.length === 0) return;
  const rows = notices.flatMap((notice) => {
    const recipients = notice.recipients.length > 0 ? notice.recipients : [null];
    return recipients.map((recipient) => notificationRow(notice, recipient));
  });
  await trx
    .insertInto('notification')
    .values(rows)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
  const newest = new Map(notices.map(({ request }) => [request.no, request]));
  await trx
    .insertInto('change_feed')
    .values(
      [...newest.values()].map(({ project, no, seq, at }) => ({
        project,
        case_no: no,
        seq,
        fence: null,
        kind: 'notice' as const,
        at: timeOf(at),
      })),
    )
    .execute();
  await sql`select pg_notify(${FEED_CHANNEL}, '')`.execute(trx);
}

function notificationRow({ request, channel, role, skipped }: Notice, recipient: string | null) {
  return {
    id: idOf(request.key, recipient),
    key: request.key,
    project: request.project,
    case_no: request.no,
    seq: request.seq,
    mode: request.mode,
    recipient,
    role,
    skipped: [...skipped],
    template: request.template,
    args: JSON.stringify(request.args),
    urgent: request.urgent,
    obligation: request.obligation,
    text_ref: request.text?.ref ?? null,
    channel,
    sent_at: timeOf(request.at),
  };
}

function idOf(key: string, recipient: string | null): string {
  const message = JSON.stringify(['notification/v1', key, recipient]);
  return createHash('sha256').update(message).digest('hex').slice(0, 32);
}
