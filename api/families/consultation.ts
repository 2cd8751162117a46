import { z } from 'zod';
import { consultation } from '../../domain/consultation';
import type { ConsultationPolicy } from '../../domain/consultation/policy';
import type { ConsultationOpening } from '../../domain/consultation/state';
import { report } from '../schemas/report';
import { code } from '../schemas/text';
import { startable } from './startable';

/** `POST /api/v1/consultations` (CMP-099): who asks what. */
export const newConsultation = z
  .strictObject({
    ...report,
    /** What it is about, by the policy's subjects: `fee_explanation`. */
    subtype: code().optional(),
  })
  .meta({ id: 'NewConsultation' });

export const consultationFamily = startable<z.output<typeof newConsultation>, ConsultationOpening>({
  family: consultation,
  workflowType: 'consultationWorkflow',
  path: 'consultations',
  title: 'consultation',
  body: newConsultation,
  refusals: ['subject-unknown'],
  texts: () => ({}),
  opening: (common, { subtype = null }) => ({
    ...common,
    // The document of this family was checked by its schema when it was published.
    policy: common.policy as ConsultationPolicy,
    type: null,
    subtype,
    priority: null,
  }),
});
