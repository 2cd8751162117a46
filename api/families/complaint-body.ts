import { z } from 'zod';
import { complaintType, priority } from '../schemas/commands';
import { report } from '../schemas/report';
import { code, text } from '../schemas/text';

/** `POST /api/v1/complaints`. */
export const newComplaint = z
  .strictObject({
    ...report,
    restatement: text().optional(),
    restatementConfirmed: z.boolean().optional(),
    subtype: code().optional(),
    type: complaintType.optional(),
    priority: priority.optional(),
    departments: z.array(code()).min(1).max(20).optional(),
  })
  .meta({ id: 'NewComplaint' });

export type NewComplaint = z.output<typeof newComplaint>;
