import { createHash } from 'node:crypto';
import { sql, type Kysely, type Selectable } from 'kysely';
import type { Role } from '../../domain/actor';
import type { NotifyRequest } from '../../workflows/contracts/notify';
import type { Database } from '../schema';
import type { NotificationTable } from '../schema/notification';
import { instantOf, timeOf } from '../time';
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

/** What is to be written of some requests, and what was written before. */
export interface Standing {
  readonly fresh: readonly NotifyRequest[];
  /** By the key of the request; empty for one that a later run of its workflow task does not ask for. */
  readonly known: ReadonlyMap<string, readonly Notification[]>;
}

type Row = Selectable<NotificationTable>;

/**
 * Which of the requests are to be written. A workflow task can run twice and ask for something else under the same key
 * the second time. As with the journal the fence tells whose run counts, in whatever order they arrive: a message of an
 * older run is taken back here, and a request of one is dropped.
 *
 * Holds others that send for or write the same cases up until the transaction ends, so that one request that runs twice
 * at once is decided once.
 */
export async function standingOf(trx: Kysely<Database>, requests: readonly NotifyRequest[]): Promise<Standing> {
  const numbers = [...new Set(requests.map(({ no }) => no))].sort();
  for (const no of numbers) await holdCase(trx, no);
  const keys = requests.map(({ key }) => key);
  const rows = await trx
    .selectFrom('notification')
    .selectAll()
    .where(oneOf(sql.ref('key'), keys))
    .orderBy('recipient')
    .execute();
  const lost = await lostRequests(trx, requests);
  const known = new Map<string, readonly Notification[]>();
  for (const request of requests) {
    const before = rows.filter(({ key }) => key === request.key);
    if (await stands(trx, request, before)) known.set(request.key, before.map(notification));
    else if (lost.has(request.key)) known.set(request.key, []);
  }
  return { fresh: requests.filter(({ key }) => !known.has(key)), known };
}

/** A worker that is frozen in the middle loses its locks, as in the journal's transaction. */
async function holdCase(trx: Kysely<Database>, no: string): Promise<void> {
  await sql`select set_config('lock_timeout', '800', true), set_config('statement_timeout', '1000', true),
    set_config('idle_in_transaction_session_timeout', '2000', true),
    pg_advisory_xact_lock(hashtextextended(${`notify/${no}`}, 0))`.execute(trx);
  await sql`select from "case" where no = ${no} for share`.execute(trx);
}

/** Whether what was sent under this key is what is asked for, or of a later run; otherwise it is taken back. */
async function stands(trx: Kysely<Database>, request: NotifyRequest, before: readonly Row[]): Promise<boolean> {
  const [row] = before;
  if (!row) return false;
  if (request.fence === undefined || row.fence === null || row.fence >= request.fence) return true;
  const mine = trx.updateTable('notification').where('key', '=', request.key);
  if (row.asked === askedOf(request)) {
    await mine.set({ fence: request.fence }).execute();
    return true;
  }
  await trx.deleteFrom('notification').where('key', '=', request.key).execute();
  return false;
}

/** Keys under which the journal has, by a later run of the task, something else. */
async function lostRequests(trx: Kysely<Database>, requests: readonly NotifyRequest[]): Promise<Set<string>> {
  const { rows } = await sql<{ no: string; fence: number; seq: number; type: string; at: Date }>`
    select no, fence, journal.seq, journal.type, at from "case" join journal on case_no = no
    where (no, journal.seq) in (select * from unnest(
      ${requests.map(({ no }) => no)}::text[], ${requests.map(({ seq }) => seq)}::integer[]))`.execute(trx);
  const isLost = ({ no, seq, at, fence }: NotifyRequest): boolean =>
    rows.some(
      (row) =>
        row.no === no &&
        row.seq === seq &&
        fence !== undefined &&
        row.fence > fence &&
        (row.type !== 'notify-requested' || instantOf(row.at) !== at),
    );
  return new Set(requests.filter(isLost).map(({ key }) => key));
}

/** The same for two runs that ask for the same. */
function askedOf({ template, to, obligation, urgent, args, upwards, text }: NotifyRequest): string {
  const message = JSON.stringify([template, to, obligation, urgent, args, upwards, text?.ref ?? null]);
  return createHash('sha256').update(message).digest('hex').slice(0, 32);
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
    fence: request.fence ?? null,
    asked: askedOf(request),
  };
}

function idOf(key: string, recipient: string | null): string {
  const message = JSON.stringify(['notification/v1', key, recipient]);
  return createHash('sha256').update(message).digest('hex').slice(0, 32);
}
