import { z } from 'zod';
import { dispute } from '../../domain/dispute';
import type { DisputePolicy } from '../../domain/dispute/policy';
import type { DisputeOpening } from '../../domain/dispute/state';
import { report } from '../schemas/report';
import { code, text } from '../schemas/text';
import { startable } from './startable';

/** `POST /api/v1/disputes` (CMP-040, CMP-052): who complains of whom. */
export const newDispute = z
  .strictObject({
    ...report,
    /** What it is about, by the policy's subjects: `neighbour_dispute`. */
    subtype: code().optional(),
    /** Whom it is about, and how he is reached. */
    otherParty: text().optional(),
  })
  .meta({ id: 'NewDispute' });

type NewDispute = z.output<typeof newDispute>;

export const disputeFamily = startable<NewDispute, DisputeOpening>({
  family: dispute,
  workflowType: 'disputeWorkflow',
  path: 'disputes',
  title: 'dispute',
  body: newDispute,
  refusals: ['subject-unknown'],
  texts: (body) => ({ otherParty: body.otherParty ?? null }),
  opening: (common, { subtype = null }, { otherParty = null }) => ({
    ...common,
    // The document of this family was checked by its schema when it was published.
    policy: common.policy as DisputePolicy,
    type: null,
    subtype,
    priority: null,
    otherParty,
  }),
});
