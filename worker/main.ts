import { createActivities } from '../activities';
import { systemClock } from '../common/clock';
import { loadConfig } from '../common/config';
import { createDataConverter } from '../common/crypto/codec';
import { parseKey, parseKeyring } from '../common/crypto/keyring';
import { observedSealer } from '../common/crypto/observed-sealer';
import { createFileStore } from '../common/files/store';
import { createLinkTokens } from '../common/crypto/link-token';
import { createSealer } from '../common/crypto/sealer';
import { createIds } from '../common/ids';
import { createLogger } from '../common/logger';
import { createMetrics, watchPool } from '../common/metrics';
import { reportMissingKeys } from '../common/missing-keys';
import { createTracer } from '../common/create-tracer';
import { connectTemporal, nativeConnection, pingTemporal } from '../common/temporal';
import { createDatabase } from '../db/database';
import { workflowBundle } from './bundle';
import { currentBuild } from './deployment';
import { portOf, requirePolling, serveHealth } from './health';
import { replayCase } from './replay';
import { installRuntime } from './runtime';
import { ensureSchedules } from './schedules';
import { createWorker } from './worker';

/** How long a readiness question may take. Milliseconds. */
const PING = 2_000;

async function main(): Promise<void> {
  const config = loadConfig();
  const logger = createLogger(config.logLevel, { service: 'worker' });
  const temporalMetrics = await installRuntime(logger);
  const metrics = createMetrics({ service: 'worker' });
  const tracer = await createTracer(config, { service: 'worker', logger, metrics });
  const onMissing = reportMissingKeys({ logger, metrics, clock: systemClock });
  const dataConverter = createDataConverter(parseKeyring(config.codecKeys, 'GUANJIA_CODEC_KEYS', onMissing));
  const sealer = observedSealer(createSealer(parseKeyring(config.vaultKeys, 'GUANJIA_VAULT_KEYS', onMissing)), metrics);
  const database = createDatabase(config.databaseUrl, { logger, applicationName: 'guanjia-worker' });
  watchPool(metrics, database.pool);
  const bundle = await workflowBundle();
  const connection = await nativeConnection(config.temporal, { logger });
  const { client } = await connectTemporal(config.temporal, dataConverter);
  const indexKey = parseKey(config.indexKey, 'GUANJIA_INDEX_KEY');
  const { namespace, taskQueue } = config.temporal;
  const activities = createActivities({
    database,
    sealer,
    metrics,
    logger,
    tracer,
    client,
    taskQueue,
    delivery: config.delivery,
    clock: systemClock,
    ids: createIds(indexKey),
    newRules: config.rules,
    links: config.links,
    linkTokens: createLinkTokens(indexKey),
    looseFiles: { store: createFileStore(config.files, systemClock), keptFor: config.files.looseFor },
    replay: (no) => replayCase({ client, dataConverter, bundle }, no),
  });
  const { deployment, heldPatches } = config;
  const worker = await createWorker({
    ...{ connection, namespace, taskQueue, dataConverter, activities, bundle },
    ...{ deployment, heldPatches },
    seen: { logger, tracer },
  });
  await ensureSchedules(client, taskQueue);
  const needs = {
    temporal: () => pingTemporal(connection, PING),
    database: () => database.pool.query('select 1'),
    worker: () => requirePolling(worker),
  };
  const health = await serveHealth({ needs, metrics, temporalMetrics }, config.api.host, config.workerPort);
  logger.info({ port: portOf(health), taskQueue, deployment, heldPatches, rules: config.rules }, 'the worker is up');
  if (deployment) {
    const current = await currentBuild({ connection: client.connection, namespace }, deployment.deploymentName);
    if (current === null) logger.warn(deployment, 'no build is current, so nobody works: run worker/set-current');
    else if (current !== deployment.buildId) logger.info({ current }, 'another build is current: this one waits');
  }
  // SIGINT and SIGTERM drain the worker: the SDK's runtime listens for them.
  await worker.run();
  health.close();
  await tracer?.close();
  await database.close();
  await connection.close();
}

main().catch((error: unknown) => {
  createLogger('error', { service: 'worker' }).error({ error }, 'the worker stopped');
  process.exit(1);
});
