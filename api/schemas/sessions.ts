import { z } from 'zod';
import { at } from './parts';
import { role } from './views';

/** Logins of browsers. */

export const keyLogin = z.strictObject({ key: z.string().min(1).max(200) }).meta({ id: 'KeyLogin' });

const session = {
  id: z.string(),
  /** At the latest. */
  endsAt: at,
  /** Unless something is asked for before. */
  idleUntil: at,
};

export const begunSession = z
  .object({
    ...session,
    role,
    csrf: z.string().meta({ description: 'Goes with everything but GET and HEAD, as X-CSRF-Token' }),
  })
  .meta({ id: 'BegunSession' });

export const ownSession = z
  .object({
    ...session,
    role,
    device: z.string().meta({ description: 'Chrome, Windows' }),
    createdAt: at,
    current: z.boolean().meta({ description: 'The one that asks' }),
  })
  .meta({ id: 'OwnSession' });

export const sessionList = z
  .object({ items: z.array(ownSession), total: z.int(), asOf: at })
  .meta({ id: 'SessionList' });
