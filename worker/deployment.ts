import { setTimeout as pause } from 'node:timers/promises';
import { isGrpcServiceError, type ConnectionLike } from '@temporalio/client';
import type { DeploymentVersion } from '../common/config';

/** Where the deployments are. */
export interface Deployments {
  readonly connection: ConnectionLike;
  readonly namespace: string;
}

const NOT_FOUND = 5;
const FAILED_PRECONDITION = 9;
/** Between two looks at a server that hasn't heard of a build yet, milliseconds. */
const LOOK_EVERY = 250;

/** The build that gets the tasks; null when there is none, or when unversioned workers get them. */
export async function currentBuild(at: Deployments, deploymentName: string): Promise<string | null> {
  try {
    const { workerDeploymentInfo } = await at.connection.workflowService.describeWorkerDeployment({
      namespace: at.namespace,
      deploymentName,
    });
    return workerDeploymentInfo?.routingConfig?.currentDeploymentVersion?.buildId ?? null;
  } catch (error) {
    if (hasCode(error, NOT_FOUND)) return null;
    throw error;
  }
}

/**
 * From now on all tasks go to workers of this build, those of running cases too. A build is known once one of its
 * workers polls: that is waited for.
 * @param within milliseconds; then what the server said last is thrown.
 */
export async function makeCurrent(at: Deployments, { deploymentName, buildId }: DeploymentVersion, within: number) {
  const { namespace } = at;
  await onceItPolls(within, () =>
    at.connection.workflowService.setWorkerDeploymentCurrentVersion({ namespace, deploymentName, buildId }),
  );
}

/** Some of the cases go to this build, by chance and for good as long as the share doesn't fall. 0 ends it. */
export async function makeRamping(
  at: Deployments,
  { deploymentName, buildId }: DeploymentVersion,
  percentage: number,
  within: number,
): Promise<void> {
  const request = { namespace: at.namespace, deploymentName, buildId, percentage };
  await onceItPolls(within, () => at.connection.workflowService.setWorkerDeploymentRampingVersion(request));
}

/** Tasks go to workers without a version again. */
export async function makeUnversioned(at: Deployments, deploymentName: string): Promise<void> {
  const request = { namespace: at.namespace, deploymentName, buildId: '', ignoreMissingTaskQueues: true };
  await at.connection.workflowService.setWorkerDeploymentCurrentVersion(request);
}

async function onceItPolls(within: number, call: () => Promise<unknown>): Promise<void> {
  for (let left = within; ; left -= LOOK_EVERY) {
    try {
      await call();
      return;
    } catch (error) {
      if (left <= 0 || !(hasCode(error, NOT_FOUND) || hasCode(error, FAILED_PRECONDITION))) throw error;
    }
    await pause(LOOK_EVERY);
  }
}

function hasCode(error: unknown, code: number): boolean {
  return isGrpcServiceError(error) ? Number(error.code) === code : (error as { code?: unknown }).code === code;
}
