import type { PoolClient } from 'pg';
import { sql, type Expression, type Kysely, type SqlBool } from 'kysely';
import type { Instant } from '../../domain/instant';
import type { Database } from '../schema';
import { instantOf, timeOf } from '../time';
import { INBOX, RESIDENT } from './notifications';

/** A message that is to be delivered beyond the inbox, and to whom. */
export interface HandoverRow {
  readonly id: string;
  readonly key: string;
  readonly project: string;
  readonly zone: string;
  readonly caseNo: string;
  /** As in `Recipient` of workflows/contracts/delivery.ts. */
  readonly recipient: string;
  readonly template: string;
  readonly urgent: boolean;
  readonly sentAt: Instant;
  /** Endpoints of machines, which are told of each message once. */
  readonly webhooks: readonly string[];
}

/** Null: addressed to a role that nobody holds. */
export function recipientOf(row: { recipient: string | null; role: string | null; caseNo: string }): string {
  if (row.recipient === RESIDENT) return row.caseNo;
  return row.recipient ?? `role-${row.role ?? 'none'}`;
}

/**
 * Marks those of these messages that go out besides: where the recipient, or somebody of the project's residents, or the
 * project itself has an address. All others cost nothing more.
 * @returns whether any of them is due, of now or of a time before.
 */
export async function markDeliverable(client: PoolClient, keys: readonly string[]): Promise<boolean> {
  const { rows } = await client.query<{ due: boolean }>({ ...MARK_DELIVERABLE, values: [keys, INBOX, RESIDENT] });
  return rows[0]?.due ?? false;
}

/** $1 keys, $2 the channel of inboxes, $3 the recipient that is the resident. */
const MARK_DELIVERABLE = {
  name: 'notice-mark-deliverable',
  text: `with marked as (
      update notification n set handover = 'due'
      where n.key = any($1) and n.channel = $2 and n.handover is null and (
        exists (select from endpoint e where e.project = n.project and e.active)
        or exists (select from contact c where c.subject_kind = 'staff' and c.subject_id = n.recipient)
        or (n.recipient = $3
          and exists (select from contact c where c.subject_kind = 'resident' and c.project = n.project)))
      returning n.id)
    select exists (select from marked)
      or exists (select from notification n where n.key = any($1) and n.handover = 'due') as due`,
};

/** Of these requests; or what a round of the auditor finds. */
export type Which =
  | { readonly keys: readonly string[] }
  /** Due since before the one instant, or handed over before the other and not settled since. */
  | { readonly dueBefore: Instant; readonly handedBefore: Instant; readonly limit: number };

/** What is to be handed over, oldest first. */
export async function dueHandovers(db: Kysely<Database>, which: Which): Promise<HandoverRow[]> {
  const rows = await db
    .selectFrom('notification as n')
    .innerJoin('project as p', 'p.id', 'n.project')
    .select(['n.id', 'n.key', 'n.project', 'p.zone', 'n.case_no', 'n.recipient', 'n.role', 'n.template', 'n.urgent'])
    .select('n.sent_at')
    .select(
      sql<string[]>`array(select e.id from endpoint e
        where e.project = n.project and e.active and e.kind = 'webhook' order by e.id)`.as('webhooks'),
    )
    .where(isDue(which))
    // What nobody has yet comes before what somebody is late with.
    .orderBy('n.handover')
    .orderBy('n.sent_at')
    .orderBy('n.seq')
    .orderBy('n.id')
    .$if('limit' in which, (all) => all.limit('limit' in which ? which.limit : 0))
    .execute();
  return rows.map((row) => ({
    ...{ id: row.id, key: row.key, project: row.project, zone: row.zone, caseNo: row.case_no },
    recipient: recipientOf({ recipient: row.recipient, role: row.role, caseNo: row.case_no }),
    ...{ template: row.template, urgent: row.urgent, sentAt: instantOf(row.sent_at), webhooks: row.webhooks },
  }));
}

function isDue(which: Which): Expression<SqlBool> {
  if ('keys' in which) return sql<boolean>`(n.key = any(${[...which.keys]}::text[]) and n.handover = 'due')`;
  return sql<boolean>`((n.handover = 'due' and n.sent_at < ${timeOf(which.dueBefore)})
    or (n.handover = 'handed' and n.sent_at < ${timeOf(which.handedBefore)}))`;
}

/** How many were given up, and since when the oldest of each urgency waits. */
export async function undelivered(db: Kysely<Database>) {
  const { rows } = await sql<{ dead: number; urgent: Date | null; other: Date | null }>`select
    (select count(*) from delivery where state = 'dead' and resent_at is null)::integer as dead,
    min(sent_at) filter (where urgent) as urgent, min(sent_at) filter (where not urgent) as other
    from notification where handover in ('due', 'handed')`.execute(db);
  const [row] = rows;
  return {
    dead: row?.dead ?? 0,
    oldest: { urgent: instantOf(row?.urgent ?? null), other: instantOf(row?.other ?? null) },
  };
}

export async function markHanded(db: Kysely<Database>, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const mine = db
    .updateTable('notification')
    .set({ handover: 'handed' })
    .where('id', 'in', [...ids]);
  await mine.where('handover', '=', 'due').execute();
}
