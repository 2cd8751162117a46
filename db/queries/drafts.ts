import { sql, type Kysely } from 'kysely';
import type { Instant } from '../../domain/instant';
import type { Database } from '../schema';
import { instantOf, timeOf } from '../time';

export interface Draft {
  readonly key: string;
  readonly wrapped: string;
  readonly cipher: string;
  readonly updatedAt: Instant;
}

/** Those that were changed at `since` or later, latest first. */
export async function draftsOf(db: Kysely<Database>, owner: string, since: Instant): Promise<Draft[]> {
  const rows = await db
    .selectFrom('draft')
    .selectAll()
    .where('owner', '=', owner)
    .where('updated_at', '>=', timeOf(since))
    .orderBy('updated_at', 'desc')
    .orderBy('key')
    .execute();
  return rows.map(({ key, wrapped, cipher, updated_at: at }) => ({ key, wrapped, cipher, updatedAt: instantOf(at) }));
}

/** Two of one person at once come one after the other; all that is older than `since`, of anybody, is cleared away. */
export async function lockDrafts(db: Kysely<Database>, owner: string, since: Instant): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`drafts/${owner}`}, 0))`.execute(db);
  await db.deleteFrom('draft').where('updated_at', '<', timeOf(since)).execute();
}

export async function putDraft(db: Kysely<Database>, owner: string, draft: Draft): Promise<void> {
  const { key, wrapped, cipher } = draft;
  const content = { wrapped, cipher, updated_at: timeOf(draft.updatedAt) };
  await db
    .insertInto('draft')
    .values({ owner, key, ...content })
    .onConflict((conflict) => conflict.columns(['owner', 'key']).doUpdateSet(content))
    .execute();
}

export async function deleteDraft(db: Kysely<Database>, owner: string, key: string): Promise<void> {
  await db.deleteFrom('draft').where('owner', '=', owner).where('key', '=', key).execute();
}
