import { z } from 'zod';
import { SUPERVISORS } from '../../domain/actor';
import type { ApiDeps } from '../deps';
import { defineRoute, type Route } from '../http/route';
import { handOverShift, previewShift } from '../resources/handovers';
import { handover, handoverInput, handoverPreview } from '../schemas/handovers';
import { projectId, subjectId } from '../schemas/parts';

const tags = ['Roster'];
const project = { in: 'params', name: 'project' } as const;
const params = z.strictObject({ project: projectId });

/** Shift change (交接班): open obligations move, what was not acknowledged or accepted is listed. */
export function handoverRoutes(deps: ApiDeps): Route[] {
  return [preview(deps), handOver(deps)];
}

function preview(deps: ApiDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/projects/{project}/handovers/preview',
    operationId: 'previewHandover',
    summary: 'What a hand-over of somebody would move, and what he leaves unacknowledged',
    tags,
    access: { roles: SUPERVISORS, project },
    params,
    query: z.strictObject({ from: subjectId }),
    responses: { 200: { description: 'What he owes here', schema: handoverPreview } },
    problems: [],
    handler: async ({ params: { project: of }, query: { from } }, { now }) => ({
      status: 200,
      body: await previewShift(deps, of, { from, now }),
    }),
  });
}

function handOver(deps: ApiDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/projects/{project}/handovers',
    operationId: 'handOverShift',
    summary: 'Moves what the outgoing person owes to the incoming one',
    description:
      'One `relieve` for each case in which he owes something: the case, its job and his promises become those of the incoming one, an offer goes to the next candidate, a part back to its department. One result each, as many as five seconds allow, 100 cases at most. Repeated, it moves what is still there. Escalations that were not acknowledged and parts that nobody accepted are listed.',
    tags,
    access: { roles: SUPERVISORS, project },
    params,
    body: handoverInput,
    examples: { shift: { from: 'clerk-1', to: 'clerk-2', reason: '早班交接' } },
    idempotent: true,
    responses: { 200: { description: 'What was moved, and what is left', schema: handover } },
    problems: ['staff-unknown', 'engine-unavailable', 'case-unreadable', 'database-unavailable'],
    handler: async ({ params: { project: of }, body, idempotency }, { principal, now }) => ({
      status: 200,
      body: await handOverShift(deps, { principal, now, idempotency }, of, body),
    }),
  });
}
