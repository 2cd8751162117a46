import { z } from 'zod';
import { isoOf } from '../../domain/instant';
import { NAMED_LISTS, type NamedList } from '../../db/queries/named-lists';
import { projectDays } from '../../db/queries/projects';
import type { ApiDeps } from '../deps';
import { problem } from '../http/problem';
import { defineRoute, type Route } from '../http/route';
import { APPOINTERS, INSIDERS, PLANNERS } from '../resources/authority';
import { entriesOf, putEntry, retireEntry, setDays, setTiesIn, tiesIn } from '../resources/places';
import { departmentId, projectId, subjectId } from '../schemas/parts';
import {
  listOf,
  namedEntry,
  namedInput,
  projectDaysInput,
  projectDaysView,
  staffTies,
  zoneEntry,
  zoneInput,
} from '../schemas/places';

const tags = ['Directory'];
const project = { in: 'params', name: 'project' } as const;
const ofProject = z.strictObject({ project: projectId });
const ofEntry = z.strictObject({ project: projectId, id: departmentId });
const ofMember = z.strictObject({ project: projectId, staff: subjectId });

/** How each list is called in addresses and in the document. */
const PATHS = { department: 'departments', post: 'posts', skill: 'skills', zone: 'zones' } as const;
const ABOUT = {
  department: 'departments (部门)',
  post: 'posts (岗位)',
  skill: 'skills and certificates',
  zone: 'zones (片区): a building is in one at most',
} as const;

/** What there is in a project to be worked at and by: departments, posts, skills, zones, its calendar. */
export function placeRoutes(deps: ApiDeps): Route[] {
  return [
    ...NAMED_LISTS.flatMap((list) => [listRoute(deps, list), putRoute(deps, list), retireRoute(deps, list)]),
    ...[showDays(deps), changeDays(deps), showTies(deps), changeTies(deps)],
  ];
}

const nameOf = (verb: string, list: NamedList) => `${verb}${list.charAt(0).toUpperCase()}${list.slice(1)}`;
const entryOf = (list: NamedList) => (list === 'zone' ? zoneEntry : namedEntry);

function listRoute(deps: ApiDeps, list: NamedList): Route {
  return defineRoute({
    method: 'GET',
    path: `/api/v1/projects/{project}/${PATHS[list]}`,
    operationId: `${nameOf('list', list)}s`,
    summary: `The project's ${ABOUT[list]}`,
    tags,
    access: { roles: INSIDERS, project },
    params: ofProject,
    responses: {
      200: {
        description: 'All of them by id, retired ones too',
        schema: listOf(entryOf(list), `${list === 'zone' ? 'Zone' : 'NamedEntry'}List`),
      },
    },
    problems: [],
    handler: async ({ params }, { now }) => {
      const items = await entriesOf(deps.database.db, list, params.project);
      return { status: 200, body: { items, total: items.length, asOf: isoOf(now) } };
    },
  });
}

function putRoute(deps: ApiDeps, list: NamedList): Route {
  return defineRoute({
    method: 'PUT',
    path: `/api/v1/projects/{project}/${PATHS[list]}/{id}`,
    operationId: nameOf('put', list),
    summary: `Adds or changes one of the project's ${ABOUT[list]}`,
    description: 'The id is the word that cases, policies and rosters use. One that was retired is in use again.',
    tags,
    access: { roles: APPOINTERS, project },
    params: ofEntry,
    body: list === 'zone' ? zoneInput : namedInput,
    responses: { 200: { description: 'As it is now', schema: entryOf(list) } },
    problems: list === 'zone' ? ['building-in-zone'] : [],
    handler: async ({ params, body }, { principal, now }) => {
      await putEntry(deps, { principal, now }, { list, ...params }, body);
      return { status: 200, body: await entry(deps, list, params) };
    },
  });
}

function retireRoute(deps: ApiDeps, list: NamedList): Route {
  return defineRoute({
    method: 'DELETE',
    path: `/api/v1/projects/{project}/${PATHS[list]}/{id}`,
    operationId: nameOf('retire', list),
    summary: `Retires one of the project's ${ABOUT[list]}`,
    description: 'Whoever has it keeps it, and what was written with it stays; nobody new is given it.',
    tags,
    access: { roles: APPOINTERS, project },
    params: ofEntry,
    responses: { 200: { description: 'As it is now', schema: entryOf(list) } },
    problems: [],
    handler: async ({ params }, { principal, now }) => {
      await retireEntry(deps, { principal, now }, { list, ...params });
      return { status: 200, body: await entry(deps, list, params) };
    },
  });
}

async function entry(deps: ApiDeps, list: NamedList, { project: of, id }: z.output<typeof ofEntry>) {
  const found = (await entriesOf(deps.database.db, list, of)).find((each) => each.id === id);
  if (!found) throw problem('not-found');
  return found;
}

function showDays(deps: ApiDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/projects/{project}/calendar',
    operationId: 'getProjectCalendar',
    summary: 'Holidays and working days of the project',
    tags,
    access: { roles: INSIDERS, project },
    params: ofProject,
    responses: { 200: { description: 'Those in force', schema: projectDaysView } },
    problems: [],
    handler: async ({ params }) => {
      const days = await projectDays(deps.database.db, params.project);
      return { status: 200, body: days ?? { version: 0, holidays: [], workdays: [] } };
    },
  });
}

function changeDays(deps: ApiDeps): Route {
  return defineRoute({
    method: 'PUT',
    path: '/api/v1/projects/{project}/calendar',
    operationId: 'setProjectCalendar',
    summary: 'Puts other holidays and working days in force',
    description:
      'For cases that begin from now on: they go before the days of the policy calendars. Running cases keep theirs. What is in force already is not published again.',
    tags,
    access: { roles: APPOINTERS, project },
    params: ofProject,
    body: projectDaysInput,
    examples: { nationalDay: { holidays: ['2026-10-01', '2026-10-02'], workdays: ['2026-10-10'] } },
    responses: { 200: { description: 'As they are now', schema: projectDaysView } },
    problems: [],
    handler: async ({ params, body }, { principal, now }) => {
      const version = await setDays(deps, { principal, now }, params.project, body);
      return { status: 200, body: { version, ...body } };
    },
  });
}

function showTies(deps: ApiDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/projects/{project}/staff/{staff}/ties',
    operationId: 'getStaffTies',
    summary: 'Post, skills and zones of a colleague in the project',
    tags,
    access: { roles: INSIDERS, project },
    params: ofMember,
    responses: { 200: { description: 'What he works at', schema: staffTies } },
    problems: [],
    handler: async ({ params }) => ({
      status: 200,
      body: await tiesIn(deps, params.staff, params.project),
    }),
  });
}

function changeTies(deps: ApiDeps): Route {
  return defineRoute({
    method: 'PUT',
    path: '/api/v1/projects/{project}/staff/{staff}/ties',
    operationId: 'setStaffTies',
    summary: 'Says at which post, with which skills and in which zones a colleague works',
    tags,
    access: { roles: PLANNERS, project },
    params: ofMember,
    body: staffTies,
    examples: { lifts: { post: 'lift-repair', skills: ['lift-certificate'], zones: ['east'] } },
    responses: { 200: { description: 'As it is now', schema: staffTies } },
    problems: ['code-unknown'],
    handler: async ({ params, body }, { principal, now }) => {
      await setTiesIn(deps, { principal, now }, params.staff, params.project, body);
      return { status: 200, body: await tiesIn(deps, params.staff, params.project) };
    },
  });
}
