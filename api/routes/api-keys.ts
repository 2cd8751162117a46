import { z } from 'zod';
import { pageKeys, type KeyFilter } from '../../db/queries/api-keys';
import type { ApiDeps } from '../deps';
import { queryBoolean } from '../http/query';
import { defineRoute, type Route } from '../http/route';
import { paged, pageQuery } from '../paging';
import { APPOINTERS } from '../resources/authority';
import { keyView, makeKey, revoke, visibleKey } from '../resources/keys';
import { apiKey, keyList, madeKey, newKey } from '../schemas/keys';
import { subjectId } from '../schemas/parts';

const tags = ['API keys'];

/** Keys to this API. The key itself is shown once; its hash is never read. */
export function apiKeyRoutes(deps: ApiDeps): Route[] {
  return [list(deps), create(deps), revocation(deps)];
}

function list(deps: ApiDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/api-keys',
    operationId: 'listApiKeys',
    summary: 'Keys that reach no further than the caller’s projects',
    tags,
    access: { roles: APPOINTERS, project: { byHandler: 'lists keys within the projects of the caller' } },
    query: z.strictObject({ ...pageQuery, staff: subjectId.optional(), revoked: queryBoolean().optional() }),
    responses: { 200: { description: 'One page, newest first', schema: keyList } },
    problems: ['invalid-cursor'],
    handler: async ({ query: { limit, cursor, ...wanted } }, { principal, now }) => {
      const filter: KeyFilter = { ...wanted, projects: principal.projects };
      const body = await paged(
        deps,
        { cursor, list: ['api-keys', { ...filter }], now },
        (from) => pageKeys(deps.database.db, { filter, limit, cursor: from }),
        keyView,
      );
      return { status: 200, body };
    },
  });
}

function create(deps: ApiDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/api-keys',
    operationId: 'createApiKey',
    summary: 'A key for a person, a machine or a resident',
    description:
      'Its role and projects lie within the authority of the caller. A repeated request makes another key, for the first one can’t be shown again: revoke what was lost.',
    tags,
    access: { roles: APPOINTERS, project: { in: 'body', name: 'projects' } },
    body: newKey,
    examples: {
      person: { label: 'front-desk-2', role: 'customer_service', projects: ['lakeside'], staff: 's-4f0c2a917be35d60' },
      machine: {
        label: 'lift-alarms',
        role: 'engineering',
        projects: ['lakeside'],
        expiresAt: '2027-01-01T00:00:00+08:00',
      },
    },
    idempotent: false,
    responses: { 201: { description: 'The key, this once', schema: madeKey } },
    problems: ['beyond-your-authority', 'role-not-held', 'instant-not-ahead'],
    handler: async ({ body }, { principal, now }) => {
      const { id, plain } = await makeKey(deps, { principal, now }, body);
      return { status: 201, body: { key: plain, apiKey: keyView(await visibleKey(deps, principal, id)) } };
    },
  });
}

function revocation(deps: ApiDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/api-keys/{id}/revoke',
    operationId: 'revokeApiKey',
    summary: 'Takes a key back, for ever',
    description: 'Felt everywhere within two seconds, and by open streams within ten.',
    tags,
    access: { roles: APPOINTERS, project: { byHandler: 'found only within the projects of the caller' } },
    params: z.strictObject({ id: subjectId }),
    idempotent: false,
    responses: { 200: { description: 'As it is now', schema: apiKey } },
    problems: ['beyond-your-authority'],
    handler: async ({ params: { id } }, { principal, now }) => {
      await revoke(deps, { principal, now }, id);
      return { status: 200, body: keyView(await visibleKey(deps, principal, id)) };
    },
  });
}
