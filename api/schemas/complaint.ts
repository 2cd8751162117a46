import { z } from 'zod';
import { parseCaseNumber } from '../../common/ids';
import { complaintType, priority } from './commands';
import { caller, channel, room } from './contact';
import { code, instant, text } from './text';

/**
 * `POST /api/v1/complaints`. The register's four elements (CMP-013) are time (`reportedAt`, else now), room, matter and
 * expected resolution; the last is the policy's promise where the resident named none.
 */
export const newComplaint = z
  .strictObject({
    project: code(),
    channel,
    matter: text(),
    /** When the resident reported it; may lie in the past when it is typed in later. */
    reportedAt: instant().optional(),
    expectedResolutionAt: instant().optional(),
    restatement: text().optional(),
    restatementConfirmed: z.boolean().optional(),
    place: z
      .strictObject({
        building: z.string().trim().min(1).max(40).optional(),
        unit: z.string().trim().min(1).max(40).optional(),
        /** `3-2-1501`; kept in the vault and found by its blind index. */
        room: room.optional(),
        asset: code().optional(),
      })
      .meta({ id: 'Place' })
      .optional(),
    caller: z.strictObject(caller).meta({ id: 'Caller' }).optional(),
    subtype: code().optional(),
    type: complaintType.optional(),
    priority: priority.optional(),
    departments: z.array(code()).min(1).max(20).optional(),
    /** A former case about the same. */
    repeatOf: z
      .string()
      .max(20)
      // It is kept in the clear, so it must not be a name.
      .refine((text) => parseCaseNumber(text) !== null, { message: 'a case number, such as C-7K2M-94QD' })
      .transform((text) => parseCaseNumber(text) ?? text)
      .optional(),
  })
  .meta({ id: 'NewComplaint' });

export type NewComplaint = z.output<typeof newComplaint>;
