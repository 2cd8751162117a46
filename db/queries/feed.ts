import { sql, type Kysely } from 'kysely';
import type { Instant } from '../../domain/instant';
import type { Database } from '../schema';
import type { ChangeFeedTable } from '../schema/change-feed';
import { instantOf, timeOf } from '../time';

/** The channel of LISTEN; it tells that there is something, not what. */
export const FEED_CHANNEL = 'change_feed';

/** A place in the feed: transaction id (xid8 as text) and number. */
export interface FeedPosition {
  readonly xid: string;
  readonly n: number;
}

export interface FeedEntry extends FeedPosition {
  readonly project: string;
  readonly caseNo: string;
  readonly seq: number;
  readonly fence: number | null;
  readonly kind: ChangeFeedTable['kind'];
  readonly at: Instant;
}

export const FEED_START: FeedPosition = { xid: '0', n: 0 };

/**
 * Entries after a position, in order. Only of transactions older than every one still running: numbers commit out of
 * order, and a reader who had passed one would never see it.
 */
export async function feedPage(db: Kysely<Database>, after: FeedPosition, limit: number): Promise<FeedEntry[]> {
  const rows = await db
    .selectFrom('change_feed')
    .select(['xid', 'n', 'project', 'case_no', 'seq', 'fence', 'kind', 'at'])
    .where(sql<boolean>`(xid, n) > (${after.xid}::xid8, ${after.n}::bigint)`)
    .where(sql<boolean>`xid < pg_snapshot_xmin(pg_current_snapshot())`)
    .orderBy('xid')
    .orderBy('n')
    .limit(limit)
    .execute();
  return rows.map(({ case_no: caseNo, at, ...row }) => ({ ...row, caseNo, at: instantOf(at) }));
}

export interface FeedBounds {
  /** Changes when the database is another one, or was set back: positions of before mean nothing then. */
  readonly epoch: string;
  /** null while the feed is empty. */
  readonly oldest: FeedPosition | null;
  /** Where somebody begins who wants to hear what comes from now on. */
  readonly newest: FeedPosition;
}

/** A position before `oldest` may have lost entries: the client has to read everything anew. */
export async function feedBounds(db: Kysely<Database>): Promise<FeedBounds> {
  const { rows } = await sql<{ epoch: string; oldest: FeedPosition | null; newest: FeedPosition | null }>`
    select
      (select system_identifier from pg_control_system())::text || '-' ||
        (select timeline_id from pg_control_checkpoint())::text || '-' ||
        (select oid from pg_database where datname = current_database())::text as epoch,
      (select json_build_object('xid', xid::text, 'n', n) from change_feed order by xid, n limit 1) as oldest,
      (select json_build_object('xid', xid::text, 'n', n) from change_feed
        where xid < pg_snapshot_xmin(pg_current_snapshot()) order by xid desc, n desc limit 1) as newest
  `.execute(db);
  const row = rows[0];
  if (!row) throw new Error('a select without a table gave no row');
  return { epoch: row.epoch, oldest: row.oldest, newest: row.newest ?? FEED_START };
}

export function isBefore(one: FeedPosition, other: FeedPosition): boolean {
  const [a, b] = [BigInt(one.xid), BigInt(other.xid)];
  return a < b || (a === b && one.n < other.n);
}

/** Deletes entries from before an instant. The newest stays, so that a reader who has it knows he missed nothing. */
export async function pruneFeed(db: Kysely<Database>, before: Instant): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('change_feed')
    .where('at', '<', timeOf(before))
    .where(sql<boolean>`(xid, n) < (select xid, n from change_feed order by xid desc, n desc limit 1)`)
    .executeTakeFirst();
  return Number(numDeletedRows);
}
