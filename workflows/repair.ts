import { repair } from '../domain/repair';
import type { RepairOpening } from '../domain/repair/state';
import type { CaseInput } from './contracts/case';
import { runCase } from './lib/case-loop';

export async function repairWorkflow(input: CaseInput<RepairOpening>) {
  return runCase(repair, input);
}
