import { createServer } from 'node:http';
import { NativeConnection, Runtime, Worker, type InjectedSinks } from '@temporalio/worker';
import { loadConfig, stackEnvironment } from '../../common/config';
import { createLogger, temporalRuntimeOptions } from '../../common/logger';
import { createDatabase } from '../../db/database';
import { TUNING } from '../../worker/options';
import { createFloorActivities } from '../floor/activities';
import { floorBundle } from '../floor/bundle';
import { FLOOR_QUEUE } from '../floor/queue';
import type { LatenessSinks } from '../floor/workflows';
import { serveMemory } from './memory';

/**
 * The worker of the minimal workflows: tuned as ours, no codec, one local activity. `/readyz` as every program;
 * `/lateness` hands out, once, how late timers were.
 */
async function main(): Promise<void> {
  const config = loadConfig();
  serveMemory(Number(stackEnvironment().GUANJIA_BENCH_MEMORY_PORT));
  const logger = createLogger(config.logLevel, { service: 'floor-worker' });
  Runtime.install(temporalRuntimeOptions(logger));
  let late: number[] = [];
  const sinks: InjectedSinks<LatenessSinks> = {
    lateness: { fired: { fn: (_info, ms) => void late.push(ms), callDuringReplay: false } },
  };
  const { pool } = createDatabase(config.databaseUrl, { logger, applicationName: 'floor-worker' });
  const worker = await Worker.create({
    ...TUNING,
    connection: await NativeConnection.connect({ address: config.temporal.address }),
    namespace: config.temporal.namespace,
    taskQueue: FLOOR_QUEUE,
    workflowBundle: await floorBundle(),
    activities: createFloorActivities(pool),
    sinks,
  });
  createServer((request, response) => {
    response.end(request.url === '/lateness' ? JSON.stringify(late) : '{}');
    if (request.url === '/lateness') late = [];
  }).listen(config.workerPort, '127.0.0.1');
  await worker.run();
  process.exit(0);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
