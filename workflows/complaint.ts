import { complaint } from '../domain/complaint';
import type { ComplaintOpening } from '../domain/complaint/state';
import type { CaseInput } from './contracts/case';
import { runCase } from './lib/case-loop';

export async function complaintWorkflow(input: CaseInput<ComplaintOpening>) {
  return runCase(complaint, input);
}
