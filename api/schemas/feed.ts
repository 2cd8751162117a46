import { z } from 'zod';
import { at } from './parts';

const changeType = z.enum(['case', 'obligation', 'notice']).meta({ id: 'ChangeType' });

/** A message counts when its (fence, seq) is newer than what the client has: a repeated run may lower `seq`. */
const change = z
  .object({
    type: changeType,
    case: z.string(),
    project: z.string(),
    seq: z.int(),
    fence: z.int().nullable(),
    at,
  })
  .meta({ id: 'Change' });

export const changeList = z
  .object({
    items: z.array(change),
    /** `after` of the next question. */
    next: z.string(),
    more: z.boolean(),
    /** Not null: from `after` nobody can go on; read the lists again, and ask on from `next`. */
    resync: z
      .enum(['unknown-position', 'too-old', 'database-changed', 'too-slow', 'too-many'])
      .meta({ id: 'ResyncReason' })
      .nullable(),
    /** Milliseconds since the epoch. */
    serverTime: z.int(),
  })
  .meta({ id: 'ChangeList' });

export const eventId = z.string().max(120);
