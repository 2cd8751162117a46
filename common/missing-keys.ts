import type { Clock } from './clock';
import type { MissingKeyError } from './crypto/keyring';
import type { Logger } from './logger';
import type { Metrics } from './metrics';

/** A key that is missing is missed with every payload; the log says so this often. Milliseconds. */
const SAY_EVERY = 60_000;

/** For `parseKeyring`: counts every key that was missed, and says once a minute for each which one it is. */
export function reportMissingKeys({
  logger,
  metrics,
  clock,
}: {
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'missingKeys'>;
  readonly clock: Clock;
}): (missing: MissingKeyError) => void {
  const said = new Map<string, number>();
  return ({ keyId, variable }) => {
    metrics.missingKeys.inc({ variable, key: keyId });
    const name = `${variable}/${keyId}`;
    const now = clock.now();
    if (Math.abs(now - (said.get(name) ?? -Infinity)) < SAY_EVERY) return;
    said.set(name, now);
    logger.error({ keyId, variable }, 'a key is missing: what it encrypted waits until it is back');
  };
}
