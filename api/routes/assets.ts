import { z } from 'zod';
import { isoOf } from '../../domain/instant';
import { assetFile as fileOf, listAssets, type AssetFileEntry } from '../../db/queries/assets';
import type { ApiDeps } from '../deps';
import { defineRoute, type Route } from '../http/route';
import { paged, pageQuery } from '../paging';
import { alterAsset, createAsset, removeAsset, visibleAsset } from '../resources/assets';
import { INSIDERS, PLANNERS } from '../resources/authority';
import { asset, assetChange, assetFile, assetList, assetState, newAsset } from '../schemas/assets';
import { departmentId, projectId } from '../schemas/parts';
import { buildingName } from '../schemas/places';

const tags = ['Assets'];
const params = z.strictObject({ id: departmentId });
const byHandler = { byHandler: 'the project is known with the asset' } as const;

/** The ledger (台账) of what is looked after, and the file of each: every case and every change. */
export function assetRoutes(deps: ApiDeps): Route[] {
  return [list(deps), one(deps), file(deps), create(deps), change(deps), remove(deps)];
}

function list(deps: ApiDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/assets',
    operationId: 'listAssets',
    summary: 'Lifts, pumps, doors and whatever else is looked after',
    tags,
    access: { roles: INSIDERS, project: { in: 'query', name: 'project' } },
    query: z.strictObject({
      ...pageQuery,
      project: projectId.optional(),
      kind: departmentId.optional(),
      building: buildingName.optional(),
      zone: departmentId.optional(),
      state: assetState.optional(),
    }),
    responses: { 200: { description: 'One page, by id', schema: assetList } },
    problems: ['invalid-cursor'],
    handler: async ({ query: { limit, cursor, project, ...wanted } }, { principal, now }) => {
      const filter = { ...wanted, projects: project === undefined ? principal.projects : [project] };
      const body = await paged(
        deps,
        { cursor, list: ['assets', filter], now },
        (from) => listAssets(deps.database.db, { filter, limit, cursor: from }),
        (row) => row,
      );
      return { status: 200, body };
    },
  });
}

function one(deps: ApiDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/assets/{id}',
    operationId: 'getAsset',
    summary: 'One asset',
    tags,
    access: { roles: INSIDERS, project: byHandler },
    params,
    responses: { 200: { description: 'The asset', schema: asset } },
    problems: [],
    handler: async ({ params: { id } }, { principal }) => ({
      status: 200,
      body: await visibleAsset(deps, principal, id),
    }),
  });
}

function file(deps: ApiDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/assets/{id}/file',
    operationId: 'getAssetFile',
    summary: 'The file of an asset: every case about it and every change of its entry, newest first',
    tags,
    access: { roles: INSIDERS, project: byHandler },
    params,
    query: z.strictObject(pageQuery),
    responses: { 200: { description: 'One page', schema: assetFile } },
    problems: ['invalid-cursor'],
    handler: async ({ params: { id }, query: { limit, cursor } }, { principal, now }) => {
      const found = await visibleAsset(deps, principal, id);
      const body = await paged(
        deps,
        { cursor, list: ['asset-file', id], now },
        (from) => fileOf(deps.database.db, found, { limit, cursor: from }),
        entryView,
      );
      return { status: 200, body };
    },
  });
}

const entryView = ({ at, closedAt, ...rest }: AssetFileEntry) => ({
  ...rest,
  at: isoOf(at),
  closedAt: closedAt === null ? null : isoOf(closedAt),
});

function create(deps: ApiDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/assets',
    operationId: 'createAsset',
    summary: 'Adds an asset to the ledger',
    description: 'Once a project has any, cases can only be about those it has.',
    tags,
    access: { roles: PLANNERS, project: { in: 'body', name: 'project' } },
    body: newAsset,
    examples: {
      lift: {
        ...{ id: 'lift-3-2', project: 'lakeside', kind: 'lift', name: '3 栋 2 单元电梯', building: '3', unit: '2' },
        inServiceSince: '2016-05-01',
      },
    },
    idempotent: true,
    responses: { 201: { description: 'It is in the ledger', schema: asset, headers: { Location: 'Where it is' } } },
    problems: ['conflict', 'code-unknown'],
    handler: async ({ body, idempotency }, { principal, now }) => {
      const id = await createAsset(deps, { principal, now, idempotency }, body);
      const headers = { Location: `/api/v1/assets/${id}` };
      return { status: 201, headers, body: await visibleAsset(deps, principal, id) };
    },
  });
}

function change(deps: ApiDeps): Route {
  return defineRoute({
    method: 'PATCH',
    path: '/api/v1/assets/{id}',
    operationId: 'changeAsset',
    summary: 'Changes what is named',
    description: 'A state takes one that was removed back into the ledger.',
    tags,
    access: { roles: PLANNERS, project: byHandler },
    params,
    body: assetChange,
    examples: { broken: { state: 'out-of-service' } },
    responses: { 200: { description: 'As it is now', schema: asset } },
    problems: ['code-unknown'],
    handler: async ({ params: { id }, body }, { principal, now }) => ({
      status: 200,
      body: await alterAsset(deps, { principal, now }, id, body),
    }),
  });
}

function remove(deps: ApiDeps): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/api/v1/assets/{id}',
    operationId: 'removeAsset',
    summary: 'Takes an asset out of the ledger',
    description: 'Its file stays. With open cases about it: 409 with their numbers.',
    tags,
    access: { roles: PLANNERS, project: byHandler },
    params,
    responses: { 200: { description: 'As it is now', schema: asset } },
    problems: ['asset-in-use'],
    handler: async ({ params: { id } }, { principal, now }) => ({
      status: 200,
      body: await removeAsset(deps, { principal, now }, id),
    }),
  });
}
