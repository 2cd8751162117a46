import type { Opening } from '../event';
import { initialCase, type CaseState } from '../state';
import type { Cadence } from './cadence';
import type { RevisionPolicy } from './policy';

export interface Proposal {
  readonly number: number;
  readonly by: string;
  readonly duty: string;
  readonly cadence: Cadence;
}

export interface RevisionState extends CaseState {
  readonly policy: RevisionPolicy;
  /** The last one of the case; it waits for a decision in stage `proposed`. */
  readonly proposal: Proposal | null;
}

export type RevisionOpening = Opening<RevisionPolicy>;

export function initialRevision(opening: RevisionOpening): RevisionState {
  const { policy, subtype } = opening;
  return { ...initialCase('standard-revision', opening), policy, subtype, proposal: null };
}
