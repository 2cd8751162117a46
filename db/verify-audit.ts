import { loadConfig } from '../common/config';
import { createLogger } from '../common/logger';
import { createDatabase } from './database';
import { verifyAudit } from './queries/audit';

/** `npm run audit:verify`: computes the chain of the audit log again; exits 1 at the first row that was changed. */
async function main(): Promise<void> {
  const config = loadConfig();
  const logger = createLogger(config.logLevel, { service: 'audit' });
  const database = createDatabase(config.databaseUrl, { logger, poolSize: 1 });
  try {
    const check = await verifyAudit(database.db);
    if (check.intact) logger.info(check, 'the audit log is intact');
    else logger.error(check, 'the audit log was changed');
    process.exitCode = check.intact ? 0 : 1;
  } finally {
    await database.close();
  }
}

if (require.main === module) {
  main().catch((error: unknown) => {
    createLogger('error', { service: 'audit' }).fatal({ err: error }, 'the audit log could not be read');
    process.exitCode = 1;
  });
}
