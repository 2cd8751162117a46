import { sql, type Expression, type Kysely, type Selectable, type SqlBool } from 'kysely';
import type { Role } from '../../domain/actor';
import type { CaseMode } from '../../domain/event';
import type { Instant } from '../../domain/instant';
import type { Database } from '../schema';
import type { NotificationTable } from '../schema/notification';
import { instantOf } from '../time';
import { inScope, oneOf, type ProjectScope } from './lists';

/** Messages in inboxes; api-notifications.ts pages through them. */

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

/** Whose inbox: his own, and what was addressed to a role of his while nobody held it; only of these projects. */
export interface Inbox {
  readonly projects: ProjectScope;
  readonly person: string | null;
  readonly roles: readonly Role[];
}

/** Diverted messages of drills are in nobody's inbox. */
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

function addressed({ projects, person, roles }: Inbox): Expression<SqlBool> {
  const toRole = sql<boolean>`(recipient is null and ${oneOf(sql.ref('role'), roles)})`;
  const mine = person === null ? toRole : sql<boolean>`(recipient = ${person} or ${toRole})`;
  return sql<boolean>`(${inScope(sql.ref('project'), projects)} and ${mine})`;
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
