import { standardRevision } from '../../../domain/standard-revision';
import type { RevisionPolicy } from '../../../domain/standard-revision/policy';
import type { RevisionOpening, RevisionState } from '../../../domain/standard-revision/state';
import { SYSTEM } from '../../../domain/actor';
import type { Instant } from '../../../domain/instant';
import { FamilyPlay, MONDAY_9, RECORD, SHANGHAI, defaultPolicy, text } from '../support';

export * from '../support';

const REVISION_POLICY: RevisionPolicy = defaultPolicy('standard-revision');

export interface RevisionOptions extends Partial<Omit<RevisionOpening, 'record' | 'project'>> {
  /** When it is found; `reportedAt` and `receivedAt` follow when they are not given. */
  readonly at?: Instant;
  readonly zone?: string;
  readonly record?: Partial<RevisionOpening['record']>;
}

/** A finding about the lift of the third house, unless it says otherwise. */
export function revisionOpening(options: RevisionOptions = {}): RevisionOpening {
  const { at = MONDAY_9, zone = SHANGHAI, record, ...rest } = options;
  return {
    no: 'S-7K2M-94QD',
    project: { id: 'lakeside', zone },
    mode: 'live',
    reportedAt: at,
    receivedAt: at,
    by: SYSTEM,
    type: null,
    subtype: 'lift_fault',
    priority: null,
    level: null,
    policy: REVISION_POLICY,
    matter: text('matter'),
    contact: null,
    ...rest,
    record: { ...RECORD, asset: 'lift-3-2', rootCase: 'R-3', ...record },
  };
}

export class RevisionPlay extends FamilyPlay<RevisionState, RevisionOpening> {
  constructor(options: RevisionOptions = {}) {
    super(standardRevision, revisionOpening(options), options.at);
  }
}
