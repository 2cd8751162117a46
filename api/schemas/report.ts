import { z } from 'zod';
import { parseCaseNumber } from '../../common/ids';
import { caller, channel, room } from './contact';
import { code, instant, text } from './text';

/** A case number as people type it, in its canonical form. It is kept in the clear, so it must not be a name. */
export const caseNumber = () =>
  z
    .string()
    .max(20)
    .refine((written) => parseCaseNumber(written) !== null, { message: 'a case number, such as C-7K2M-94QD' })
    .transform((written) => parseCaseNumber(written) ?? written);

/**
 * What every case is started with. The register's four elements (CMP-013) are time (`reportedAt`, else now), room,
 * matter and expected resolution; the last is the policy's promise where the resident named none.
 */
export const report = {
  project: code(),
  channel,
  matter: text(),
  /** When the resident reported it; may lie in the past when it is typed in later. */
  reportedAt: instant().optional(),
  expectedResolutionAt: instant().optional(),
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
  /** A former case about the same. */
  repeatOf: caseNumber().optional(),
} as const;

export type NewReport = z.output<z.ZodObject<typeof report>>;
