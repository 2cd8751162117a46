import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PolicyDraft } from '../../common/policy/families';
import type * as Load from '../../common/policy/load';
import type { FamilyPolicy } from '../../domain/policy';

/** Where they are for all suites of a run. */
const KEPT = 'GUANJIA_TEST_POLICIES';

/**
 * Leaves the policies that come with the program in a folder, for the suites of this run. They are the same for each, and
 * to load the parsers and to read them takes some 0.2 s of a core: more than most suites of the domain are worth.
 */
export function keepDefaultPolicies(policies: readonly PolicyDraft[], folder: string): void {
  const file = join(folder, 'policies.json');
  writeFileSync(file, JSON.stringify(policies));
  process.env[KEPT] = file;
}

/** A policy that comes with the program, as the version that is asked for. */
export function defaultPolicy<P extends FamilyPolicy>(family: string, version: number): P {
  const draft = defaultPolicies().find(({ id }) => id === family);
  if (!draft) throw new Error(`no policy of the family ${family}`);
  return { ...draft, version } as P;
}

function defaultPolicies(): readonly PolicyDraft[] {
  const kept = process.env[KEPT];
  if (kept !== undefined) return JSON.parse(readFileSync(kept, 'utf8')) as PolicyDraft[];
  // Outside of Jest, as for the benchmark. Not imported above, since that is what the suites are spared.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { loadDefaultPolicies } = require('../../common/policy/load') as typeof Load;
  return loadDefaultPolicies().map(({ policy }) => policy);
}
