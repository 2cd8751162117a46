import { z } from 'zod';
import { STAFF, type Role } from '../../domain/actor';
import { DAY, isoOf } from '../../domain/instant';
import { isRefusal } from '../../domain/family';
import { snapshotOf } from '../../domain/projection';
import { listCases } from '../../db/queries/cases';
import { prepare, rehearse, startCase, type Intake, type Started, type StartRequest } from '../cases/start';
import { obligationsOf } from '../cases/views';
import type { ApiDeps } from '../deps';
import { queryBoolean } from '../http/query';
import { defineRoute, type Route } from '../http/route';
import { problemOf } from '../refusals';
import { FAMILIES } from '../families';
import type { Startable } from '../families/startable';
import type { NewReport } from '../schemas/report';
import { startedCase, startRehearsal } from '../schemas/views';

const REFUSALS = [
  ...([
    'not-found',
    'unknown-policy',
    'idempotency-mismatch',
    'engine-unavailable',
    'case-unreadable',
    'database-unavailable',
  ] as const),
  ...(['reported-in-future', 'reported-too-long-ago', 'asset-unknown'] as const),
];
/** Whoever may report something. */
const REPORTERS: readonly Role[] = [...STAFF, 'resident', 'quality'];
/** How far back a case of the same home may be what this one repeats. */
const DUPLICATES_WITHIN = 30 * DAY;

/** One route per family: `POST /api/v1/{complaints,repairs,…}`. */
export function startRoutes(deps: ApiDeps): Route[] {
  return FAMILIES.map((entry) => startRoute(deps, entry));
}

function startRoute(deps: ApiDeps, entry: Startable): Route {
  const { title, path } = entry;
  return defineRoute({
    method: 'POST',
    path: `/api/v1/${path}`,
    operationId: `start${title.charAt(0).toUpperCase()}${title.slice(1)}`,
    summary: `Takes a ${title}; answers as soon as it is durable`,
    description: 'With dryRun=true: its classification, clocks and possible duplicates; nothing is stored.',
    tags: ['Starts'],
    access: { roles: entry.startedBy ?? REPORTERS, project: { in: 'body', name: 'project' } },
    query: z.strictObject({ dryRun: queryBoolean().optional() }),
    body: entry.body,
    idempotent: true,
    responses: {
      200: { description: 'What would happen (dryRun)', schema: startRehearsal },
      201: { description: `The ${title} is durable`, schema: startedCase, headers: { Location: 'The case' } },
    },
    problems: [...REFUSALS, ...entry.refusals],
    handler: async ({ body, query, idempotency }, { principal, now }) => {
      // Parsed by this very schema; the dispatcher can't tell the compiler.
      const request = { entry, body: body as unknown as NewReport, principal, idempotency, now };
      if (query.dryRun) return { status: 200, body: await rehearsal(deps, request) };
      const started = await startCase(deps, request);
      const self = `/api/v1/cases/${started.no}`;
      return {
        status: 201,
        headers: { Location: self },
        body: startedView(deps, entry.family.name, started, self),
      };
    },
  });
}

function startedView(deps: ApiDeps, family: string, { no, project, reportedAt, receivedAt }: Started, self: string) {
  return {
    no,
    family,
    project,
    reportedAt: isoOf(reportedAt),
    receivedAt: isoOf(receivedAt),
    links: {
      self,
      timeline: `${self}/timeline`,
      obligations: `${self}/obligations`,
      workflow: workflowUrl(deps, no),
    },
  };
}

function workflowUrl({ temporalUiUrl, temporalNamespace }: ApiDeps, no: string): string | null {
  return temporalUiUrl === null ? null : `${temporalUiUrl}/namespaces/${temporalNamespace}/workflows/${no}`;
}

async function rehearsal(deps: ApiDeps, request: StartRequest) {
  const intake = await prepare(deps, request);
  const step = rehearse(intake);
  if (isRefusal(step)) throw problemOf(step);
  const { state } = step;
  return {
    events: step.events.map(({ type }) => ({ type })),
    obligations: obligationsOf(snapshotOf(state), request.now),
    type: state.type,
    subtype: state.subtype,
    priority: state.priority,
    level: state.level,
    departments: state.job ? [state.job.department] : Object.keys(state.parts),
    household: intake.home?.id ?? null,
    duplicates: await duplicatesOf(deps, intake, request.now),
  };
}

async function duplicatesOf(deps: ApiDeps, { common }: Intake, now: number) {
  const { roomIndex } = common.record;
  if (roomIndex === null) return [];
  const page = await listCases(deps.database.db, {
    filter: { projects: [common.project.id], roomIndexes: [roomIndex], receivedFrom: now - DUPLICATES_WITHIN },
    sort: 'receivedAt',
    descending: true,
    limit: 20,
  });
  return page.items.map(({ no, stage, subtype, receivedAt }) => ({
    no,
    stage,
    subtype,
    receivedAt: isoOf(receivedAt),
  }));
}
