import { Worker, type WorkflowBundleOption } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { dataConverter } from '../workflows/support/converter';
import { goldenHistories, type Golden } from './histories';

/** Names of the histories of a release that this code can't go on with. */
export async function strangers(release: string, workflowBundle: WorkflowBundleOption): Promise<string[]> {
  const histories = goldenHistories(release).map(({ name, json }: Golden) => ({ workflowId: name, history: json }));
  const names: string[] = [];
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle, dataConverter }, histories)) {
    if (!error) continue;
    expect(error).toBeInstanceOf(DeterminismViolationError);
    names.push(workflowId);
  }
  return names;
}
