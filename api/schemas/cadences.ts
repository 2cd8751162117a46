import { z } from 'zod';
import { CADENCE_PERIODS } from '../../domain/standard-revision/cadence';
import { pageOf } from '../paging';
import { at } from './parts';

const period = z.enum(CADENCE_PERIODS).meta({ id: 'CadencePeriod' });

/** How often a recurring duty is done. */
export const cadence = z
  .discriminatedUnion('kind', [
    z
      .strictObject({ kind: z.literal('fixed'), times: z.int().min(1).max(100), per: period })
      .meta({ id: 'FixedCadence', description: 'So many times in each calendar period' }),
    z
      .strictObject({ kind: z.literal('floating'), days: z.int().min(1).max(1000) })
      .meta({ id: 'FloatingCadence', description: 'So many days after it was done last' }),
  ])
  .meta({ id: 'Cadence' });

export const cadenceList = pageOf(
  z
    .object({
      no: z.string().describe('Case of the revision'),
      project: z.string(),
      duty: z.string(),
      cadence,
      asset: z.string().nullable(),
      /** Of a revision for a place; both null: for the whole project. */
      building: z.string().nullable(),
      at: at.describe('From when on it holds'),
      by: z.string().describe('Who approved it'),
      /** No later revision of the same duty for the same asset or place. */
      inForce: z.boolean(),
    })
    .meta({ id: 'RevisedCadence' }),
  'RevisedCadenceList',
);
