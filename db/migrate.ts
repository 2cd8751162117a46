import { setTimeout as pause } from 'node:timers/promises';
import { Migrator, sql, type Kysely, type Migration } from 'kysely';
import { systemClock } from '../common/clock';
import { loadConfig } from '../common/config';
import { createLogger, type Logger } from '../common/logger';
import { createDatabase, databaseCode } from './database';
import * as directory from './migrations/20261122T010000-directory';
import * as vaultAndPolicies from './migrations/20261122T010001-vault-and-policies';
import * as cases from './migrations/20261122T010002-cases';
import * as obligations from './migrations/20261122T010003-obligations';
import * as facts from './migrations/20261122T010004-facts';
import * as feedAndAudit from './migrations/20261122T010005-feed-and-audit';
import * as erasure from './migrations/20261126T020000-erasure';
import * as noticeFence from './migrations/20261126T030000-notice-fence';
import * as rosters from './migrations/20261126T060000-rosters';
import * as externalIdentity from './migrations/20261126T070000-external-identity';
import * as delivery from './migrations/20261126T080000-delivery';
import * as files from './migrations/20261126T081500-files';
import * as sessions from './migrations/20261126T090000-sessions';
import * as lookupAndDrafts from './migrations/20261126T093000-lookup-and-drafts';
import * as movedHomes from './migrations/20261126T100000-moved-homes';
import * as residentLinks from './migrations/20261126T113000-resident-links';
import * as workAnywhere from './migrations/20261126T114500-work-anywhere';
import * as cadences from './migrations/20261126T123000-cadences';
import * as imports from './migrations/20261126T125000-imports';
import * as subjectUnmasking from './migrations/20261126T140000-subject-unmasking';
import * as formerValues from './migrations/20261126T140500-former-values';
import * as looseFiles from './migrations/20261126T141000-loose-files';
import * as caseAssignee from './migrations/20261126T202500-case-assignee';
import * as removedFiles from './migrations/20261126T211500-removed-files';
import { publishDefaultPolicies } from './queries/policies';
import type { Database } from './schema';

export type Migrations = Readonly<Record<string, Migration>>;

/** Named one by one and not found in a folder, so that a bundle holds them too. Never rename one that was released. */
export const MIGRATIONS: Migrations = {
  '20261122T010000-directory': directory,
  '20261122T010001-vault-and-policies': vaultAndPolicies,
  '20261122T010002-cases': cases,
  '20261122T010003-obligations': obligations,
  '20261122T010004-facts': facts,
  '20261122T010005-feed-and-audit': feedAndAudit,
  '20261126T020000-erasure': erasure,
  '20261126T030000-notice-fence': noticeFence,
  '20261126T060000-rosters': rosters,
  '20261126T070000-external-identity': externalIdentity,
  '20261126T080000-delivery': delivery,
  '20261126T081500-files': files,
  '20261126T090000-sessions': sessions,
  '20261126T093000-lookup-and-drafts': lookupAndDrafts,
  '20261126T100000-moved-homes': movedHomes,
  '20261126T113000-resident-links': residentLinks,
  '20261126T114500-work-anywhere': workAnywhere,
  '20261126T123000-cadences': cadences,
  '20261126T125000-imports': imports,
  '20261126T140000-subject-unmasking': subjectUnmasking,
  '20261126T140500-former-values': formerValues,
  '20261126T141000-loose-files': looseFiles,
  '20261126T202500-case-assignee': caseAssignee,
  '20261126T211500-removed-files': removedFiles,
};

/**
 * A table's lock is waited for so long, milliseconds: whoever comes after a waiting migration waits behind it, and the
 * journal gives up after 800. Somebody who reads for minutes (a report, a dump) is asked again instead.
 */
const LOCK_TIMEOUT = 400;
const LOCK_NOT_AVAILABLE = '55P03';
const ASK_AGAIN = 1_000;
const TRIES = 600;

/**
 * Brings the schema up to date, all in one transaction under a lock: of two that start at once, one waits. Cases go on
 * meanwhile. A database that a later release has migrated is left as it is: migrations only add.
 * @returns the names of the migrations that ran.
 * @throws what the database threw; nothing has changed then.
 */
export async function migrateToLatest(
  db: Kysely<Database>,
  migrations: Migrations = MIGRATIONS,
  logger?: Logger,
): Promise<string[]> {
  for (let tries = 1; ; tries += 1) {
    const all = { ...impatient(migrations), ...(await later(db, migrations)) };
    const provider = { getMigrations: () => Promise.resolve(all) };
    const { error, results = [] } = await new Migrator({ db, provider }).migrateToLatest();
    if (error === undefined) return results.map(({ migrationName }) => migrationName);
    if (databaseCode(error) !== LOCK_NOT_AVAILABLE || tries === TRIES) {
      throw error instanceof Error ? error : new Error('the migration failed', { cause: error });
    }
    logger?.warn({ tries }, 'somebody holds a lock that the migration needs: asking again');
    await pause(ASK_AGAIN);
  }
}

/** Each waits for a table only shortly. */
function impatient(migrations: Migrations): Record<string, Migration> {
  const up = (migration: Migration) => async (db: Kysely<unknown>) => {
    await sql`set local lock_timeout = ${sql.lit(LOCK_TIMEOUT)}`.execute(db);
    await migration.up(db);
  };
  return Object.fromEntries(Object.entries(migrations).map(([name, migration]) => [name, { up: up(migration) }]));
}

/** What later releases did here, which this one, rolled back to, doesn't know. */
async function later(db: Kysely<Database>, migrations: Migrations): Promise<Record<string, Migration>> {
  const last = Object.keys(migrations).sort().at(-1) ?? '';
  const { rows } = await sql<{ there: boolean }>`select to_regclass('kysely_migration') is not null as there`.execute(
    db,
  );
  if (rows[0]?.there !== true) return {};
  const executed = await sql<{ name: string }>`select name from kysely_migration where name > ${last}`.execute(db);
  return Object.fromEntries(executed.rows.map(({ name }) => [name, { up: () => Promise.resolve() }]));
}

/** Whether the schema is as this program needs it. */
export async function isMigrated(db: Kysely<Database>): Promise<boolean> {
  const provider = { getMigrations: () => Promise.resolve(MIGRATIONS) };
  const known = await new Migrator({ db, provider }).getMigrations();
  return known.every(({ executedAt }) => executedAt !== undefined);
}

/** `npm run migrate`: schema, then the default policies. */
async function main(): Promise<void> {
  const config = loadConfig();
  const logger: Logger = createLogger(config.logLevel, { service: 'migrate' });
  // No time-outs: an index on a large table takes what it takes, and of two that migrate, one waits for the other.
  const database = createDatabase(config.databaseUrl, { logger, poolSize: 1, statementTimeoutMs: 0, lockTimeoutMs: 0 });
  try {
    const names = await migrateToLatest(database.db, MIGRATIONS, logger);
    await publishDefaultPolicies(database.db, systemClock);
    logger.info({ names }, 'the database is up to date');
  } finally {
    await database.close();
  }
}

if (require.main === module) {
  main().catch((error: unknown) => {
    createLogger('error', { service: 'migrate' }).fatal({ err: error }, 'the migration failed');
    process.exitCode = 1;
  });
}
