import { Runtime } from '@temporalio/worker';
import { createActivities } from '../../activities';
import type { Clock } from '../../common/clock';
import { loadConfig } from '../../common/config';
import { createDataConverter } from '../../common/crypto/codec';
import { parseKey, parseKeyring } from '../../common/crypto/keyring';
import { createSealer } from '../../common/crypto/sealer';
import { createIds } from '../../common/ids';
import { createLogger, temporalRuntimeOptions } from '../../common/logger';
import { createMetrics } from '../../common/metrics';
import { connectTemporal, nativeConnection } from '../../common/temporal';
import { createDatabase } from '../../db/database';
import { replayCase } from '../../worker/replay';
import { createWorker } from '../../worker/worker';

/**
 * The worker of a story: the real one in a process of its own, so that it can be killed. It differs from worker/main
 * in its clock, which is the story's, and in what the test server can't do: there are no schedules.
 */
export interface StartWorker {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The workflow code, bundled once for all stories. */
  readonly bundle: string;
  /** What the story's clock shows, and the machine's time at which it does. */
  readonly story: number;
}

let storyTime = 0;
const clock: Clock = { now: () => storyTime };

process.on('message', (message: { readonly start?: StartWorker; readonly time?: number }) => {
  if (message.time !== undefined) storyTime = message.time;
  if (message.start) {
    storyTime = message.start.story;
    run(message.start).then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  }
});
// Without whoever started it a worker has nothing to do.
process.on('disconnect', () => process.exit(0));
process.send?.({ loaded: true });

async function run({ env, bundle: codePath }: StartWorker): Promise<void> {
  const config = loadConfig(env);
  const logger = createLogger(config.logLevel, { service: 'worker' });
  Runtime.install(temporalRuntimeOptions(logger));
  const dataConverter = createDataConverter(parseKeyring(config.codecKeys, 'GUANJIA_CODEC_KEYS'));
  const database = createDatabase(config.databaseUrl, { logger, applicationName: 'guanjia-worker' });
  const { namespace, taskQueue } = config.temporal;
  const connection = await nativeConnection(config.temporal, { logger });
  const { client, close } = await connectTemporal(config.temporal, dataConverter);
  const bundle = { codePath };
  const activities = createActivities({
    ids: createIds(parseKey(config.indexKey, 'GUANJIA_INDEX_KEY')),
    database,
    sealer: createSealer(parseKeyring(config.vaultKeys, 'GUANJIA_VAULT_KEYS')),
    metrics: createMetrics(),
    logger,
    client,
    taskQueue,
    delivery: config.delivery,
    clock,
    replay: (no) => replayCase({ client, dataConverter, bundle }, no),
  });
  const worker = await createWorker({ connection, namespace, taskQueue, dataConverter, activities, bundle });
  const running = worker.run();
  process.send?.({ running: true });
  await running;
  await close();
  await database.close();
  await connection.close();
}
