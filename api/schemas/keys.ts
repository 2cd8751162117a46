import { z } from 'zod';
import { pageOf } from '../paging';
import { at, atOrNull, givenRole, projectScope, subjectId } from './parts';
import { code, instant } from './text';
import { role } from './views';

export const newKey = z
  .strictObject({
    /** A code and no name of a person: `front-desk-2`. It is kept in the clear. */
    label: code().max(80),
    role: givenRole,
    projects: projectScope,
    /** Whose key it is; left out for a machine's. */
    staff: subjectId.optional(),
    /** Of a resident's key: the home whose cases he sees. */
    household: subjectId.optional(),
    resident: subjectId.optional(),
    expiresAt: instant().optional(),
  })
  .meta({ id: 'NewApiKey' });

export const apiKey = z
  .object({
    id: z.string(),
    label: z.string(),
    role,
    staff: z.string().nullable(),
    resident: z.string().nullable(),
    household: z.string().nullable(),
    projects: z.union([z.literal('*'), z.array(z.string())]).meta({ id: 'KeyProjects' }),
    createdAt: at,
    createdBy: z.string(),
    expiresAt: atOrNull,
    revokedAt: atOrNull,
    lastUsedAt: atOrNull,
  })
  .meta({ id: 'ApiKey' });

export const madeKey = z
  .object({
    /** `gj_…`: shown this once. */
    key: z.string(),
    apiKey,
  })
  .meta({ id: 'MadeApiKey' });

export const keyList = pageOf(apiKey, 'ApiKeyList');
