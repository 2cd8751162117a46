import { Runtime } from '@temporalio/worker';
import { createActivities } from '../activities';
import { systemClock } from '../common/clock';
import { loadConfig } from '../common/config';
import { createDataConverter } from '../common/crypto/codec';
import { parseKeyring } from '../common/crypto/keyring';
import { createSealer } from '../common/crypto/sealer';
import { createLogger, temporalRuntimeOptions } from '../common/logger';
import { createMetrics } from '../common/metrics';
import { reportMissingKeys } from '../common/missing-keys';
import { connectTemporal, nativeConnection, pingTemporal } from '../common/temporal';
import { createDatabase } from '../db/database';
import { workflowBundle } from './bundle';
import { portOf, serveHealth } from './health';
import { replayCase } from './replay';
import { ensureSchedules } from './schedules';
import { createWorker } from './worker';

/** How long a readiness question may take. Milliseconds. */
const PING = 2_000;

async function main(): Promise<void> {
  const config = loadConfig();
  const logger = createLogger(config.logLevel, { service: 'worker' });
  Runtime.install(temporalRuntimeOptions(logger));
  const metrics = createMetrics();
  const onMissing = reportMissingKeys({ logger, metrics, clock: systemClock });
  const dataConverter = createDataConverter(parseKeyring(config.codecKeys, 'GUANJIA_CODEC_KEYS', onMissing));
  const sealer = createSealer(parseKeyring(config.vaultKeys, 'GUANJIA_VAULT_KEYS', onMissing));
  const database = createDatabase(config.databaseUrl, { logger, applicationName: 'guanjia-worker' });
  const bundle = await workflowBundle();
  const connection = await nativeConnection(config.temporal, { logger });
  const { client } = await connectTemporal(config.temporal, dataConverter);
  const { namespace, taskQueue } = config.temporal;
  const activities = createActivities({
    database,
    sealer,
    metrics,
    logger,
    client,
    clock: systemClock,
    replay: (no) => replayCase({ client, dataConverter, bundle }, no),
  });
  const worker = await createWorker({ connection, namespace, taskQueue, dataConverter, activities, bundle });
  await ensureSchedules(client, taskQueue);
  const missing = async () => {
    const [temporal, postgres] = await Promise.allSettled([
      pingTemporal(connection, PING),
      database.pool.query('select 1'),
    ]);
    return [
      ...(temporal.status === 'rejected' ? ['temporal'] : []),
      ...(postgres.status === 'rejected' ? ['database'] : []),
      ...(worker.getState() === 'RUNNING' ? [] : ['worker']),
    ];
  };
  const health = await serveHealth({ missing, metrics }, config.api.host, config.workerPort);
  logger.info({ port: portOf(health), taskQueue }, 'the worker is up');
  // SIGINT and SIGTERM drain the worker: the SDK's runtime listens for them.
  await worker.run();
  health.close();
  await database.close();
  await connection.close();
}

main().catch((error: unknown) => {
  createLogger('error', { service: 'worker' }).error({ error }, 'the worker stopped');
  process.exit(1);
});
