import { z } from 'zod';
import { STAFF } from '../../domain/actor';
import { termsOf } from '../../domain/book';
import { explain } from '../../domain/explain';
import { isoOf } from '../../domain/instant';
import { explainInWords } from '../../common/words';
import { CASE_SORTS, listCases, type CaseSummary } from '../../db/queries/cases';
import { journalPage } from '../../db/queries/journal-read';
import { admit, homeOf } from '../cases/admit';
import { stateOf } from '../families';
import { findAnywhere, type FoundCase } from '../cases/find';
import { timelineOf } from '../cases/timeline';
import { moveView, obligationsOf } from '../cases/views';
import type { ApiDeps } from '../deps';
import type { Principal } from '../http/access';
import { problem } from '../http/problem';
import { queryBoolean, queryInteger, queryList } from '../http/query';
import { defineRoute, type Route } from '../http/route';
import { paged, pageOf, pageQuery } from '../paging';
import { priority } from '../schemas/commands';
import { code } from '../schemas/text';
import { caseSummary, caseView, explanationView, obligationView, timelineEvent } from '../schemas/views';
import { replyWith } from './commands';

const READERS = [...STAFF, 'quality', 'resident'] as const;
const access = { roles: READERS, project: { byHandler: 'the project is known with the case' } } as const;
const params = z.strictObject({ no: z.string().max(20) });
const problems = [
  'not-found',
  'unknown-policy',
  'engine-unavailable',
  'case-unreadable',
  'database-unavailable',
] as const;
const tags = ['Cases'];

export function caseRoutes(deps: ApiDeps): Route[] {
  return [list(deps), one(deps), timeline(deps), obligations(deps), explanation(deps)];
}

/** The case, if it is there and his to see. */
export async function visible(deps: ApiDeps, no: string, principal: Principal): Promise<FoundCase> {
  const found = await findAnywhere(deps, no);
  await admit(deps, principal, found);
  return found;
}

function list(deps: ApiDeps): Route {
  const query = z.strictObject({
    ...pageQuery,
    project: code().optional(),
    stage: queryList(code()).optional(),
    priority: queryList(priority).optional(),
    type: queryList(code()).optional(),
    subtype: queryList(code()).optional(),
    owner: queryList(z.string().max(80)).optional(),
    building: queryList(z.string().max(40)).optional(),
    closed: queryBoolean().optional(),
    overdue: queryBoolean().optional(),
    sort: z.enum(CASE_SORTS).default('receivedAt').meta({ id: 'CaseSort' }),
    descending: queryBoolean().default(true),
  });
  return defineRoute({
    method: 'GET',
    path: '/api/v1/cases',
    operationId: 'listCases',
    summary: 'Cases of the projects one may see',
    tags,
    access: { roles: READERS, project: { in: 'query', name: 'project' } },
    query,
    responses: { 200: { description: 'One page', schema: pageOf(caseSummary, 'CaseList') } },
    problems: ['invalid-cursor', 'database-unavailable'],
    handler: async ({ query: asked }, { principal, now }) => {
      const { limit, cursor, project, sort, descending, ...wanted } = asked;
      const home = principal.role === 'resident' ? await homeOf(deps, principal) : undefined;
      const filter = {
        projects: project === undefined ? principal.projects : [project],
        stages: wanted.stage,
        priorities: wanted.priority,
        types: wanted.type,
        subtypes: wanted.subtype,
        owners: wanted.owner,
        buildings: wanted.building,
        closed: wanted.closed,
        overdue: wanted.overdue,
        ...(home === undefined ? {} : { roomIndexes: home === null ? [] : [home] }),
      };
      const body = await paged(
        deps,
        { cursor, list: ['cases', sort, descending, { ...filter }], now },
        (from) => listCases(deps.database.db, { filter, sort, descending, limit, cursor: from }),
        summaryView,
      );
      return { status: 200, body };
    },
  });
}

function one(deps: ApiDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/cases/{no}',
    operationId: 'getCase',
    summary: 'A case, its clocks, and what the caller can do with it now',
    tags,
    access,
    params,
    responses: { 200: { description: 'The case', schema: caseView, etag: true } },
    problems,
    handler: async ({ params: { no } }, { principal, now }) =>
      replyWith(deps, await visible(deps, no, principal), principal, now),
  });
}

