import { existsSync } from 'node:fs';
import path from 'node:path';
import { bundleWorkflowCode, type WorkflowBundleOption } from '@temporalio/worker';
import { failureConverterPath } from '../common/crypto/codec';

/** Where `npm run build` puts the prebuilt bundle, beside the compiled code. */
export const PREBUILT = path.join(__dirname, '..', 'workflow-bundle.js');

/** The prebuilt bundle of a release, or one made now (about a second). */
export async function workflowBundle(): Promise<WorkflowBundleOption> {
  if (existsSync(PREBUILT)) return { codePath: PREBUILT };
  return makeBundle();
}

export async function makeBundle(): Promise<{ code: string }> {
  return bundleWorkflowCode({ workflowsPath: require.resolve('../workflows'), failureConverterPath });
}
