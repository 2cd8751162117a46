import { dispute } from '../../../domain/dispute';
import type { DisputePolicy } from '../../../domain/dispute/policy';
import type { DisputeOpening, DisputeState } from '../../../domain/dispute/state';
import { FamilyPlay, defaultPolicy, openingWith, type OptionsOf } from '../support';

export * from '../support';

const DISPUTE_POLICY: DisputePolicy = defaultPolicy('dispute');

export type DisputeOptions = OptionsOf<DisputeOpening>;

export function disputeOpening(options: DisputeOptions = {}): DisputeOpening {
  return openingWith({ no: 'M-7K2M-94QD', policy: DISPUTE_POLICY, otherParty: null }, options);
}

export class DisputePlay extends FamilyPlay<DisputeState, DisputeOpening> {
  constructor(options: DisputeOptions = {}) {
    super(dispute, disputeOpening(options), options.at);
  }
}
