import { auditTrailComplete } from './audit';
import { everyCaseOnce } from './cases';
import { everyKeyOnce } from './commands';
import type { Check, Evidence, Invariant } from './evidence';
import { journalWithoutGap } from './journal';
import { everyNotificationDelivered } from './notifications';
import { everyObligationEndsOnce } from './obligations';
import { processesTellTheTruth } from './processes';
import { readModelIsTheFold } from './read-model';

export { INVARIANTS, type Evidence, type Invariant, type Truth } from './evidence';

const CHECKS: Readonly<Record<Invariant, Check>> = {
  I1: everyCaseOnce,
  I2: everyKeyOnce,
  I3: everyObligationEndsOnce,
  I4: everyNotificationDelivered,
  I5: journalWithoutGap,
  I6: readModelIsTheFold,
  I7: auditTrailComplete,
  I8: processesTellTheTruth,
};

export type Violations = Readonly<Record<Invariant, readonly string[]>>;

/** The invariants of quality.md, each with what does not hold of it. */
export function checkAll(evidence: Evidence): Violations {
  return Object.fromEntries(Object.entries(CHECKS).map(([name, check]) => [name, check(evidence)])) as Violations;
}

/** The names of those that do not hold. */
export function broken(violations: Violations): Invariant[] {
  return (Object.keys(violations) as Invariant[]).filter((name) => violations[name].length > 0);
}
