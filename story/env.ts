import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TSX } from '../stack/node-service';
import { workflowBundle } from '../worker/bundle';
import { WorkerPool } from './world/worker-child';
import type { StoryEnv } from './world/world';

/**
 * What a runner has for all its stories. A worker process is loaded at once.
 *
 * @param servers where databases come from, and the test server's path.
 * @param folder for the workflow code, which every worker reads.
 * @param typescript the options by which Node reads a worker that is not compiled.
 */
export async function storyEnv(
  servers: Pick<StoryEnv, 'createDatabase' | 'testServer'>,
  folder: string,
  typescript = TSX,
): Promise<StoryEnv & { close(): Promise<void> }> {
  const { createDatabase, testServer } = servers;
  const workers = new WorkerPool(await bundleFile(folder), typescript);
  workers.warm();
  return { createDatabase, testServer, workers, close: () => workers.close() };
}

async function bundleFile(folder: string): Promise<string> {
  const bundle = await workflowBundle();
  if ('codePath' in bundle) return bundle.codePath;
  const file = join(folder, 'workflow-bundle.js');
  writeFileSync(file, bundle.code);
  return file;
}
