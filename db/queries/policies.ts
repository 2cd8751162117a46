import { sql, type Kysely, type Selectable } from 'kysely';
import type { Clock } from '../../common/clock';
import { loadDefaultPolicies } from '../../common/policy/load';
import type { Instant } from '../../domain/instant';
import type { FamilyPolicy } from '../../domain/policy';
import type { Database } from '../schema';
import type { PolicyVersionTable } from '../schema/policy-version';
import { instantOf, timeOf } from '../time';

export interface PolicyHeader {
  readonly family: string;
  readonly version: number;
  readonly publishedAt: Instant;
  readonly publishedBy: string;
}

export interface PublishedPolicy extends PolicyHeader {
  readonly document: FamilyPolicy;
  readonly yaml: string;
}

export interface NewPolicy {
  /** Checked by common/policy/load.ts; its version is given here. */
  readonly policy: Omit<FamilyPolicy, 'version'>;
  readonly yaml: string;
  readonly by: string;
  readonly at: Instant;
}

const HEADER = ['family', 'version', 'published_at', 'published_by'] as const;

/**
 * Publishes the next version of the family; of two at once each gets its own.
 * @returns the version; null when the text is word for word what is in force.
 */
export async function publishPolicy(db: Kysely<Database>, draft: NewPolicy): Promise<number | null> {
  if (!db.isTransaction) return db.transaction().execute((trx) => publishPolicy(trx, draft));
  await lockFamily(db, draft.policy.id);
  const newest = await currentPolicy(db, draft.policy.id);
  if (newest?.yaml === draft.yaml) return null;
  return insertVersion(db, draft, (newest?.version ?? 0) + 1);
}

/** Publishes what comes with the program for every family that has no version yet. Safe to run twice at once. */
export async function publishDefaultPolicies(db: Kysely<Database>, clock: Clock): Promise<void> {
  for (const { policy, text } of loadDefaultPolicies()) {
    await db.transaction().execute(async (trx) => {
      await lockFamily(trx, policy.id);
      if (await currentPolicy(trx, policy.id)) return;
      await insertVersion(trx, { policy, yaml: text, by: 'system', at: clock.now() }, 1);
    });
  }
}

/** The version that new cases begin with; null when the family has none. */
export async function currentPolicy(db: Kysely<Database>, family: string): Promise<PublishedPolicy | null> {
  const row = await db
    .selectFrom('policy_version')
    .selectAll()
    .where('family', '=', family)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ? published(row) : null;
}

export async function policyVersion(
  db: Kysely<Database>,
  family: string,
  version: number,
): Promise<PublishedPolicy | null> {
  const row = await db
    .selectFrom('policy_version')
    .selectAll()
    .where('family', '=', family)
    .where('version', '=', version)
    .executeTakeFirst();
  return row ? published(row) : null;
}

/** Newest first; of one family or of all. */
export async function listPolicies(db: Kysely<Database>, family?: string): Promise<PolicyHeader[]> {
  const rows = await db
    .selectFrom('policy_version')
    .select(HEADER)
    .$if(family !== undefined, (query) => query.where('family', '=', family ?? ''))
    .orderBy('family')
    .orderBy('version', 'desc')
    .execute();
  return rows.map(header);
}

function header(row: Pick<Selectable<PolicyVersionTable>, (typeof HEADER)[number]>): PolicyHeader {
  return {
    family: row.family,
    version: row.version,
    publishedAt: instantOf(row.published_at),
    publishedBy: row.published_by,
  };
}

function published(row: Selectable<PolicyVersionTable>): PublishedPolicy {
  return { ...header(row), document: row.document, yaml: row.yaml };
}

async function lockFamily(db: Kysely<Database>, family: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`policy/${family}`}, 0))`.execute(db);
}

async function insertVersion(db: Kysely<Database>, draft: NewPolicy, version: number): Promise<number> {
  await db
    .insertInto('policy_version')
    .values({
      family: draft.policy.id,
      version,
      document: JSON.stringify({ ...draft.policy, version }),
      yaml: draft.yaml,
      published_at: timeOf(draft.at),
      published_by: draft.by,
    })
    .execute();
  return version;
}
