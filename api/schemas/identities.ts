import { z } from 'zod';
import { at } from './parts';

/** Whom people of an identity provider are here. */

export const newIdentity = z
  .strictObject({
    issuer: z
      .url({ protocol: /^https?$/ })
      .max(300)
      .meta({ description: 'The claim `iss` of his tokens, letter by letter' }),
    subject: z
      .string()
      .min(1)
      .max(255)
      .meta({ description: 'The claim `sub` of his tokens; only a keyed hash of it is kept' }),
  })
  .meta({ id: 'NewIdentity' });

export const identity = z
  .object({
    /** Keyed hash of issuer and subject. */
    id: z.string(),
    issuer: z.string(),
    createdAt: at,
    createdBy: z.string(),
  })
  .meta({ id: 'Identity' });

export const identityList = z.object({ items: z.array(identity), total: z.int(), asOf: at }).meta({
  id: 'IdentityList',
});
