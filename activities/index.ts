import { createAuditorActivities, type AuditorDeps } from './auditor';
import { createJournalActivities } from './journal';
import { createNotifyActivities } from './notify';
import { observed, type ObservedDeps } from './observed';

/** Everything that workflows may ask of the outside, by the names in workflows/contracts. */
export function createActivities(deps: AuditorDeps & ObservedDeps) {
  const cases = { ...createJournalActivities(deps), ...createNotifyActivities(deps) };
  return { ...observed(cases, deps), ...createAuditorActivities(deps) };
}
