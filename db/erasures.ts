import { readFileSync } from 'node:fs';
import { systemClock as clock } from '../common/clock';
import { loadConfig } from '../common/config';
import { createLogger, type Logger } from '../common/logger';
import { createDatabase, type DatabaseHandle } from './database';
import { appendAudit } from './queries/audit';
import { erasures, eraseResident, lockResident } from './queries/erasure';

/**
 * `erasures list > file`: who was erased, a line of ids each, to be kept with the backups.
 * `erasures apply file`: erases them again in a database that was restored from a backup made before.
 */
async function main([what, file]: readonly string[]): Promise<void> {
  if (what !== 'list' && (what !== 'apply' || file === undefined))
    throw new Error('usage: erasures list | apply <file>');
  const config = loadConfig();
  const logger = createLogger(config.logLevel, { service: 'erasures' });
  const database = createDatabase(config.databaseUrl, { logger, poolSize: 1 });
  try {
    if (file === undefined) for (const erasure of await erasures(database.db)) console.log(JSON.stringify(erasure));
    else for (const line of linesOf(file)) await applyAgain(database, logger, line);
  } finally {
    await database.close();
  }
}

interface Line {
  readonly resident: string;
  readonly cases: readonly string[];
}

/** @throws Error that names the first line which is none of ours. */
function linesOf(file: string): Line[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((text, index) => {
    if (text.trim() === '') return [];
    try {
      const { resident, cases } = JSON.parse(text) as Line;
      if (typeof resident === 'string' && Array.isArray(cases)) return [{ resident, cases }];
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
    throw new Error(`line ${index + 1} is not as "erasures list" writes it`);
  });
}

async function applyAgain({ db }: DatabaseHandle, logger: Logger, { resident: id, cases }: Line): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const resident = await lockResident(trx, id);
    if (!resident) return logger.warn({ resident: id }, 'not in this database: he came after the backup');
    const at = clock.now();
    const done = await eraseResident(trx, resident, cases, at);
    const deed = { action: 'resident.erase', subject: `resident/${id}`, project: resident.project };
    const by = { actor: 'system', role: 'system' };
    await appendAudit(trx, { ...deed, ...by, at, details: { reason: 'restored', cases: done.cases } });
    logger.info({ resident: id, cases: done.cases.length }, 'erased again');
  });
}

if (require.main === module) {
  main(process.argv.slice(2)).catch((error: unknown) => {
    createLogger('error', { service: 'erasures' }).fatal({ err: error }, 'the erasures could not be dealt with');
    process.exitCode = 1;
  });
}
