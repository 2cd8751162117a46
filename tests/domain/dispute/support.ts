import { dispute } from '../../../domain/dispute';
import type { DisputePolicy } from '../../../domain/dispute/policy';
import type { DisputeOpening, DisputeState } from '../../../domain/dispute/state';
import type { Instant } from '../../../domain/instant';
import { CLERK, FamilyPlay, MONDAY_9, RECORD, SHANGHAI, defaultPolicy, text } from '../support';

export * from '../support';

const DISPUTE_POLICY: DisputePolicy = defaultPolicy('dispute');

export interface DisputeOptions extends Partial<Omit<DisputeOpening, 'record' | 'project'>> {
  /** When it is typed in; `reportedAt` and `receivedAt` follow when they are not given. */
  readonly at?: Instant;
  readonly zone?: string;
  readonly record?: Partial<DisputeOpening['record']>;
}

export function disputeOpening(options: DisputeOptions = {}): DisputeOpening {
  const { at = MONDAY_9, zone = SHANGHAI, record, ...rest } = options;
  return {
    no: 'M-7K2M-94QD',
    project: { id: 'lakeside', zone },
    mode: 'live',
    reportedAt: at,
    receivedAt: at,
    by: CLERK,
    type: null,
    subtype: null,
    priority: null,
    level: null,
    policy: DISPUTE_POLICY,
    matter: text('matter'),
    contact: null,
    otherParty: null,
    ...rest,
    record: { ...RECORD, ...record },
  };
}

export class DisputePlay extends FamilyPlay<DisputeState, DisputeOpening> {
  constructor(options: DisputeOptions = {}) {
    super(dispute, disputeOpening(options), options.at);
  }
}
