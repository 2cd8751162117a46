import { availableParallelism } from 'node:os';
import { Runtime } from '@temporalio/worker';
import { systemClock } from '../common/clock';
import { loadConfig } from '../common/config';
import { createDataConverter } from '../common/crypto/codec';
import { parseKeyring } from '../common/crypto/keyring';
import { createSealer } from '../common/crypto/sealer';
import { createLogger, temporalRuntimeOptions } from '../common/logger';
import { connectTemporal } from '../common/temporal';
import { createDatabase } from '../db/database';
import { workflowBundle } from './bundle';
import { rebuild, type Totals } from './rebuild/rebuild';
import { rebuildOptions, USAGE, type RebuildOptions } from './rebuild/options';

const PROGRESS_EVERY_MS = 2_000;
const MOST_LANES = 8;
const FAILED = 2;

/** `npm run rebuild`: exits 0 without a difference, 1 with one, 2 when it can't be told. */
async function main(options: RebuildOptions): Promise<number> {
  const config = loadConfig();
  const logger = createLogger('error', { service: 'rebuild' });
  Runtime.install(temporalRuntimeOptions(logger));
  const dataConverter = createDataConverter(parseKeyring(config.codecKeys, 'GUANJIA_CODEC_KEYS'));
  const sealer = createSealer(parseKeyring(config.vaultKeys, 'GUANJIA_VAULT_KEYS'));
  const { databaseUrl } = config;
  const database = createDatabase(databaseUrl, { logger, applicationName: 'guanjia-rebuild' });
  const { client, close } = await connectTemporal(config.temporal, dataConverter);
  try {
    const deps = { database, databaseUrl, client, dataConverter, sealer, logger, clock: systemClock };
    const lanes = Math.min(availableParallelism(), MOST_LANES);
    const begun = systemClock.now();
    const totals = await rebuild({ ...deps, bundle: await workflowBundle(), lanes }, options, {
      say: (line) => console.log(line),
      progress: reporter(begun),
    });
    console.log(summary(totals, systemClock.now() - begun));
    if (totals.failed > 0) return FAILED;
    return totals.different + totals.orphaned > 0 ? 1 : 0;
  } finally {
    await close();
    await database.close();
  }
}

function reporter(begun: number): (totals: Totals) => void {
  let shownAt = begun;
  return ({ compared, archived }) => {
    const now = systemClock.now();
    if (now - shownAt < PROGRESS_EVERY_MS) return;
    shownAt = now;
    console.error(`${compared + archived} cases, ${perSecond(compared, now - begun)}`);
  };
}

function summary(totals: Totals, took: number): string {
  const { compared, different, orphaned, archived, partly, failed, mended } = totals;
  return [
    `${compared} cases folded anew in ${(took / 1000).toFixed(1)} s (${perSecond(compared, took)}): ${different} different`,
    `${orphaned} orphaned`,
    ...(mended > 0 ? [`${mended} written anew`] : []),
    ...(archived > 0 ? [`${archived} archived: not in Temporal any more`] : []),
    ...(partly > 0 ? [`${partly} archived in part`] : []),
    ...(failed > 0 ? [`${failed} that can't be told`] : []),
  ].join(', ');
}

function perSecond(count: number, took: number): string {
  return `${((count * 1000) / Math.max(1, took)).toFixed(1)} cases/s`;
}

function optionsOrUsage(): RebuildOptions | null {
  try {
    return rebuildOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return null;
  }
}

const options = optionsOrUsage();
if (options === null) process.exitCode = FAILED;
else {
  main(options).then(
    (code) => (process.exitCode = code),
    (error: unknown) => {
      createLogger('error', { service: 'rebuild' }).fatal({ err: error }, 'the read model could not be rebuilt');
      process.exitCode = FAILED;
    },
  );
}
