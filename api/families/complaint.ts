import { complaint } from '../../domain/complaint';
import type { ComplaintPolicy } from '../../domain/complaint/policy';
import type { ComplaintOpening } from '../../domain/complaint/state';
import { newComplaint, type NewComplaint } from './complaint-body';
import { startable } from './startable';

export const complaintFamily = startable<NewComplaint, ComplaintOpening>({
  family: complaint,
  workflowType: 'complaintWorkflow',
  path: 'complaints',
  title: 'complaint',
  body: newComplaint,
  refusals: [
    ...(['subtype-required', 'subtype-unknown', 'department-unknown', 'department-required'] as const),
    'only-manager-may-lower',
  ],
  subtypes: (policy) => (policy as ComplaintPolicy).classification.map(({ subtype }) => subtype),
  texts: (body) => ({ restatement: body.restatement ?? null }),
  opening: (common, body, { restatement = null }) => ({
    ...common,
    // The document of this family was checked by its schema when it was published.
    policy: common.policy as ComplaintPolicy,
    type: body.type ?? null,
    subtype: body.subtype ?? null,
    priority: body.priority ?? null,
    departments: body.departments ?? null,
    restatement,
    restatementConfirmed: body.restatementConfirmed ?? null,
  }),
});
