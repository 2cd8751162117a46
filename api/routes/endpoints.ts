import { z } from 'zod';
import { isoOf } from '../../domain/instant';
import { listEndpoints } from '../../db/queries/addresses';
import type { ApiDeps } from '../deps';
import { defineRoute, type Route } from '../http/route';
import { APPOINTERS } from '../resources/authority';
import {
  alterEndpoint,
  createEndpoint,
  endpointView,
  removeEndpoint,
  renewSecret,
  visibleEndpoint,
} from '../resources/endpoints';
import { endpoint, endpointChange, endpointList, endpointWithSecret, newEndpoint } from '../schemas/delivery';
import { projectId, subjectId } from '../schemas/parts';

const tags = ['Deliveries'];
const params = z.strictObject({ id: subjectId });
const access = { roles: APPOINTERS, project: { byHandler: 'found only in the projects of the caller' } } as const;

/** Webhooks and group robots that a project’s messages are posted to. */
export function endpointRoutes(deps: ApiDeps): Route[] {
  return [list(deps), create(deps), change(deps), secret(deps), remove(deps)];
}

function list(deps: ApiDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/endpoints',
    operationId: 'listEndpoints',
    summary: 'Webhooks and robots; their addresses and secrets are never shown',
    tags,
    access: { roles: APPOINTERS, project: { in: 'query', name: 'project' } },
    query: z.strictObject({ project: projectId.optional() }),
    responses: { 200: { description: 'All of them, by project and id', schema: endpointList } },
    problems: [],
    handler: async ({ query: { project } }, { principal, now }) => {
      const projects = project === undefined ? principal.projects : [project];
      const items = (await listEndpoints(deps.database.db, projects)).map(endpointView);
      return { status: 200, body: { items, total: items.length, asOf: isoOf(now) } };
    },
  });
}

function create(deps: ApiDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/endpoints',
    operationId: 'createEndpoint',
    summary: 'A webhook, or the robot of a group',
    description: 'The secret of a webhook is made here and shown this once: a repeated request answers without it.',
    tags,
    access: { roles: APPOINTERS, project: { in: 'body', name: 'project' } },
    body: newEndpoint,
    examples: {
      webhook: { project: 'lakeside', kind: 'webhook', label: 'ERP', url: 'https://erp.example.com/guanjia' },
      robot: {
        ...{ project: 'lakeside', kind: 'dingtalk', label: '工程群', department: 'engineering' },
        ...{ url: 'https://oapi.dingtalk.com/robot/send?access_token=…', secret: 'SEC…' },
      },
    },
    idempotent: true,
    responses: { 201: { description: 'As it is kept', schema: endpointWithSecret } },
    problems: ['address-refused', 'secret-not-chosen'],
    handler: async ({ body, idempotency }, { principal, now }) => {
      const made = await createEndpoint(deps, { principal, now, idempotency }, body);
      const found = await visibleEndpoint(deps.database.db, principal, made.id);
      return { status: 201, body: { endpoint: endpointView(found), secret: made.secret } };
    },
  });
}

function change(deps: ApiDeps): Route {
  return defineRoute({
    method: 'PATCH',
    path: '/api/v1/endpoints/{id}',
    operationId: 'changeEndpoint',
    summary: 'Another address, or that nothing is posted for now',
    tags,
    access,
    params,
    body: endpointChange,
    examples: { off: { active: false } },
    responses: { 200: { description: 'As it is now', schema: endpoint } },
    problems: ['address-refused', 'secret-not-chosen'],
    handler: async ({ params: { id }, body }, { principal, now }) => {
      await alterEndpoint(deps, { principal, now }, id, body);
      return { status: 200, body: endpointView(await visibleEndpoint(deps.database.db, principal, id)) };
    },
  });
}

function secret(deps: ApiDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/endpoints/{id}/secret',
    operationId: 'renewEndpointSecret',
    summary: 'Another secret for a webhook, shown this once',
    description: 'The former one signs nothing from then on. A repeated request makes another.',
    tags,
    access,
    params,
    idempotent: false,
    responses: { 200: { description: 'The webhook and its secret', schema: endpointWithSecret } },
    problems: ['secret-not-chosen'],
    handler: async ({ params: { id } }, { principal, now }) => {
      const made = await renewSecret(deps, { principal, now }, id);
      const found = await visibleEndpoint(deps.database.db, principal, id);
      return { status: 200, body: { endpoint: endpointView(found), secret: made } };
    },
  });
}

function remove(deps: ApiDeps): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/api/v1/endpoints/{id}',
    operationId: 'removeEndpoint',
    summary: 'Takes it away, with its address and secret',
    description: 'Said again, it changes nothing. Receipts of what was sent there stay.',
    tags,
    access,
    params,
    responses: { 204: { description: 'It is gone' } },
    problems: [],
    handler: async ({ params: { id } }, { principal, now }) => {
      await removeEndpoint(deps, { principal, now }, id);
      return { status: 204 };
    },
  });
}
