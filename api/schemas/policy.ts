import { z } from 'zod';
import { at } from './parts';

const header = {
  family: z.string(),
  version: z.int(),
  publishedAt: at,
  publishedBy: z.string(),
};

const policyHeader = z.object(header).meta({ id: 'PolicyVersion' });

export const policyList = z
  .object({ items: z.array(policyHeader), total: z.int(), asOf: at })
  .meta({ id: 'PolicyList', description: 'The current version of each family' });

export const publishedPolicy = z
  .object({
    ...header,
    /** What was published, with its comments. */
    yaml: z.string(),
    /** The same, read. */
    document: z.record(z.string(), z.unknown()),
    /** All versions, newest first. */
    versions: z.array(policyHeader),
  })
  .meta({ id: 'Policy' });

export const newPolicy = z
  .strictObject({ yaml: z.string().min(1).max(1_000_000).meta({ description: 'The whole policy as YAML 1.2' }) })
  .meta({ id: 'NewPolicy' });

export const publication = z
  .object({
    family: z.string(),
    version: z.int(),
    /** False: nothing was stored, for it was only tried, or is word for word what is in force. */
    published: z.boolean(),
  })
  .meta({ id: 'PolicyPublication' });
