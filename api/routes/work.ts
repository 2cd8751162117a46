import { z } from 'zod';
import { STAFF } from '../../domain/actor';
import { isoOf } from '../../domain/instant';
import { listCounts } from '../../db/queries/counts';
import { listWork, type WorkItem } from '../../db/queries/obligations';
import type { ApiDeps } from '../deps';
import { queryBoolean, queryList } from '../http/query';
import { defineRoute, type Route } from '../http/route';
import { paged, pageOf, pageQuery } from '../paging';
import { priority } from '../schemas/commands';
import { code, instant } from '../schemas/text';
import { workItem } from '../schemas/views';

const workCounts = z
  .object({ open: z.int(), overdue: z.int(), dueSoon: z.int(), paused: z.int() })
  .meta({ id: 'WorkCounts' });

/** The work list: what do I owe, what does my department owe, what is about to be missed; most urgent first. */
export function workRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/obligations',
      operationId: 'listObligations',
      summary: 'What is owed, most urgent first',
      tags: ['Work'],
      access: { roles: [...STAFF, 'quality'], project: { in: 'query', name: 'project' } },
      query: z.strictObject({
        ...pageQuery,
        project: code().optional(),
        owedBy: z.enum(['me', 'my-role', 'my-department', 'all']).meta({ id: 'OwedByFilter' }).default('me'),
        state: queryList(z.enum(['open', 'met', 'cancelled']).meta({ id: 'ObligationState' })).optional(),
        kind: queryList(code()).optional(),
        priority: queryList(priority).optional(),
        person: queryList(z.string().max(80)).optional(),
        department: queryList(code()).optional(),
        overdue: queryBoolean().optional(),
        dueBefore: instant().optional(),
        sort: z.enum(['dueAt']).meta({ id: 'WorkSort' }).default('dueAt'),
      }),
      responses: { 200: { description: 'One page', schema: pageOf(workItem, 'WorkList') } },
      problems: ['invalid-cursor', 'database-unavailable'],
      handler: async ({ query }, { principal, now }) => {
        const { role, department } = principal;
        const departments = department === null ? [] : [department];
        const mine = {
          me: { person: principal.id, roles: [role], departments },
          'my-role': { person: null, roles: [role], departments },
          // Whoever in the department owes it.
          'my-department': undefined,
          all: undefined,
        }[query.owedBy];
        const filter = {
          projects: query.project === undefined ? principal.projects : [query.project],
          owedBy: mine,
          states: query.state ?? (['open'] as const),
          kinds: query.kind,
          priorities: query.priority,
          persons: query.person,
          departments: query.owedBy === 'my-department' ? departments : query.department,
          overdue: query.overdue,
          dueBefore: query.dueBefore,
        };
        const body = await paged(
          deps,
          { cursor: query.cursor, list: ['obligations', { ...filter }], now },
          (cursor) => listWork(deps.database.db, { filter, limit: query.limit, cursor }),
          itemView,
        );
        return { status: 200, body };
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/lists/counts',
      operationId: 'countLists',
      summary: 'The numbers beside the lists',
      tags: ['Work'],
      access: { roles: [...STAFF, 'quality'], project: { in: 'query', name: 'project' } },
      query: z.strictObject({ project: code().optional() }),
      responses: {
        200: {
          description: 'The numbers now',
          schema: z
            .object({
              cases: z
                .object({ open: z.int(), overdue: z.int(), byStage: z.record(z.string(), z.int()) })
                .meta({ id: 'CaseCounts' }),
              mine: workCounts,
              all: workCounts,
              unread: z.int(),
              asOf: z.string(),
            })
            .meta({ id: 'ListCounts' }),
        },
      },
      problems: ['database-unavailable'],
      handler: async ({ query: { project } }, { principal, now }) => {
        const projects = project === undefined ? principal.projects : [project];
        const { id: person, role, department } = principal;
        const owedBy = { person, roles: [role], departments: department === null ? [] : [department] };
        const counts = await listCounts(deps.database.db, { projects, owedBy, asOf: now });
        return { status: 200, body: { ...counts, asOf: isoOf(now) } };
      },
    }),
  ];
}

function itemView(item: WorkItem) {
  const { id, kind, episode, owedBy, state, calendar, overdue, bornLate, ladder, rung, maxRung } = item;
  const iso = (instantMs: number | null) => (instantMs === null ? null : isoOf(instantMs));
  return {
    ...{ id, kind, episode, owedBy, state, calendar, overdue, bornLate, ladder, rung, maxRung },
    no: item.caseNo,
    project: item.project,
    priority: item.priority,
    urgent: item.urgent,
    start: isoOf(item.start),
    openedAt: isoOf(item.openedAt),
    windowFrom: iso(item.windowFrom),
    limitMs: item.limit,
    dueAt: isoOf(item.dueAt),
    dueBase: isoOf(item.dueBase),
    warnAt: iso(item.warnAt),
    nextAt: iso(item.nextAt),
    next: item.next,
    pausedSince: iso(item.pausedSince),
    missedAt: iso(item.missedAt),
    metAt: state === 'met' ? iso(item.endedAt) : null,
    lateMs: item.lateMs,
    case: item.case,
  };
}
