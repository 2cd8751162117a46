import { sql, type Expression, type Kysely, type Selectable, type SqlBool } from 'kysely';
import type { Role } from '../../domain/actor';
import type { CaseMode } from '../../domain/event';
import type { Instant } from '../../domain/instant';
import type { Database } from '../schema';
import type { NotificationTable } from '../schema/notification';
import { instantOf, timeOf } from '../time';
import { beyond, cursorInstant, inScope, oneOf, pageOf, type Page, type PageRequest, type ProjectScope } from './lists';

/** Inboxes: what a person finds there, what was sent about a case, what the resident was told. */

export const RESIDENT = 'resident';
/** The channel of a drill: kept to be looked at, delivered to nobody. */
export const DIVERTED = 'drill-diverted';
export const INBOX = 'inbox';

export interface Notification {
  readonly id: string;
  readonly key: string;
  readonly project: string;
  readonly caseNo: string;
  readonly seq: number;
  readonly mode: CaseMode;
  /** null: addressed to a role that nobody holds. */
  readonly recipient: string | null;
  readonly role: Role | null;
  readonly skipped: readonly Role[];
  readonly template: string;
  readonly args: Readonly<Record<string, string | number>>;
  readonly urgent: boolean;
  readonly obligation: string | null;
  readonly textRef: string | null;
  readonly channel: string;
  readonly sentAt: Instant;
  readonly readAt: Instant | null;
  readonly acknowledgedAt: Instant | null;
}

/** Whose inbox: his own, and what was addressed to a role of his in these projects while nobody held it. */
export interface Inbox {
  readonly projects: ProjectScope;
  readonly person: string | null;
  readonly roles: readonly Role[];
}

/** Newest first. Diverted messages of drills are in nobody's inbox. @throws CursorError. */
export async function listInbox(
  db: Kysely<Database>,
  query: PageRequest & { readonly inbox: Inbox; readonly unread?: boolean },
): Promise<Page<Notification>> {
  const { inbox, unread, limit, cursor } = query;
  const found = db
    .selectFrom('notification')
    .where(addressed(inbox))
    .where('channel', '<>', DIVERTED)
    .$if(unread === true, (all) => all.where('read_at', 'is', null));
  const [{ total }, rows] = await Promise.all([
    found.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
    found
      .selectAll()
      .$if(!!cursor, (all) => {
        const values = cursor ? [timeOf(cursorInstant(cursor)), cursor.id] : [];
        return all.where(beyond([sql.ref('sent_at'), sql.ref('id')], values, true));
      })
      .orderBy('sent_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute(),
  ]);
  return pageOf(rows, limit, total, notification, (last) => ({ sort: [instantOf(last.sent_at)], id: last.id }));
}

export async function countUnread(db: Kysely<Database>, inbox: Inbox): Promise<number> {
  const { total } = await db
    .selectFrom('notification')
    .where(addressed(inbox))
    .where('channel', '<>', DIVERTED)
    .where('read_at', 'is', null)
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  return total;
}

/** Everything that was sent about a case, oldest first, diverted messages included. */
export async function notificationsOf(
  db: Kysely<Database>,
  caseNo: string,
  only: { readonly recipient?: string } = {},
): Promise<Notification[]> {
  const rows = await db
    .selectFrom('notification')
    .selectAll()
    .where('case_no', '=', caseNo)
    .$if(only.recipient !== undefined, (all) => all.where('recipient', '=', only.recipient ?? null))
    .orderBy('sent_at')
    .orderBy('seq')
    .orderBy('id')
    .execute();
  return rows.map(notification);
}

/**
 * Marks messages of this inbox; what lies in another one is left alone. The first instant stays.
 * @param what `acknowledged` counts as read too.
 * @returns the ids that are in the inbox.
 */
export async function markNotifications(
  db: Kysely<Database>,
  inbox: Inbox,
  ids: readonly string[],
  what: 'read' | 'acknowledged',
  at: Instant,
): Promise<string[]> {
  const time = timeOf(at);
  const rows = await db
    .updateTable('notification')
    .set((eb) => ({
      read_at: eb.fn.coalesce('read_at', eb.val(time)),
      ...(what === 'acknowledged' ? { acknowledged_at: eb.fn.coalesce('acknowledged_at', eb.val(time)) } : {}),
    }))
    .where(oneOf(sql.ref('id'), ids))
    .where(addressed(inbox))
    .returning('id')
    .execute();
  return rows.map(({ id }) => id);
}

function addressed({ projects, person, roles }: Inbox): Expression<SqlBool> {
  const toRole = sql<boolean>`(recipient is null and ${inScope(sql.ref('project'), projects)}
    and ${oneOf(sql.ref('role'), roles)})`;
  return person === null ? toRole : sql<boolean>`(recipient = ${person} or ${toRole})`;
}

export function notification(row: Selectable<NotificationTable>): Notification {
  return {
    id: row.id,
    key: row.key,
    project: row.project,
    caseNo: row.case_no,
    seq: row.seq,
    mode: row.mode,
    recipient: row.recipient,
    role: row.role,
    skipped: row.skipped,
    template: row.template,
    args: row.args,
    urgent: row.urgent,
    obligation: row.obligation,
    textRef: row.text_ref,
    channel: row.channel,
    sentAt: instantOf(row.sent_at),
    readAt: instantOf(row.read_at),
    acknowledgedAt: instantOf(row.acknowledged_at),
  };
}
