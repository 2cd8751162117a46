import { consultation } from '../../../domain/consultation';
import type { ConsultationPolicy } from '../../../domain/consultation/policy';
import type { ConsultationOpening, ConsultationState } from '../../../domain/consultation/state';
import type { Instant } from '../../../domain/instant';
import { CLERK, FamilyPlay, MONDAY_9, RECORD, SHANGHAI, defaultPolicy, text } from '../support';

export * from '../support';

const CONSULTATION_POLICY: ConsultationPolicy = defaultPolicy('consultation');

export interface ConsultationOptions extends Partial<Omit<ConsultationOpening, 'record' | 'project'>> {
  /** When it is typed in; `reportedAt` and `receivedAt` follow when they are not given. */
  readonly at?: Instant;
  readonly zone?: string;
  readonly record?: Partial<ConsultationOpening['record']>;
}

export function consultationOpening(options: ConsultationOptions = {}): ConsultationOpening {
  const { at = MONDAY_9, zone = SHANGHAI, record, ...rest } = options;
  return {
    no: 'Q-7K2M-94QD',
    project: { id: 'lakeside', zone },
    mode: 'live',
    reportedAt: at,
    receivedAt: at,
    by: CLERK,
    type: null,
    subtype: null,
    priority: null,
    level: null,
    policy: CONSULTATION_POLICY,
    matter: text('matter'),
    contact: null,
    ...rest,
    record: { ...RECORD, ...record },
  };
}

export class ConsultationPlay extends FamilyPlay<ConsultationState, ConsultationOpening> {
  constructor(options: ConsultationOptions = {}) {
    super(consultation, consultationOpening(options), options.at);
  }
}
