import { sql, type Kysely, type Selectable } from 'kysely';
import type { JournalEvent } from '../../domain/event';
import type { Database } from '../schema';
import type { JournalTable } from '../schema/journal';
import { instantOf } from '../time';

/** An event as it was handed over. */
export function journalEvent(row: Selectable<JournalTable>): JournalEvent {
  return {
    seq: row.seq,
    type: row.type,
    at: instantOf(row.at),
    ...(row.occurred_at ? { occurredAt: instantOf(row.occurred_at) } : {}),
    by: { id: row.by_id, role: row.by_role, department: row.by_department },
    via: row.via,
    episode: row.episode,
    policyVersion: row.policy_version,
    data: row.data,
    // Type and data come from one event, which a row can't tell the compiler.
  } as JournalEvent;
}

/** The latest events of these types, ascending. */
export async function latestOf(
  db: Kysely<Database>,
  no: string,
  { types, limit }: { readonly types: readonly string[]; readonly limit: number },
): Promise<JournalEvent[]> {
  const rows = await db
    .selectFrom('journal')
    .selectAll()
    .where('case_no', '=', no)
    .where(sql<boolean>`type = any(${[...types]}::text[])`)
    .orderBy('seq', 'desc')
    .limit(limit)
    .execute();
  return rows.reverse().map(journalEvent);
}

/** Events of a case after `after` (0: from the first), ascending. */
export async function journalPage(
  db: Kysely<Database>,
  no: string,
  page: { readonly after: number; readonly limit: number },
): Promise<JournalEvent[]> {
  const rows = await db
    .selectFrom('journal')
    .selectAll()
    .where('case_no', '=', no)
    // Callers may name any whole number, also one beyond what a row can have.
    .where('seq', '>', sql<number>`${page.after}::bigint`)
    .orderBy('seq')
    .limit(page.limit)
    .execute();
  return rows.map(journalEvent);
}
