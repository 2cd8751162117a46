import { loadConfig } from '../common/config';
import { createLogger } from '../common/logger';
import { createDatabase } from './database';
import { verifyAudit, type AuditHead } from './queries/audit';

const USAGE = 'usage: verify-audit [--head <number>:<hash>], as a former run printed it';

/**
 * `npm run audit:verify`: computes the chain of the audit log again and prints its head, to be kept elsewhere. Exits with
 * 1 at the first row that is not as it was written; given a head of a former run, also when all of it was made anew or
 * its end was cut off.
 */
async function main(args: readonly string[]): Promise<void> {
  const kept = headOf(args);
  const config = loadConfig();
  const logger = createLogger(config.logLevel, { service: 'audit' });
  const database = createDatabase(config.databaseUrl, { logger, poolSize: 1 });
  try {
    const check = await verifyAudit(database.db, kept);
    if (check.intact) logger.info({ count: check.count }, 'the audit log is intact');
    else logger.error({ row: check.n, why: check.why }, `the audit log was tampered with: row ${check.n} ${check.why}`);
    if (check.intact) console.log(`${check.count}:${check.head}`);
    process.exitCode = check.intact ? 0 : 1;
  } finally {
    await database.close();
  }
}

/** @throws Error that says how it is written. */
function headOf([option, text = '', ...rest]: readonly string[]): AuditHead | undefined {
  if (option === undefined) return undefined;
  const [, n, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (option !== '--head' || rest.length > 0 || n === undefined || hash === undefined) throw new Error(USAGE);
  return { n: Number(n), hash };
}

if (require.main === module) {
  main(process.argv.slice(2)).catch((error: unknown) => {
    createLogger('error', { service: 'audit' }).fatal({ err: error }, 'the audit log could not be read');
    process.exitCode = 1;
  });
}
