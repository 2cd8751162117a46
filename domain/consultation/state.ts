import type { Opening } from '../event';
import { initialCase, type CaseState } from '../state';
import type { ConsultationPolicy } from './policy';

export interface ConsultationState extends CaseState {
  readonly policy: ConsultationPolicy;
}

export type ConsultationOpening = Opening<ConsultationPolicy>;

export function initialConsultation(opening: ConsultationOpening): ConsultationState {
  return { ...initialCase('consultation', opening), policy: opening.policy, subtype: opening.subtype };
}
