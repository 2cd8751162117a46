import { consultation } from '../../../domain/consultation';
import type { ConsultationPolicy } from '../../../domain/consultation/policy';
import type { ConsultationOpening, ConsultationState } from '../../../domain/consultation/state';
import { FamilyPlay, defaultPolicy, openingWith, type OptionsOf } from '../support';

export * from '../support';

const CONSULTATION_POLICY: ConsultationPolicy = defaultPolicy('consultation');

export type ConsultationOptions = OptionsOf<ConsultationOpening>;

export function consultationOpening(options: ConsultationOptions = {}): ConsultationOpening {
  return openingWith({ no: 'Q-7K2M-94QD', policy: CONSULTATION_POLICY }, options);
}

export class ConsultationPlay extends FamilyPlay<ConsultationState, ConsultationOpening> {
  constructor(options: ConsultationOptions = {}) {
    super(consultation, consultationOpening(options), options.at);
  }
}
