import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { createDataConverter } from '../../../common/crypto/codec';
import { makeBundle } from '../../../worker/bundle';
import { keyringOf } from '../../common/keys';
import { testFolder } from '../../support/servers';

/** Encrypts with a fixed key, so that recorded histories can be read for ever. */
export const dataConverter = createDataConverter(keyringOf('k1'));

/** The workflow code, built by the first suite of a run that asks and shared with all others through a file. */
export async function bundlePath(): Promise<string> {
  const own = testFolder();
  const shared = join(dirname(own), 'workflow-bundle.js');
  if (!existsSync(shared)) {
    const { code } = (await makeBundle()) as Pick<WorkflowBundleWithSourceMap, 'code'>;
    const unfinished = join(own, 'workflow-bundle.js');
    writeFileSync(unfinished, code);
    renameSync(unfinished, shared);
  }
  return shared;
}
