import { z } from 'zod';
import { at } from './parts';

/** Photos before and after. */

export const file = z
  .object({
    id: z.string(),
    project: z.string(),
    /** The case that it belongs to; null until a command names it. */
    case: z.string().nullable(),
    type: z.string().meta({ description: 'What the bytes are, whatever they were sent as' }),
    size: z.int().meta({ description: 'Bytes, as they are kept: without position, names and previews' }),
    sha256: z.string(),
    createdAt: at,
  })
  .meta({ id: 'File' });
