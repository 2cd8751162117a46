import type { JobStages } from '../../db/queries/owed';
import type { Role } from '../../domain/actor';
import { ruleOf } from '../../domain/family';
import type { FamilyPolicy } from '../../domain/policy';
import type { CaseSnapshot } from '../../domain/projection';
import type { CaseState } from '../../domain/state';
import { complaintFamily } from './complaint';
import { consultationFamily } from './consultation';
import { disputeFamily } from './dispute';
import { repairFamily } from './repair';
import { revisionFamily } from './standard-revision';
import type { Startable } from './startable';

/** The families that the API knows; a new one is a file here and a line. */
export const FAMILIES: readonly Startable[] = [
  complaintFamily,
  repairFamily,
  consultationFamily,
  disputeFamily,
  revisionFamily,
];

/** Of the families that have jobs. */
export const JOB_STAGES: readonly JobStages[] = FAMILIES.flatMap(({ family: { name, jobStages } }) =>
  jobStages ? [{ family: name, stages: jobStages }] : [],
);

const BY_NAME: ReadonlyMap<string, Startable> = new Map(FAMILIES.map((entry) => [entry.family.name, entry]));

export function familyOf(name: string): Startable['family'] {
  const entry = BY_NAME.get(name);
  if (!entry) throw new Error(`no such family: ${name}`);
  return entry.family;
}

/** Whoever may give a command in any family. */
export function rolesOf(command: string): Role[] {
  const roles = FAMILIES.flatMap(({ family }) => ruleOf(family, command)?.roles ?? []);
  return [...new Set(roles)].filter((role) => role !== 'system');
}

/** A snapshot and its policy are a state again, as the domain's pure functions take it. */
export function stateOf(snapshot: CaseSnapshot, policy: FamilyPolicy): CaseState {
  return { ...snapshot.state, policy };
}
