import type { DataConverter } from '@temporalio/common';
import { Worker, type InjectedSinks, type NativeConnection, type WorkflowBundleOption } from '@temporalio/worker';
import type { DeploymentVersion } from '../common/config';
import type { JournalSinks } from '../workflows/contracts/journal';
import type { SeenSinks } from '../workflows/contracts/origin';
import { TUNING } from './options';
import { seenSinks, type SeenDeps } from './seen';

export interface WorkerDeps {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly taskQueue: string;
  readonly dataConverter: DataConverter;
  readonly activities: object;
  readonly bundle: WorkflowBundleOption;
  /** Without it, the worker takes the tasks of unversioned workers. */
  readonly deployment?: DeploymentVersion;
  readonly heldPatches?: readonly string[];
  /** Where it is told what workflows have done; nowhere when left out. */
  readonly seen?: SeenDeps;
}

/** Nothing listens to replays of a living worker; a rebuild brings its own sink. */
const journal: InjectedSinks<JournalSinks>['journal'] = { batch: { fn: () => undefined, callDuringReplay: false } };

/** A Temporal worker for all families on one task queue. */
export async function createWorker(deps: WorkerDeps): Promise<Worker> {
  return Worker.create({
    connection: deps.connection,
    namespace: deps.namespace,
    taskQueue: deps.taskQueue,
    dataConverter: deps.dataConverter,
    activities: deps.activities,
    workflowBundle: deps.bundle,
    sinks: { journal, ...seenSinks(deps.seen) } satisfies InjectedSinks<JournalSinks & SeenSinks>,
    workerDeploymentOptions: deps.deployment && {
      version: deps.deployment,
      useWorkerVersioning: true,
      // Cases live for weeks and move to the release in force with their next task; patches keep them able to.
      defaultVersioningBehavior: 'AUTO_UPGRADE',
    },
    patchActivationCallback: ({ patchId }) => deps.heldPatches?.includes(patchId) !== true,
    ...TUNING,
  });
}
