import { createAuditorActivities, type AuditorDeps } from './auditor';
import { createJournalActivities } from './journal';
import { createNotifyActivities } from './notify';
import { observed } from './observed';

/** Everything that workflows may ask of the outside, by the names in workflows/contracts. */
export function createActivities(deps: AuditorDeps) {
  const cases = { ...createJournalActivities(deps), ...createNotifyActivities(deps) };
  return { ...observed(cases, deps.metrics), ...createAuditorActivities(deps) };
}
