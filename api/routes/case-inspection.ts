import { z } from 'zod';
import { FRONT_DESK, SUPERVISORS } from '../../domain/actor';
import { journalPage } from '../../db/queries/journal-read';
import { ERASED, readTexts } from '../../db/queries/vault';
import { decodedHistory } from '../cases/history';
import type { ApiDeps } from '../deps';
import { problem } from '../http/problem';
import { queryInteger } from '../http/query';
import { defineRoute, type Route } from '../http/route';
import { recordUnmask } from '../resources/unmasking';
import { contact, historyEvent } from '../schemas/views';
import { visible } from './cases';

const params = z.strictObject({ no: z.string().max(20) });

/** What only some may see of a case, and what is written down when they do. */
export function caseInspectionRoutes(deps: ApiDeps): Route[] {
  return [workflowHistory(deps), unmask(deps)];
}

function workflowHistory(deps: ApiDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/cases/{no}/workflow-history',
    operationId: 'getWorkflowHistory',
    summary: 'Temporal’s own events of the case, decoded',
    tags: ['Cases'],
    access: {
      roles: [...SUPERVISORS, 'quality', 'ops'],
      project: { byHandler: 'the project is known with the case' },
    },
    params,
    query: z.strictObject({
      after: queryInteger({ min: 0, max: Number.MAX_SAFE_INTEGER }).default(0),
      limit: queryInteger({ min: 1, max: 1000 }).default(500),
    }),
    responses: {
      200: {
        description: 'Events after `after`, ascending',
        schema: z
          .object({ items: z.array(historyEvent), total: z.int(), next: z.int().nullable() })
          .meta({ id: 'WorkflowHistory' }),
      },
    },
    problems: ['not-found', 'engine-unavailable', 'case-unreadable', 'database-unavailable'],
    handler: async ({ params: { no }, query: { after, limit } }, { principal }) => {
      const found = await visible(deps, no, principal);
      const history = await deps.engine.history(found.no);
      if (!history) throw problem('not-found');
      const events = history.events ?? [];
      const items = await decodedHistory({ events: events.slice(after, after + limit) }, deps.codec);
      const next = after + limit < events.length ? after + limit : null;
      return { status: 200, body: { items, total: events.length, next } };
    },
  });
}

function unmask(deps: ApiDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/cases/{no}/unmask',
    operationId: 'unmaskCaseContact',
    summary: 'Room, name and telephone of whoever reported it; needs a reason and is logged',
    tags: ['Cases'],
    access: {
      roles: [...FRONT_DESK, 'engineering', 'security'],
      project: { byHandler: 'the project is known with the case' },
    },
    params,
    body: z
      .strictObject({
        reason: z.enum(['call-back', 'visit', 'emergency', 'verification']).meta({ id: 'CaseUnmaskReason' }),
      })
      .meta({ id: 'UnmaskRequest' }),
    idempotent: false,
    responses: { 200: { description: 'The contact', schema: contact } },
    problems: ['unmask-budget-spent', 'not-found', 'engine-unavailable', 'case-unreadable', 'database-unavailable'],
    handler: async ({ params: { no }, body: { reason } }, { principal, now }) => {
      const found = await visible(deps, no, principal);
      const [opened] = await journalPage(deps.database.db, found.no, { after: 0, limit: 1 });
      const ref = opened?.type === 'received' ? opened.data.contact?.ref : undefined;
      const deed = { action: 'case.unmask', subject: `case/${found.no}`, project: found.project, details: { reason } };
      await recordUnmask(deps, { principal, now }, deed);
      const texts = await readTexts(deps.database.db, deps.sealer, ref === undefined ? [] : [ref]);
      return { status: 200, body: contactIn(ref === undefined ? undefined : texts.get(ref)) };
    },
  });
}

function contactIn(text: string | undefined) {
  if (text === ERASED) return { room: ERASED, name: ERASED, phone: ERASED };
  const known = JSON.parse(text ?? '{}') as Partial<Record<'room' | 'name' | 'phone', string>>;
  return { room: known.room ?? null, name: known.name ?? null, phone: known.phone ?? null };
}