function timeline(deps: ApiDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/cases/{no}/timeline',
    operationId: 'getCaseTimeline',
    summary: 'The journal: people, timers with their lateness, messages',
    tags,
    access,
    params,
    query: z.strictObject({
      after: queryInteger({ min: 0, max: Number.MAX_SAFE_INTEGER }).default(0),
      limit: queryInteger({ min: 1, max: 1000 }).default(200),
    }),
    responses: {
      200: {
        description: 'Events after `after`, ascending',
        schema: z
          .object({ items: z.array(timelineEvent), seq: z.int(), next: z.int().nullable() })
          .meta({ id: 'Timeline' }),
      },
    },
    problems,
    handler: async ({ params: { no }, query: { after, limit } }, { principal }) => {
      const found = await visible(deps, no, principal);
      const events = await journalPage(deps.database.db, found.no, { after, limit: limit + 1 });
      const page = events.slice(0, limit);
      const items = await timelineOf(deps, page, true);
      const next = events.length > limit ? (page.at(-1)?.seq ?? null) : null;
      return { status: 200, body: { items, seq: found.snapshot.state.seq, next } };
    },
  });
}

function obligations(deps: ApiDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/cases/{no}/obligations',
    operationId: 'listCaseObligations',
    summary: 'Every clock of the case, open ones first',
    tags,
    access,
    params,
    responses: {
      200: {
        description: 'The clocks',
        schema: z.object({ items: z.array(obligationView), seq: z.int() }).meta({ id: 'CaseObligations' }),
      },
    },
    problems,
    handler: async ({ params: { no } }, { principal, now }) => {
      const { snapshot } = await visible(deps, no, principal);
      return { status: 200, body: { items: obligationsOf(snapshot, now), seq: snapshot.state.seq } };
    },
  });
}

function explanation(deps: ApiDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/cases/{no}/obligations/{id}/explanation',
    operationId: 'explainObligation',
    summary: 'Why an obligation is due when it is, in numbers and in words',
    tags,
    access,
    params: z.strictObject({ no: z.string().max(20), id: z.string().max(200) }),
    responses: { 200: { description: 'The explanation', schema: explanationView } },
    problems,
    handler: async ({ params: { no, id } }, { principal }) => {
      const { snapshot } = await visible(deps, no, principal);
      const obligation = Object.hasOwn(snapshot.state.obligations, id) ? snapshot.state.obligations[id] : undefined;
      if (!obligation) throw problem('not-found');
      const policy = await deps.directory.policy(snapshot.state.policy.id, snapshot.state.policy.version);
      const { state } = snapshot;
      const terms = termsOf(stateOf(snapshot, policy), obligation);
      const explained = explain(obligation, terms, policy, state.priorityReason ?? null);
      return {
        status: 200,
        body: {
          ...{ obligation: explained.obligation, kind: explained.kind, policy: explained.policy },
          ...{ calendar: explained.calendar, zone: explained.zone, limitMs: explained.limit },
          priorityReason: explained.priorityReason,
          start: isoOf(explained.start),
          ran: explained.ran.map(({ from, to }) => ({ from: isoOf(from), to: isoOf(to) })),
          pauses: explained.pauses.map(({ from, to }) => ({ from: isoOf(from), to: to === null ? null : isoOf(to) })),
          moves: explained.moves.map(moveView),
          dueBase: isoOf(explained.dueBase),
          dueAt: explained.dueAt === null ? null : isoOf(explained.dueAt),
          words: { 'zh-CN': explainInWords(explained, 'zh-CN'), en: explainInWords(explained, 'en') },
        },
      };
    },
  });
}

function summaryView(row: CaseSummary) {
  const { no, project, family, mode, stage, waitingOn, type, subtype, priority: grade, level, owner } = row;
  return {
    ...{ no, project, family, mode, stage, waitingOn, type, subtype, priority: grade, level, owner },
    ...{ episode: row.episode, reopenCount: row.reopenCount, seq: row.seq, overdueCount: row.overdueCount },
    reportedAt: isoOf(row.reportedAt),
    receivedAt: isoOf(row.receivedAt),
    closedAt: row.closedAt === null ? null : isoOf(row.closedAt),
    nextDueAt: row.nextDueAt === null ? null : isoOf(row.nextDueAt),
    channel: row.record.channel,
    building: row.record.building,
    unit: row.record.unit,
    asset: row.record.asset,
    careColour: row.record.careColour,
  };
}
