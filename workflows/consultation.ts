import { consultation } from '../domain/consultation';
import type { ConsultationOpening } from '../domain/consultation/state';
import type { CaseInput } from './contracts/case';
import { runCase } from './lib/case-loop';

export async function consultationWorkflow(input: CaseInput<ConsultationOpening>) {
  return runCase(consultation, input);
}
