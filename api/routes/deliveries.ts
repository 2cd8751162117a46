import { z } from 'zod';
import { loadNotificationPolicy } from '../../common/policy/load';
import { isoOf } from '../../domain/instant';
import { deliveriesOf, pageDeadLetters, type Delivery } from '../../db/queries/api-deliveries';
import type { ApiDeps } from '../deps';
import { defineRoute, type Route } from '../http/route';
import { paged, pageQuery } from '../paging';
import { APPOINTERS, INSPECTORS } from '../resources/authority';
import { resend, visibleMessage } from '../resources/resend';
import { deadLetterList, deliveryList, resending, resent } from '../schemas/delivery';
import { notificationId } from '../schemas/notification';
import { projectId } from '../schemas/parts';

const tags = ['Deliveries'];
const params = z.strictObject({ id: notificationId });
const project = { byHandler: 'found only in the projects of the caller' } as const;

/** What became of messages beyond the inbox. */
export function deliveryRoutes(deps: ApiDeps): Route[] {
  return [deadLetters(deps), receipts(deps), again(deps)];
}

function deadLetters(deps: ApiDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/notifications/dead-letters',
    operationId: 'listDeadLetters',
    summary: 'Messages that were given up on some channel, with the cause',
    tags,
    access: { roles: INSPECTORS, project: { in: 'query', name: 'project' } },
    query: z.strictObject({ ...pageQuery, project: projectId.optional() }),
    responses: { 200: { description: 'One page, newest first', schema: deadLetterList } },
    problems: ['invalid-cursor'],
    handler: async ({ query: { limit, cursor, project: only } }, { principal, now }) => {
      const projects = only === undefined ? principal.projects : [only];
      const body = await paged(
        deps,
        { cursor, list: ['dead-letters', projects], now },
        (from) => pageDeadLetters(deps.database.db, { projects, limit, cursor: from }),
        deliveryView,
      );
      return { status: 200, body };
    },
  });
}

function receipts(deps: ApiDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/notifications/{id}/deliveries',
    operationId: 'listDeliveries',
    summary: 'Receipts: over which channel, when, with which outcome',
    tags,
    access: { roles: INSPECTORS, project },
    params,
    responses: { 200: { description: 'All of them, by their first try', schema: deliveryList } },
    problems: [],
    handler: async ({ params: { id } }, { principal, now }) => {
      await visibleMessage(deps, principal, id);
      const items = (await deliveriesOf(deps.database.db, id)).map(deliveryView);
      return { status: 200, body: { items, total: items.length, asOf: isoOf(now) } };
    },
  });
}

function again(deps: ApiDeps): Route {
  const policy = loadNotificationPolicy();
  return defineRoute({
    method: 'POST',
    path: '/api/v1/notifications/{id}/resend',
    operationId: 'resendNotification',
    summary: 'Sends a message again, at once',
    description:
      'Where it was given up, or over another channel. Also to who has read it; not about a case that is closed.',
    tags,
    access: { roles: APPOINTERS, project },
    params,
    body: resending,
    examples: { same: {}, other: { channel: 'robot' } },
    idempotent: true,
    responses: { 202: { description: 'It is handed over; its receipts say what comes of it', schema: resent } },
    problems: ['nothing-to-resend', 'not-to-be-told', 'engine-unavailable'],
    handler: async ({ params: { id }, body: { channel }, idempotency }, { principal, now }) => {
      const deliveries = await resend(deps, { principal, now, idempotency }, { id, channel, policy });
      return { status: 202, body: { notification: id, deliveries } };
    },
  });
}

function deliveryView({ caseNo, firstAt, lastAt, resentAt, ...shown }: Delivery) {
  return {
    ...shown,
    case: caseNo,
    firstAt: isoOf(firstAt),
    lastAt: isoOf(lastAt),
    resentAt: resentAt === null ? null : isoOf(resentAt),
  };
}
