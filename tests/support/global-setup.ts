import { loadDefaultPolicies } from '../../common/policy/load';
import { makeBundle } from '../../worker/bundle';
import { keepDefaultPolicies } from './default-policies';
import { startTestServers, testFolder } from './servers';

declare global {
  var stopTestServers: (() => Promise<void>) | undefined;
}

export default async function globalSetup({ maxWorkers }: { readonly maxWorkers: number }): Promise<void> {
  // On a clean checkout every worker would make it at once, and webpack takes many times as long inside Jest's modules.
  await makeBundle();
  globalThis.stopTestServers = await startTestServers(maxWorkers);
  keepDefaultPolicies(
    loadDefaultPolicies().map(({ policy }) => policy),
    testFolder(),
  );
}
