import { standardRevision } from '../../../domain/standard-revision';
import type { RevisionPolicy } from '../../../domain/standard-revision/policy';
import type { RevisionOpening, RevisionState } from '../../../domain/standard-revision/state';
import { SYSTEM } from '../../../domain/actor';
import { FamilyPlay, defaultPolicy, openingWith, type OptionsOf } from '../support';

export * from '../support';

const REVISION_POLICY: RevisionPolicy = defaultPolicy('standard-revision');

export type RevisionOptions = OptionsOf<RevisionOpening>;

/** A finding about the lift of the third house, unless it says otherwise. */
export function revisionOpening(options: RevisionOptions = {}): RevisionOpening {
  const record = { asset: 'lift-3-2', rootCase: 'R-3', ...options.record };
  const own = { no: 'S-7K2M-94QD', by: SYSTEM, subtype: 'lift_fault', policy: REVISION_POLICY };
  return openingWith(own, { ...options, record });
}

export class RevisionPlay extends FamilyPlay<RevisionState, RevisionOpening> {
  constructor(options: RevisionOptions = {}) {
    super(standardRevision, revisionOpening(options), options.at);
  }
}
