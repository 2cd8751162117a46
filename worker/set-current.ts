import { Connection } from '@temporalio/client';
import { ConfigError, loadConfig } from '../common/config';
import { currentBuild, makeCurrent, makeRamping, makeUnversioned } from './deployment';

/** A worker that has just been started is waited for. Milliseconds. */
const WITHIN = 60_000;
const USAGE = 'usage: set-current [--ramp <percentage from 0 to 100> | --unversioned]';

/**
 * Hands the tasks to the build that GUANJIA_DEPLOYMENT_NAME and GUANJIA_BUILD_ID name. `--ramp 10` gives it one case in
 * ten, `--ramp 0` takes them back, `--unversioned` gives all to workers that have no version.
 */
async function main(option: string | undefined, value: string | undefined): Promise<void> {
  const { temporal, deployment } = loadConfig();
  if (!deployment) throw new ConfigError('GUANJIA_DEPLOYMENT_NAME and GUANJIA_BUILD_ID are not set.');
  const percentage = Number(value);
  const ramps = option === '--ramp' && value !== undefined && percentage >= 0 && percentage <= 100;
  if (option !== undefined && option !== '--unversioned' && !ramps) throw new Error(USAGE);
  const connection = await Connection.connect({ address: temporal.address });
  try {
    const at = { connection, namespace: temporal.namespace };
    if (ramps) await makeRamping(at, deployment, percentage, WITHIN);
    else if (option === '--unversioned') await makeUnversioned(at, deployment.deploymentName);
    else await makeCurrent(at, deployment, WITHIN);
    const current = await currentBuild(at, deployment.deploymentName);
    console.log(`${deployment.deploymentName}: current is ${current ?? 'no build: unversioned workers get the tasks'}`);
    if (ramps) console.log(`${deployment.buildId} gets ${percentage} % of the cases`);
  } finally {
    await connection.close();
  }
}

main(process.argv[2], process.argv[3]).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
