import { z } from 'zod';
import { isoOf } from '../../domain/instant';
import { listCadences } from '../../db/queries/cadences';
import type { ApiDeps } from '../deps';
import { defineRoute, type Route } from '../http/route';
import { paged, pageQuery } from '../paging';
import { INSIDERS } from '../resources/authority';
import { cadenceList } from '../schemas/cadences';
import { departmentId, projectId } from '../schemas/parts';
import { buildingName } from '../schemas/places';
import { code } from '../schemas/text';

/** How often recurring duties are done for an asset or a place, where a revision says otherwise than the standard. */
export function cadenceRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/cadences',
      operationId: 'listCadences',
      summary: 'Cadences of recurring duties that standard revisions have set, newest first',
      tags: ['Assets'],
      access: { roles: INSIDERS, project: { in: 'query', name: 'project' } },
      query: z.strictObject({
        ...pageQuery,
        project: projectId.optional(),
        duty: code().optional(),
        asset: departmentId.optional(),
        building: buildingName.optional(),
      }),
      responses: { 200: { description: 'One page', schema: cadenceList } },
      problems: ['invalid-cursor'],
      handler: async ({ query: { limit, cursor, project, ...wanted } }, { principal, now }) => {
        const filter = { ...wanted, projects: project === undefined ? principal.projects : [project] };
        const body = await paged(
          deps,
          { cursor, list: ['cadences', filter], now },
          (from) => listCadences(deps.database.db, { filter, limit, cursor: from }),
          ({ at, ...revised }) => ({ ...revised, at: isoOf(at) }),
        );
        return { status: 200, body };
      },
    }),
  ];
}
