import { z } from 'zod';
import { MANAGERS } from '../../domain/actor';
import { isoOf } from '../../domain/instant';
import { listDepartments, listProjects, type Project } from '../../db/queries/directory';
import type { ApiDeps } from '../deps';
import { problem } from '../http/problem';
import { defineRoute, type Route } from '../http/route';
import { APPOINTERS, EVERYBODY } from '../resources/authority';
import { alterProject, createProject } from '../resources/places';
import { project, projectList } from '../schemas/directory';
import { newProject, projectChange } from '../schemas/places';
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
      handler: async ({ params }) => ({ status: 200, body: await projectNow(deps, params.project) }),
    }),
    create(deps),
    change(deps),
  ];
}

function create(deps: ApiDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/projects',
    operationId: 'createProject',
    summary: 'Takes another project on',
    description: 'For those who see every project. The id is part of keys and addresses, and stays.',
    tags: ['Directory'],
    access: { roles: MANAGERS, project: { byHandler: 'there is none yet; only who sees all may add one' } },
    body: newProject,
    examples: { hill: { id: 'hillside', name: '山景苑', zone: 'Asia/Shanghai' } },
    idempotent: true,
    responses: { 201: { description: 'It is there', schema: project, headers: { Location: 'Where it is' } } },
    problems: ['beyond-your-authority', 'conflict'],
    handler: async ({ body, idempotency }, { principal, now }) => {
      await createProject(deps, { principal, now, idempotency }, body);
      const headers = { Location: `/api/v1/projects/${body.id}` };
      return { status: 201, headers, body: await projectNow(deps, body.id) };
    },
  });
}

function change(deps: ApiDeps): Route {
  return defineRoute({
    method: 'PATCH',
    path: '/api/v1/projects/{project}',
    operationId: 'changeProject',
    summary: 'Name and time zone of a project',
    description: 'Cases that run keep the zone they began with; rosters follow at once.',
    tags: ['Directory'],
    access: { roles: APPOINTERS, project: { in: 'params', name: 'project' } },
    params: z.strictObject({ project: projectId }),
    body: projectChange,
    responses: { 200: { description: 'As it is now', schema: project } },
    problems: [],
    handler: async ({ params, body }, { principal, now }) => {
      const changed = await alterProject(deps, { principal, now }, params.project, body);
      return { status: 200, body: await projectView(deps, changed) };
    },
  });
}

async function projectNow(deps: ApiDeps, id: string) {
  const [found] = await listProjects(deps.database.db, [id]);
  if (!found) throw problem('not-found');
  return projectView(deps, found);
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
