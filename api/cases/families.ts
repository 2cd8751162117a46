import { complaint } from '../../domain/complaint';
import type { Opening } from '../../domain/event';
import type { Family } from '../../domain/family';
import type { FamilyPolicy } from '../../domain/policy';
import type { CaseSnapshot } from '../../domain/projection';
import type { CaseState } from '../../domain/state';

export type AnyFamily = Family<CaseState, Opening>;

/** Every family knows more of its state than these routes do; they only hand states back to it. */
const FAMILIES: ReadonlyMap<string, AnyFamily> = new Map(
  [complaint].map((family) => [family.name, family as unknown as AnyFamily]),
);

export function familyOf(name: string): AnyFamily {
  const family = FAMILIES.get(name);
  if (!family) throw new Error(`no such family: ${name}`);
  return family;
}

/** A snapshot and its policy are a state again, as the domain's pure functions take it. */
export function stateOf(snapshot: CaseSnapshot, policy: FamilyPolicy): CaseState {
  return { ...snapshot.state, policy };
}
