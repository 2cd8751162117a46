import { sql, type Kysely } from 'kysely';
import type { Instant } from '../../domain/instant';
import type { Database } from '../schema';
import { instantOf } from '../time';
import type { FeedPosition } from './feed';

/** Instant of the oldest entry after a position, also of those that an older transaction holds back. */
export async function oldestAfter(db: Kysely<Database>, after: FeedPosition): Promise<Instant | null> {
  const row = await db
    .selectFrom('change_feed')
    .select('at')
    .where(sql<boolean>`(xid, n) > (${after.xid}::xid8, ${after.n}::bigint)`)
    .orderBy('xid')
    .orderBy('n')
    .limit(1)
    .executeTakeFirst();
  return row ? instantOf(row.at) : null;
}
