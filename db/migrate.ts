import { Migrator, type Kysely, type Migration } from 'kysely';
import { systemClock } from '../common/clock';
import { loadConfig } from '../common/config';
import { createLogger, type Logger } from '../common/logger';
import { createDatabase } from './database';
import * as directory from './migrations/20261122T010000-directory';
import * as vaultAndPolicies from './migrations/20261122T010001-vault-and-policies';
import * as cases from './migrations/20261122T010002-cases';
import * as obligations from './migrations/20261122T010003-obligations';
import * as facts from './migrations/20261122T010004-facts';
import * as feedAndAudit from './migrations/20261122T010005-feed-and-audit';
import * as erasure from './migrations/20261126T020000-erasure';
import { publishDefaultPolicies } from './queries/policies';
import type { Database } from './schema';

/** Named one by one and not found in a folder, so that a bundle holds them too. Never rename one that was released. */
const MIGRATIONS: Record<string, Migration> = {
  '20261122T010000-directory': directory,
  '20261122T010001-vault-and-policies': vaultAndPolicies,
  '20261122T010002-cases': cases,
  '20261122T010003-obligations': obligations,
  '20261122T010004-facts': facts,
  '20261122T010005-feed-and-audit': feedAndAudit,
  '20261126T020000-erasure': erasure,
};

/**
 * Brings the schema up to date, all in one transaction under a lock: of two that start at once, one waits.
 * @returns the names of the migrations that ran.
 * @throws what the database threw; nothing has changed then.
 */
export async function migrateToLatest(db: Kysely<Database>): Promise<string[]> {
  const provider = { getMigrations: () => Promise.resolve(MIGRATIONS) };
  const { error, results = [] } = await new Migrator({ db, provider }).migrateToLatest();
  if (error !== undefined) throw error instanceof Error ? error : new Error('the migration failed', { cause: error });
  return results.map(({ migrationName }) => migrationName);
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
  // No time-outs: an index on a large table takes what it takes, and who waits for the lock must not give up.
  const database = createDatabase(config.databaseUrl, { logger, poolSize: 1, statementTimeoutMs: 0, lockTimeoutMs: 0 });
  try {
    const names = await migrateToLatest(database.db);
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
