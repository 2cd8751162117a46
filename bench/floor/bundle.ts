import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

/** The minimal workflows, made anew in each process that needs them. */
export function floorBundle(): Promise<{ readonly code: string }> {
  const logger = new DefaultLogger('ERROR');
  return bundleWorkflowCode({ workflowsPath: require.resolve('./workflows'), logger });
}
