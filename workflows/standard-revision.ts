import { standardRevision } from '../domain/standard-revision';
import type { RevisionOpening } from '../domain/standard-revision/state';
import type { CaseInput } from './contracts/case';
import { runCase } from './lib/case-loop';

export async function standardRevisionWorkflow(input: CaseInput<RevisionOpening>) {
  return runCase(standardRevision, input);
}
