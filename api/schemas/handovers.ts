import { z } from 'zod';
import { at, staffRole, subjectId } from './parts';
import { text } from './text';
import { debtorKind } from './views';

/** Shift change: what the one owes becomes the other's. */

export const handoverInput = z
  .strictObject({
    from: subjectId,
    to: subjectId,
    /** Left out: whatever he owes here. */
    role: staffRole.optional(),
    reason: text(),
  })
  .refine(({ from, to }) => from !== to, { message: 'somebody else', path: ['to'] })
  .meta({ id: 'HandoverInput' });

const owedItem = z.object({ id: z.string(), kind: z.string(), as: debtorKind, dueAt: at }).meta({ id: 'OwedItem' });

const owedCase = z
  .object({
    no: z.string(),
    project: z.string(),
    /** He is its first-contact owner. */
    owner: z.boolean(),
    /** He has its job. */
    job: z.boolean(),
    obligations: z.array(owedItem),
  })
  .meta({ id: 'OwedCase' });

export const movedCase = z
  .object({
    no: z.string(),
    status: z.int(),
    /** Code of the refusal; null where it was moved. */
    code: z.string().nullable(),
  })
  .meta({ id: 'MovedCase' });

const open = {
  /** Escalations sent to him that he has not acknowledged. */
  unacknowledged: z.array(
    z
      .object({ id: z.string(), no: z.string(), obligation: z.string().nullable(), sentAt: at })
      .meta({ id: 'UnacknowledgedEscalation' }),
  ),
  /** Parts of his department that nobody has accepted. */
  unaccepted: z.array(
    z.object({ no: z.string(), id: z.string(), kind: z.string(), dueAt: at }).meta({ id: 'UnacceptedPart' }),
  ),
};

export const handoverPreview = z
  .object({ from: z.string(), cases: z.array(owedCase), ...open, asOf: at })
  .meta({ id: 'HandoverPreview' });

export const handover = z
  .object({
    from: z.string(),
    to: z.string(),
    at,
    moved: z.array(movedCase),
    /** Cases beyond what one request moves: ask again. */
    remaining: z.int(),
    ...open,
  })
  .meta({ id: 'Handover' });
