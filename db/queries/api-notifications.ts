import { sql, type Expression, type Kysely, type SqlBool } from 'kysely';
import type { Role } from '../../domain/actor';
import type { Instant } from '../../domain/instant';
import type { Database } from '../schema';
import { instantOf, timeOf } from '../time';
import {
  beyond,
  countFound,
  cursorInstant,
  inScope,
  oneOf,
  type Page,
  pageOf,
  type PageRequest,
  type ProjectScope,
} from './lists';
import { DIVERTED, notification, RESIDENT, type Notification } from './notifications';

/**
 * What somebody may read: what was sent to him, and what was addressed to his role while nobody held it; only of the
 * projects that he may see. A resident reads what was told to the resident of his own home's cases.
 */
export type Reader =
  | { readonly projects: ProjectScope; readonly person: string | null; readonly role: Role }
  | { readonly projects: ProjectScope; readonly roomIndex: string };

export interface NotificationFilter {
  readonly unread?: boolean;
  readonly caseNo?: string;
  readonly project?: string;
}

/** Newest first. Diverted messages of drills are in nobody's inbox. @throws CursorError. */
export async function pageNotifications(
  db: Kysely<Database>,
  query: PageRequest & { readonly reader: Reader; readonly filter: NotificationFilter },
): Promise<Page<Notification>> {
  const { reader, filter, limit, cursor } = query;
  const found = db
    .selectFrom('notification')
    .where(addressedTo(reader))
    .where('channel', '<>', DIVERTED)
    .$if(filter.unread !== undefined, (all) => all.where('read_at', filter.unread ? 'is' : 'is not', null))
    .$if(filter.caseNo !== undefined, (all) => all.where('case_no', '=', filter.caseNo ?? ''))
    .$if(filter.project !== undefined, (all) => all.where('project', '=', filter.project ?? ''));
  const [total, rows] = await Promise.all([
    countFound(db, found),
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

/**
 * Marks what is in the reader's inbox and leaves the rest alone. The first instant stays; acknowledged is read too.
 * @returns the ids that are in the inbox.
 */
export async function markRead(
  db: Kysely<Database>,
  reader: Reader,
  ids: readonly string[],
  mark: { readonly as: 'read' | 'acknowledged'; readonly at: Instant },
): Promise<string[]> {
  const time = timeOf(mark.at);
  const rows = await db
    .updateTable('notification')
    .set((eb) => ({
      read_at: eb.fn.coalesce('read_at', eb.val(time)),
      ...(mark.as === 'acknowledged' ? { acknowledged_at: eb.fn.coalesce('acknowledged_at', eb.val(time)) } : {}),
    }))
    .where(oneOf(sql.ref('id'), ids))
    .where(addressedTo(reader))
    .where('channel', '<>', DIVERTED)
    .returning('id')
    .execute();
  return rows.map(({ id }) => id);
}

function addressedTo(reader: Reader): Expression<SqlBool> {
  const inProject = inScope(sql.ref('project'), reader.projects);
  if ('roomIndex' in reader) {
    return sql<boolean>`(recipient = ${RESIDENT} and ${inProject} and case_no in
      (select no from "case" where room_index = ${reader.roomIndex}))`;
  }
  const toRole = sql<boolean>`(recipient is null and role = ${reader.role})`;
  const mine = reader.person === null ? toRole : sql<boolean>`(recipient = ${reader.person} or ${toRole})`;
  return sql<boolean>`(${inProject} and ${mine})`;
}
