import { sql, type Transaction } from 'kysely';
import type { Database } from '../schema';
import { timeOf } from '../time';
import type { NewPolicy } from './policies';

/**
 * `publishPolicy` within a transaction of the caller's, so that the audit entry is written with it or neither is. Same
 * lock, so of two at once each gets its own version.
 * @returns the version; null when the text is word for word what is in force.
 */
export async function publishPolicyIn(trx: Transaction<Database>, draft: NewPolicy): Promise<number | null> {
  const { policy, yaml, by, at } = draft;
  await sql`select pg_advisory_xact_lock(hashtextextended(${`policy/${policy.id}`}, 0))`.execute(trx);
  const newest = await trx
    .selectFrom('policy_version')
    .select(['version', 'yaml'])
    .where('family', '=', policy.id)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (newest?.yaml === yaml) return null;
  const version = (newest?.version ?? 0) + 1;
  const document = JSON.stringify({ ...policy, version });
  await trx
    .insertInto('policy_version')
    .values({ family: policy.id, version, document, yaml, published_at: timeOf(at), published_by: by })
    .execute();
  return version;
}
