import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../../common/clock';
import { loadConfig, type Environment } from '../../../common/config';
import { createLogger } from '../../../common/logger';
import { parsePolicy } from '../../../common/policy/load';
import { createDatabase } from '../../../db/database';
import { publishPolicy } from '../../../db/queries/policies';
import type { ComplaintPolicy } from '../../../domain/complaint/policy';
import { HOUR, MINUTE, SECOND } from '../../../domain/instant';
import { seedCompany } from '../../../stack/seed';

/** Where the policy that comes with the program lies. */
const POLICY = join(__dirname, '..', '..', '..', 'policies', 'complaint.yaml');

/**
 * Puts the example company into a migrated database, with a complaint policy whose days are seconds: clocks run out,
 * ladders are climbed and cases end while a fault lasts.
 */
export async function seedQuickCompany(env: Environment, apiKeys: Record<string, string>): Promise<void> {
  const config = loadConfig(env);
  await seedCompany(config, { apiKeys });
  const database = createDatabase(config.databaseUrl, { logger: createLogger('silent', { service: 'seed' }) });
  try {
    const policy = quickPolicy();
    await publishPolicy(database.db, { policy, yaml: 'quick', by: 'seed', at: systemClock.now() });
  } finally {
    await database.close();
  }
}

/**
 * The default policy with the clocks of a routine complaint in seconds, and a reopening that is over in a few. A broken
 * promise tells one person and then waits for hours: thousands of them due at once are to measure their own timers, and
 * not the notices of all rungs that seconds would climb meanwhile.
 */
function quickPolicy(): Omit<ComplaintPolicy, 'version'> {
  const parsed = parsePolicy(readFileSync(POLICY, 'utf8'), 'complaint.yaml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  const policy = parsed.policy as Omit<ComplaintPolicy, 'version'>;
  const { acknowledge, measure, resolve, close } = policy.clocks.routine;
  const { default: ladder, department } = policy.ladders;
  if (!acknowledge || !measure || !resolve || !close || !ladder || !department) throw new Error('an unknown policy');
  const calm = { ...ladder, rungs: ladder.rungs.slice(0, 1), gap: HOUR, acknowledgeWithin: 12 * HOUR };
  const quick = { gap: SECOND, acknowledgeWithin: 2 * SECOND };
  return {
    ...policy,
    clocks: {
      ...policy.clocks,
      routine: {
        acknowledge: { ...acknowledge, limit: 3 * SECOND },
        measure: { ...measure, limit: 6 * SECOND },
        resolve: { ...resolve, limit: 12 * SECOND },
        close: { ...close, limit: MINUTE / 3 },
      },
    },
    promise: { rule: { ...policy.promise.rule, ladder: 'calm' } },
    ladders: { ...policy.ladders, calm, default: { ...ladder, ...quick }, department: { ...department, ...quick } },
    reopen: { ...policy.reopen, within: 5 * SECOND },
  };
}
