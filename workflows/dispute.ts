import { dispute } from '../domain/dispute';
import type { DisputeOpening } from '../domain/dispute/state';
import type { CaseInput } from './contracts/case';
import { runCase } from './lib/case-loop';

export async function disputeWorkflow(input: CaseInput<DisputeOpening>) {
  return runCase(dispute, input);
}
