import { z } from 'zod';
import { CHANNELS } from '../../domain/delivery';
import { pageOf } from '../paging';
import { at, atOrNull, departmentId, projectId } from './parts';
import { language } from './text';

/** Where people and machines are reached beyond the inbox, and what was sent there. */

const channel = z.enum(CHANNELS).meta({ id: 'DeliveryChannel' });

export const email = z.email().max(254).meta({ description: 'Kept encrypted, shown masked' });

export const contactChange = z
  .strictObject({ email: email.nullable(), language: language.nullable().meta({ description: 'null: zh-CN' }) })
  .meta({ id: 'ContactAddressChange', description: 'The whole of it: what is null is taken away' });

export const contact = z
  .object({
    id: z.string(),
    /** Masked; null: mail does not reach him. */
    email: z.string().nullable(),
    language: language.nullable().meta({ description: 'null: zh-CN' }),
  })
  .meta({ id: 'ContactAddress' });

const kind = z.enum(['webhook', 'wecom', 'dingtalk', 'feishu']).meta({ id: 'EndpointKind' });
const label = z.string().trim().min(1).max(80);
const url = z
  .url({ protocol: /^https?$/ })
  .max(2_048)
  .meta({ description: 'Kept encrypted: a robot’s address is its password' });
/** As DingTalk or Feishu shows it. */
const secret = z.string().trim().min(1).max(200).meta({ description: 'Kept encrypted, never shown' });

export const newEndpoint = z
  .strictObject({
    project: projectId,
    kind,
    label,
    url,
    /** Of a robot with signing. That of a webhook is made here. */
    secret: secret.optional(),
    /** Of a robot: its group hears only of what is for people of this department. */
    department: departmentId.nullish(),
  })
  .meta({ id: 'NewEndpoint' });

export const endpointChange = z
  .strictObject({
    label: label.optional(),
    url: url.optional(),
    secret: secret.optional(),
    department: departmentId.nullable().optional(),
    active: z.boolean().optional(),
  })
  .refine((change) => Object.keys(change).length > 0, { message: 'at least one field' })
  .meta({ id: 'EndpointChange' });

export const endpoint = z
  .object({
    id: z.string(),
    project: z.string(),
    department: z.string().nullable(),
    kind,
    label: z.string(),
    /** Where it is, without what is secret in its address. */
    host: z.string(),
    signed: z.boolean(),
    active: z.boolean(),
  })
  .meta({ id: 'Endpoint' });

export const endpointList = z
  .object({ items: z.array(endpoint), total: z.int(), asOf: at })
  .meta({ id: 'EndpointList' });

export const endpointWithSecret = z
  .object({
    endpoint,
    /** `whsec_…` of a webhook, shown this once; null when nothing new was made. */
    secret: z.string().nullable(),
  })
  .meta({ id: 'EndpointWithSecret' });

const delivery = z
  .object({
    id: z.string(),
    notification: z.string(),
    project: z.string(),
    case: z.string(),
    /** Id of a member of staff, number of the case whose resident is told, `role-…`, or id of an endpoint. */
    recipient: z.string(),
    channel,
    state: z.enum(['sent', 'passed-on', 'no-address', 'retry', 'dead', 'withdrawn']).meta({ id: 'DeliveryState' }),
    /** What went wrong (`http-500`, `smtp-550`, `robot-45009`, `timeout`), or why it is not told any more (`read`). */
    reason: z.string().nullable(),
    tries: z.int(),
    firstAt: at,
    lastAt: at,
    /** When a dead letter was sent again by hand. */
    resentAt: atOrNull,
  })
  .meta({ id: 'Delivery' });

export const deliveryList = z
  .object({ items: z.array(delivery), total: z.int(), asOf: at })
  .meta({ id: 'DeliveryList' });
export const deadLetterList = pageOf(delivery, 'DeadLetterList');

export const resending = z
  .strictObject({
    /** Left out: the channels that failed, and there those who were not reached. */
    channel: channel.optional(),
  })
  .meta({ id: 'Resending' });

export const resent = z
  .object({ notification: z.string(), deliveries: z.array(z.object({ recipient: z.string(), channel })) })
  .meta({ id: 'Resent' });
