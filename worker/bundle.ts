import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundleWorkflowCode, type WorkflowBundleOption } from '@temporalio/worker';
import { failureConverterPath } from '../common/crypto/codec';

const ROOT = path.join(__dirname, '..');
/** Where `npm run build` puts the prebuilt bundle, beside the compiled code. */
export const PREBUILT = path.join(ROOT, 'workflow-bundle.js');
/** Everything that goes into the bundle from this repository. */
const SOURCES = ['domain', 'workflows', 'common/crypto/failure-converter.ts', 'package-lock.json', 'worker/bundle.ts'];
const WORKFLOWS = require.resolve('../workflows');
/**
 * Loaded once for all cases of a worker and frozen then, instead of anew for each case: a cached case takes 74 KiB instead
 * of 200 (M5). So nothing at the top of a module may hold what belongs to one case.
 */
const SHARED = [WORKFLOWS, failureConverterPath];

/** The prebuilt bundle of a release, or the one of these sources: made once, then kept. */
export async function workflowBundle(): Promise<WorkflowBundleOption> {
  if (existsSync(PREBUILT)) return { codePath: PREBUILT };
  return makeBundle();
}

/** Bundling takes two seconds; equal sources have equal bundles, so one that was made before is taken. */
export async function makeBundle(): Promise<{ readonly code: string }> {
  const kept = path.join(ROOT, 'node_modules', '.cache', 'guanjia', `workflows-${hashOf(SOURCES)}.js`);
  if (existsSync(kept)) return { code: readFileSync(kept, 'utf8') };
  const { code } = await bundleWorkflowCode({ workflowsPath: WORKFLOWS, failureConverterPath, preloadModules: SHARED });
  keep(kept, code);
  return { code };
}

/** Written under another name first, so that nobody reads half of it. */
function keep(file: string, code: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, code);
  renameSync(unfinished, file);
}

function hashOf(names: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of names.flatMap(filesIn)) hash.update(`${file}\n`).update(readFileSync(path.join(ROOT, file)));
  return hash.digest('hex').slice(0, 16);
}

function filesIn(name: string): string[] {
  const full = path.join(ROOT, name);
  if (!existsSync(full)) return [];
  if (!name.includes('.')) {
    return readdirSync(full)
      .sort()
      .flatMap((entry) => filesIn(path.join(name, entry)));
  }
  return [name];
}
