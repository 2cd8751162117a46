import { z } from 'zod';
import { pageOf } from '../paging';
import { at, atOrNull } from './parts';
import { role } from './views';

export const notificationId = z
  .string()
  .regex(/^[0-9a-f]{32}$/, 'id of a notification')
  .max(32);

const notification = z
  .object({
    id: z.string(),
    case: z.string(),
    /** The event of the case that it tells of. */
    seq: z.int(),
    project: z.string(),
    mode: z.enum(['live', 'drill', 'mystery']).meta({ id: 'CaseMode' }),
    /** Words are made of it and `args`: `notice.<template>` in locales/. */
    template: z.string(),
    args: z.record(z.string(), z.union([z.string(), z.number()])),
    urgent: z.boolean(),
    obligation: z.string().nullable(),
    /** The role through which it came; null for what was sent to a person. */
    role: role.nullable(),
    /** Roles that nobody held, tried before. */
    skipped: z.array(role),
    /** True: nobody held the role, so everybody who does now sees it. */
    unclaimed: z.boolean(),
    text: z.string().nullable(),
    sentAt: at,
    readAt: atOrNull,
    acknowledgedAt: atOrNull,
  })
  .meta({ id: 'Notification' });

export const notificationList = pageOf(notification, 'NotificationList');

export const marking = z
  .strictObject({ ids: z.array(notificationId).min(1).max(200) })
  .meta({ id: 'NotificationMarking' });

export const marked = z
  .object({
    marked: z.array(z.string()),
    /** Not in this inbox, or not there at all. */
    unknown: z.array(z.string()),
  })
  .meta({ id: 'MarkedNotifications' });
