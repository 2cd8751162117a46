import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { failureConverterPath } from '../common/crypto/codec';
import { WorkerPool } from './world/worker-child';
import type { StoryEnv } from './world/world';

/** The workflow code is bundled once and lies in a file that every worker reads. */
export async function bundleFile(folder: string = mkdtempSync(join(tmpdir(), 'guanjia-story-'))): Promise<string> {
  const file = join(folder, 'workflow-bundle.js');
  const logger = new DefaultLogger('WARN');
  const { code } = await bundleWorkflowCode({
    workflowsPath: require.resolve('../workflows'),
    failureConverterPath,
    logger,
  });
  writeFileSync(file, code);
  return file;
}

/** @param servers where databases come from, and the test server's path. */
export async function storyEnv(
  servers: Pick<StoryEnv, 'createDatabase' | 'testServer'>,
  folder?: string,
): Promise<StoryEnv & { close(): Promise<void> }> {
  const workers = new WorkerPool(await bundleFile(folder));
  workers.warm();
  return { ...servers, workers, close: () => workers.close() };
}
