import type { DataConverter } from '@temporalio/common';
import { Worker, type InjectedSinks, type NativeConnection, type WorkflowBundleOption } from '@temporalio/worker';
import type { JournalSinks } from '../workflows/contracts/journal';
import { TUNING } from './options';

export interface WorkerDeps {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly taskQueue: string;
  readonly dataConverter: DataConverter;
  readonly activities: object;
  readonly bundle: WorkflowBundleOption;
}

/** Nothing listens to replays of a living worker; a rebuild brings its own sink. */
const sinks: InjectedSinks<JournalSinks> = {
  journal: { batch: { fn: () => undefined, callDuringReplay: false } },
};

/** A Temporal worker for all families on one task queue. */
export async function createWorker(deps: WorkerDeps): Promise<Worker> {
  return Worker.create({
    connection: deps.connection,
    namespace: deps.namespace,
    taskQueue: deps.taskQueue,
    dataConverter: deps.dataConverter,
    activities: deps.activities,
    workflowBundle: deps.bundle,
    sinks,
    ...TUNING,
  });
}
