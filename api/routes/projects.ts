import { z } from 'zod';
import { isoOf } from '../../domain/instant';
import { listDepartments, listProjects, type Project } from '../../db/queries/directory';
import type { ApiDeps } from '../deps';
import { problem } from '../http/problem';
import { defineRoute, type Route } from '../http/route';
import { EVERYBODY } from '../resources/authority';
import { project, projectList } from '../schemas/directory';
import { projectId } from '../schemas/parts';

export function projectRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/projects',
      operationId: 'listProjects',
      summary: 'The projects one may see',
      tags: ['Directory'],
      access: { roles: EVERYBODY, project: { byHandler: 'lists the projects of the caller' } },
      responses: { 200: { description: 'All of them, by id', schema: projectList } },
      problems: [],
      handler: async (_request, { principal, now }) => {
        const found = await listProjects(deps.database.db, principal.projects);
        const items = await Promise.all(found.map((each) => projectView(deps, each)));
        return { status: 200, body: { items, total: items.length, asOf: isoOf(now) } };
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/projects/{project}',
      operationId: 'getProject',
      summary: 'A project, its time zone and departments',
      tags: ['Directory'],
      access: { roles: EVERYBODY, project: { in: 'params', name: 'project' } },
      params: z.strictObject({ project: projectId }),
      responses: { 200: { description: 'The project', schema: project } },
      problems: [],
      handler: async ({ params }) => {
        const [found] = await listProjects(deps.database.db, [params.project]);
        if (!found) throw problem('not-found');
        return { status: 200, body: await projectView(deps, found) };
      },
    }),
  ];
}

async function projectView(deps: ApiDeps, { id, name, zone }: Project) {
  const departments = await listDepartments(deps.database.db, id);
  return {
    id,
    name,
    zone,
    departments: departments.map((department) => ({ id: department.id, name: department.name })),
  };
}
