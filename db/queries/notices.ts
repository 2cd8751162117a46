import { createHash } from 'node:crypto';
import type { PoolClient } from 'pg';
import type { Role } from '../../domain/actor';
import type { NotifyRequest } from '../../workflows/contracts/notify';
import { timeOf } from '../time';
import { HOLD, SEND, STANDING, type FeedColumns, type NoticeColumns } from './notices-sql';

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
  readonly known: ReadonlyMap<string, readonly Sent[]>;
}

/** A message as it was sent before. */
export type Sent = Pick<NoticeColumns, 'key' | 'recipient' | 'role' | 'skipped' | 'channel' | 'fence' | 'asked'>;

/** What a journal has under the number of a request. */
interface Entry {
  readonly no: string;
  readonly fence: number;
  readonly seq: number;
  readonly type: string;
  readonly at: number;
}

/**
 * Which of the requests are to be written. A workflow task can run twice and ask for something else under the same key
 * the second time. As with the journal the fence tells whose run counts, in whatever order they arrive: a message of an
 * older run is taken back here, and a request of one is dropped.
 *
 * Holds others that send for or write the same cases up until the transaction ends, so that one request that runs twice
 * at once is decided once.
 */
export async function standingOf(client: PoolClient, requests: readonly NotifyRequest[]): Promise<Standing> {
  const numbers = [...new Set(requests.map(({ no }) => no))].sort();
  await client.query({ ...HOLD, values: [numbers] });
  const keys = requests.map(({ key }) => key);
  const { rows } = await client.query<{ sent: readonly Sent[]; journal: readonly Entry[] }>({
    ...STANDING,
    values: [keys, requests.map(({ no }) => no), requests.map(({ seq }) => seq)],
  });
  const { sent = [], journal = [] } = rows[0] ?? {};
  const known = new Map<string, readonly Sent[]>();
  for (const request of requests) {
    const before = sent.filter(({ key }) => key === request.key);
    if (await stands(client, request, before)) known.set(request.key, before);
    else if (isLost(request, journal)) known.set(request.key, []);
  }
  return { fresh: requests.filter(({ key }) => !known.has(key)), known };
}

/** Whether what was sent under this key is what is asked for, or of a later run; otherwise it is taken back. */
async function stands(client: PoolClient, request: NotifyRequest, before: readonly Sent[]): Promise<boolean> {
  const [row] = before;
  if (!row) return false;
  const { key, fence } = request;
  if (fence === undefined || row.fence === null || row.fence >= fence) return true;
  if (row.asked === askedOf(request)) {
    await client.query('update notification set fence = $2 where key = $1', [key, fence]);
    return true;
  }
  await client.query('delete from notification where key = $1', [key]);
  return false;
}

/** The journal has, by a later run of the task, something else under its number. */
function isLost({ no, seq, at, fence }: NotifyRequest, journal: readonly Entry[]): boolean {
  return journal.some(
    (entry) =>
      entry.no === no &&
      entry.seq === seq &&
      fence !== undefined &&
      entry.fence > fence &&
      (entry.type !== 'notify-requested' || entry.at !== at),
  );
}

/** The same for two runs that ask for the same. */
function askedOf({ template, to, obligation, urgent, args, upwards, text }: NotifyRequest): string {
  const message = JSON.stringify([template, to, obligation, urgent, args, upwards, text?.ref ?? null]);
  return createHash('sha256').update(message).digest('hex').slice(0, 32);
}

/** Writes the messages, and one feed entry per case. */
export async function insertNotices(client: PoolClient, notices: readonly Notice[]): Promise<void> {
  if (notices.length === 0) return;
  const rows = notices.flatMap((notice) => {
    const recipients = notice.recipients.length > 0 ? notice.recipients : [null];
    return recipients.map((recipient) => notificationRow(notice, recipient));
  });
  const newest = new Map(notices.map(({ request }) => [request.no, request]));
  const feed = [...newest.values()].map(({ project, no, seq, at }): FeedColumns => ({
    project,
    case_no: no,
    seq,
    fence: null,
    kind: 'notice',
    at: timeOf(at),
  }));
  await client.query({ ...SEND, values: [JSON.stringify(rows), JSON.stringify(feed)] });
}

function notificationRow({ request, channel, role, skipped }: Notice, recipient: string | null): NoticeColumns {
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
    args: request.args,
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
