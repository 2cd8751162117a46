import { z } from 'zod';
import { parseCaseNumber } from '../../common/ids';
import { isoOf } from '../../domain/instant';
import { findHousehold } from '../../db/queries/api-cases';
import { markRead, pageNotifications, type Reader } from '../../db/queries/api-notifications';
import type { Notification } from '../../db/queries/notifications';
import type { ApiDeps } from '../deps';
import type { Principal } from '../http/access';
import { problem } from '../http/problem';
import { queryBoolean } from '../http/query';
import { defineRoute, type Route } from '../http/route';
import { paged, pageQuery } from '../paging';
import { INSIDERS } from '../resources/authority';
import { textsOf } from '../resources/texts';
import { marked, marking, notificationList } from '../schemas/notification';
import { projectId } from '../schemas/parts';

const tags = ['Notifications'];
const READERS = [...INSIDERS, 'resident'] as const;
const byHandler = { byHandler: 'the inbox has only what is of the caller’s projects' } as const;

/** The caller's inbox. Acknowledging an escalation itself is a command of its case. */
export function notificationRoutes(deps: ApiDeps): Route[] {
  return [list(deps), mark(deps, 'read'), mark(deps, 'acknowledged')];
}

function list(deps: ApiDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/notifications',
    operationId: 'listNotifications',
    summary: 'My inbox: what was sent to me, and to my role while nobody held it',
    tags,
    access: { roles: READERS, project: { in: 'query', name: 'project' } },
    query: z.strictObject({
      ...pageQuery,
      to: z.literal('me').default('me'),
      unread: queryBoolean().optional(),
      case: z.string().max(20).optional(),
      project: projectId.optional(),
    }),
    responses: { 200: { description: 'One page, newest first', schema: notificationList } },
    problems: ['invalid-cursor', 'not-found'],
    handler: async ({ query: { limit, cursor, unread, case: text, project } }, { principal, now }) => {
      const reader = await readerOf(deps, principal);
      const caseNo = text === undefined ? undefined : parseCaseNumber(text);
      if (caseNo === null) throw problem('not-found');
      const filter = { unread, caseNo, project };
      const body = await paged(
        deps,
        { cursor, list: ['notifications', reader, filter], now },
        async (from) => {
          const page = await pageNotifications(deps.database.db, { reader, filter, limit, cursor: from });
          return { ...page, items: await views(deps, page.items) };
        },
        (view) => view,
      );
      return { status: 200, body };
    },
  });
}

function mark(deps: ApiDeps, as: 'read' | 'acknowledged'): Route {
  const isRead = as === 'read';
  return defineRoute({
    method: 'POST',
    path: isRead ? '/api/v1/notifications/read' : '/api/v1/notifications/acknowledge',
    operationId: isRead ? 'markNotificationsRead' : 'acknowledgeNotifications',
    summary: isRead ? 'I have read them' : 'I have read and understood them',
    description: 'The first time counts, so the request can be repeated.',
    tags,
    access: { roles: READERS, project: byHandler },
    body: marking,
    idempotent: false,
    responses: { 200: { description: 'Which of them are in the inbox', schema: marked } },
    problems: [],
    handler: async ({ body }, { principal, now }) => {
      const reader = await readerOf(deps, principal);
      const ids = [...new Set(body.ids)];
      const found = new Set(await markRead(deps.database.db, reader, ids, { as, at: now }));
      const [known, unknown] = [ids.filter((id) => found.has(id)), ids.filter((id) => !found.has(id))];
      return { status: 200, body: { marked: known, unknown } };
    },
  });
}

async function readerOf(deps: ApiDeps, principal: Principal): Promise<Reader> {
  const { projects, role, householdId } = principal;
  if (role !== 'resident') return { projects, role, person: principal.kind === 'staff' ? principal.id : null };
  const home = householdId === undefined ? null : await findHousehold(deps.database.db, householdId);
  if (!home) throw problem('not-found');
  return { projects, roomIndex: home.roomIndex };
}

async function views(deps: ApiDeps, items: readonly Notification[]) {
  const texts = await textsOf(
    deps,
    items.map(({ textRef }) => textRef),
  );
  const iso = (instant: number | null): string | null => (instant === null ? null : isoOf(instant));
  return items.map((item) => ({
    id: item.id,
    case: item.caseNo,
    seq: item.seq,
    project: item.project,
    mode: item.mode,
    template: item.template,
    args: { ...item.args },
    urgent: item.urgent,
    obligation: item.obligation,
    role: item.role,
    skipped: [...item.skipped],
    unclaimed: item.recipient === null,
    text: item.textRef === null ? null : (texts.get(item.textRef) ?? null),
    sentAt: isoOf(item.sentAt),
    readAt: iso(item.readAt),
    acknowledgedAt: iso(item.acknowledgedAt),
  }));
}
