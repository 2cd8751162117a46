import type { Kysely } from 'kysely';
import type { Clock } from '../../common/clock';
import type { Logger } from '../../common/logger';
import type { Metrics } from '../../common/metrics';
import { undelivered } from '../../db/queries/handover';
import type { Database } from '../../db/schema';
import { DAY, MINUTE } from '../../domain/instant';
import { handOver, type HandoverDeps } from './handover';

export interface SweepDeps extends HandoverDeps {
  readonly database: { readonly db: Kysely<Database> };
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'deadLetters' | 'oldestUndelivered'>;
}

/** What is due for longer was forgotten: the activity that wrote it hands it over in the same breath. */
const FORGOTTEN = 5 * MINUTE;
/** Its delivery may have been ended by hand, or have been lost with Temporal's data; one that runs knows it. */
const LOST = DAY;
/** In one round. */
const LIMIT = 1_000;

/**
 * The auditor's part in deliveries: hands over what never was, or is not heard of since, and says what is undelivered.
 * No message waits for it: it mends what an accident left behind.
 */
export async function sweepDeliveries(deps: SweepDeps): Promise<void> {
  const { clock, metrics, logger } = deps;
  const { db } = deps.database;
  const now = clock.now();
  const which = { dueBefore: now - FORGOTTEN, handedBefore: now - LOST, limit: LIMIT };
  const count = await handOver(db, deps, which);
  if (count > 0) logger.warn({ count }, 'messages are handed over again');
  const { dead, oldest } = await undelivered(db);
  metrics.deadLetters.set(dead);
  for (const urgency of ['urgent', 'other'] as const) {
    metrics.oldestUndelivered.set({ urgency }, (now - (oldest[urgency] ?? now)) / 1000);
  }
}
