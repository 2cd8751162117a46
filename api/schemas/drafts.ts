import { z } from 'zod';
import { at, atOrNull } from './parts';

export const MAX_DRAFT = 16_384;

/** What somebody has begun to write: kept encrypted for seven days. */
export const newDraft = z
  .strictObject({
    content: z.string().max(MAX_DRAFT).meta({ description: 'As the page writes it; kept encrypted' }),
  })
  .meta({ id: 'NewDraft' });

export const draft = z
  .object({
    key: z.string(),
    content: z.string().nullable().meta({ description: 'Null: there is none' }),
    updatedAt: atOrNull,
  })
  .meta({ id: 'Draft' });

export const draftList = z
  .object({
    items: z.array(z.object({ key: z.string(), updatedAt: at }).meta({ id: 'DraftKey' })),
    total: z.int(),
    asOf: at,
  })
  .meta({ id: 'DraftList' });
