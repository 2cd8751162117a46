import type { Kysely } from 'kysely';
import type { Instant } from '../../domain/instant';
import type { Database } from '../schema';
import { instantOf, timeOf } from '../time';

/** What somebody was shown in the clear after `since`, and what he was not, oldest first. */
export async function unmaskingsSince(
  db: Kysely<Database>,
  actor: string,
  since: Instant,
): Promise<{ readonly at: Instant; readonly action: string }[]> {
  const rows = await db
    .selectFrom('audit_log')
    .select(['at', 'action'])
    .where('actor', '=', actor)
    .where('at', '>', timeOf(since))
    .where('action', 'in', ['case.unmask', 'household.unmask', 'subject.unmask', 'unmask.beyond-budget'])
    .orderBy('at')
    .execute();
  return rows.map(({ at, action }) => ({ at: instantOf(at), action }));
}
