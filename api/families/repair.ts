import { z } from 'zod';
import { repair } from '../../domain/repair';
import type { RepairPolicy } from '../../domain/repair/policy';
import type { RepairOpening } from '../../domain/repair/state';
import { repairPriority } from '../schemas/commands';
import { report } from '../schemas/report';
import { code, text } from '../schemas/text';
import { startable } from './startable';

/** `POST /api/v1/repairs` (REP-001 … REP-006): content, time, place, contact, fault type, urgency. */
export const newRepair = z
  .strictObject({
    ...report,
    /** The fault type of the policy: `burst_pipe`, `bulb`. */
    subtype: code(),
    /** Left out: by fault type and household. */
    priority: repairPriority.optional(),
    /** The situation in which the fault showed itself (REP-004). */
    circumstances: text().optional(),
    /** What the resident expects of the result (REP-004). */
    expectedResult: text().optional(),
    /** Whether photos may be taken in the home (REP-025). */
    photoConsent: z.boolean().optional(),
  })
  .meta({ id: 'NewRepair' });

type NewRepair = z.output<typeof newRepair>;

export const repairFamily = startable<NewRepair, RepairOpening>({
  family: repair,
  workflowType: 'repairWorkflow',
  path: 'repairs',
  title: 'repair',
  body: newRepair,
  refusals: ['fault-required', 'fault-unknown', 'only-manager-may-lower'],
  subtypes: (policy) => (policy as RepairPolicy).faults.map(({ fault }) => fault),
  texts: (body) => ({ circumstances: body.circumstances ?? null, expectedResult: body.expectedResult ?? null }),
  opening: (common, body, { circumstances = null, expectedResult = null }) => ({
    ...common,
    // The document of this family was checked by its schema when it was published.
    policy: common.policy as RepairPolicy,
    type: null,
    subtype: body.subtype,
    priority: body.priority ?? null,
    photoConsent: body.photoConsent ?? false,
    circumstances,
    expectedResult,
  }),
});
