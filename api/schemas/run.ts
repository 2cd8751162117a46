import { z } from 'zod';
import { heldRole } from './directory';
import { at } from './parts';
import { role } from './views';

/** Who one is, whether the system is well, who did what. */

export const me = z
  .object({
    id: z.string(),
    kind: z.enum(['staff', 'resident', 'machine']).meta({ id: 'PrincipalKind' }),
    /** Of members of staff only. */
    name: z.string().nullable(),
    /** What this key is for. */
    role,
    /** What he is, here and elsewhere; other keys may be for it. */
    roles: z.array(heldRole),
    department: z.string().nullable(),
    /** True: the projects below and every one to come. */
    allProjects: z.boolean(),
    projects: z.array(z.object({ id: z.string(), name: z.string(), zone: z.string() }).meta({ id: 'ProjectWithZone' })),
    household: z.string().nullable(),
    key: z.object({ id: z.string() }).meta({ id: 'KeyRef' }),
    /** Of a browser that is logged in; null for who sends a key or a token. */
    session: z
      .object({
        id: z.string(),
        csrf: z.string().meta({ description: 'Goes with everything but GET and HEAD, as X-CSRF-Token' }),
        idleUntil: at,
        endsAt: at,
      })
      .nullable()
      .meta({ id: 'MySession' }),
    /** When a page at a shared desk hides names. */
    lock: z.object({ afterSeconds: z.int() }).meta({ id: 'Lock' }),
    /** Where the Temporal Web UI is, for those who read workflows; null for everybody else. */
    temporalUiUrl: z.string().nullable(),
    version: z.string(),
    /** Milliseconds since the epoch. */
    serverTime: z.int(),
  })
  .meta({ id: 'Me' });

const serverState = z.enum(['up', 'down']).meta({ id: 'ServerState' });

export const health = z.object({ status: z.literal('alive') }).meta({ id: 'Health' });
export const readiness = z
  .object({
    ready: z.boolean(),
    temporal: serverState,
    postgres: serverState,
  })
  .meta({ id: 'Readiness' });

export const auditEntry = z
  .object({
    n: z.int(),
    at,
    actor: z.string(),
    role: z.string(),
    action: z.string(),
    subject: z.string(),
    project: z.string().nullable(),
    /** Codes and ids. */
    details: z.record(z.string(), z.unknown()),
    /** Of this entry and, through it, of all before. */
    hash: z.string(),
  })
  .meta({ id: 'AuditEntry' });
