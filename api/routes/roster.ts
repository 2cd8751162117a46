import { z } from 'zod';
import { DAY } from '../../domain/instant';
import { substitutionById } from '../../db/queries/roster-write';
import type { ApiDeps } from '../deps';
import { invalidRequest, problem } from '../http/problem';
import { defineRoute, type Route } from '../http/route';
import { INSIDERS, PLANNERS } from '../resources/authority';
import {
  addLine,
  addSubstitute,
  changeLine,
  dutyView,
  gapsView,
  lineNow,
  removeLine,
  removeSubstitute,
  resetDay,
  rosterViewOf,
  setDay,
  substituteView,
} from '../resources/roster';
import { projectId, subjectId } from '../schemas/parts';
import { localDate } from '../schemas/places';
import {
  dayInput,
  dutyNow,
  rosterGaps,
  rosterLineInput,
  rosterLineView,
  rosterView,
  substitute,
  substituteInput,
} from '../schemas/roster';
import { instant } from '../schemas/text';

const tags = ['Roster'];
const project = { in: 'params', name: 'project' } as const;
const ofProject = z.strictObject({ project: projectId });
const ofThing = z.strictObject({ project: projectId, id: subjectId });
const ofDay = z.strictObject({ project: projectId, id: subjectId, date: localDate });
const ROSTER = '/api/v1/projects/{project}/roster';
const LINE = `${ROSTER}/lines/{id}`;
const reading = { roles: INSIDERS, project };
const planning = { roles: PLANNERS, project };
const line = { 200: { description: 'The line as it is now', schema: rosterLineView } } as const;
const whole = { 200: { description: 'The roster as it is now', schema: rosterView } } as const;
/** Gaps are computed, shift by shift. */
const LOOK_MAX = 62 * DAY;

/** Who works when: shifts, single days, stand-ins. A role without any line is always on duty. */
export function rosterRoutes(deps: ApiDeps): Route[] {
  return [
    ...[show(deps), now(deps), gaps(deps)],
    ...[addLineRoute(deps), changeLineRoute(deps), endLineRoute(deps), setDayRoute(deps), resetDayRoute(deps)],
    ...[addSubstituteRoute(deps), endSubstituteRoute(deps)],
  ];
}

function show(deps: ApiDeps): Route {
  return defineRoute({
    method: 'GET',
    path: ROSTER,
    operationId: 'getRoster',
    summary: 'Shifts, single days and stand-ins of the project',
    tags,
    access: reading,
    params: ofProject,
    responses: whole,
    problems: [],
    handler: async ({ params }, context) => ({
      status: 200,
      body: await rosterViewOf(deps, params.project, context.now),
    }),
  });
}

function now(deps: ApiDeps): Route {
  return defineRoute({
    method: 'GET',
    path: `${ROSTER}/now`,
    operationId: 'getDutyNow',
    summary: 'Who is on duty, until when, and where nobody is',
    description: 'With `at`: at that instant; of the past as the roster was then.',
    tags,
    access: reading,
    params: ofProject,
    query: z.strictObject({ at: instant().optional() }),
    responses: { 200: { description: 'Those on duty', schema: dutyNow } },
    problems: [],
    handler: async ({ params, query }, context) => ({
      status: 200,
      body: await dutyView(deps, params.project, query.at ?? context.now),
    }),
  });
}

function gaps(deps: ApiDeps): Route {
  return defineRoute({
    method: 'GET',
    path: `${ROSTER}/gaps`,
    operationId: 'listRosterGaps',
    summary: 'Where nobody of a rostered role or post is on duty, and where several are',
    description: 'At most 62 days. Overlaps are allowed; they are listed so that nobody is planned twice by mistake.',
    tags,
    access: reading,
    params: ofProject,
    query: z.strictObject({ from: instant(), to: instant() }),
    responses: { 200: { description: 'By role and post, in time', schema: rosterGaps } },
    problems: [],
    handler: async ({ params, query: { from, to } }, context) => {
      if (to <= from || to - from > LOOK_MAX) {
        throw invalidRequest([
          { parameter: 'to', in: 'query', code: 'out-of-range', expected: 'after from, by 62 days at most' },
        ]);
      }
      return { status: 200, body: await gapsView(deps, params.project, { from, to, asOf: context.now }) };
    },
  });
}

function addLineRoute(deps: ApiDeps): Route {
  return defineRoute({
    method: 'POST',
    path: `${ROSTER}/lines`,
    operationId: 'addRosterLine',
    summary: 'A shift of somebody, week after week',
    description:
      'From the first day of its first line on a role is rostered: then only those whose shift it is are on duty in it.',
    tags,
    access: planning,
    params: ofProject,
    body: rosterLineInput,
    examples: {
      night: {
        ...{ staff: 'engineer-1', role: 'engineering', post: 'lift-repair', from: '20:00', to: '08:00' },
        ...{ weekdays: [1, 2, 3, 4, 5, 6, 7], firstDay: '2026-12-01' },
      },
    },
    idempotent: true,
    responses: { 201: { description: 'It counts', schema: rosterLineView } },
    problems: ['role-not-held', 'code-unknown'],
    handler: async ({ params, body, idempotency }, { principal, now: at }) => {
      const id = await addLine(deps, { principal, now: at, idempotency }, params.project, body);
      return { status: 201, body: await lineNow(deps, { project: params.project, id }) };
    },
  });
}

function changeLineRoute(deps: ApiDeps): Route {
  return defineRoute({
    method: 'PUT',
    path: LINE,
    operationId: 'changeRosterLine',
    summary: 'Another shift in the place of this one, from now on',
    description: 'Who was on duty before stays known.',
    tags,
    access: planning,
    params: ofThing,
    body: rosterLineInput,
    responses: line,
    problems: ['role-not-held', 'code-unknown', 'conflict'],
    handler: async ({ params, body }, { principal, now: at }) => {
      await changeLine(deps, { principal, now: at }, params, body);
      return { status: 200, body: await lineNow(deps, params) };
    },
  });
}

function endLineRoute(deps: ApiDeps): Route {
  return defineRoute({
    method: 'DELETE',
    path: LINE,
    operationId: 'endRosterLine',
    summary: 'The shift counts no more, from now on',
    tags,
    access: planning,
    params: ofThing,
    responses: whole,
    problems: [],
    handler: async ({ params }, { principal, now: at }) => {
      await removeLine(deps, { principal, now: at }, params);
      return { status: 200, body: await rosterViewOf(deps, params.project, at) };
    },
  });
}

function setDayRoute(deps: ApiDeps): Route {
  return defineRoute({
    method: 'PUT',
    path: `${LINE}/days/{date}`,
    operationId: 'setRosterDay',
    summary: 'Another time, or no shift, on a single day',
    tags,
    access: planning,
    params: ofDay,
    body: dayInput,
    examples: { off: { shift: null }, late: { shift: { from: '14:00', to: '22:00' } } },
    responses: whole,
    problems: [],
    handler: async ({ params, body }, { principal, now: at }) => {
      await setDay(deps, { principal, now: at }, params, body);
      return { status: 200, body: await rosterViewOf(deps, params.project, at) };
    },
  });
}

function resetDayRoute(deps: ApiDeps): Route {
  return defineRoute({
    method: 'DELETE',
    path: `${LINE}/days/{date}`,
    operationId: 'resetRosterDay',
    summary: 'The day is as always again',
    tags,
    access: planning,
    params: ofDay,
    responses: whole,
    problems: [],
    handler: async ({ params }, { principal, now: at }) => {
      await resetDay(deps, { principal, now: at }, params);
      return { status: 200, body: await rosterViewOf(deps, params.project, at) };
    },
  });
}

function addSubstituteRoute(deps: ApiDeps): Route {
  return defineRoute({
    method: 'POST',
    path: `${ROSTER}/substitutes`,
    operationId: 'addSubstitute',
    summary: 'Somebody stands in for somebody else for a while',
    description: 'In the roles that both of them hold. At most one person stands in for another at a time.',
    tags,
    access: planning,
    params: ofProject,
    body: substituteInput,
    examples: {
      sick: {
        ...{ staff: 'engineer-1', by: 'engineer-2' },
        ...{ from: '2026-12-01T08:00:00+08:00', to: '2026-12-04T08:00:00+08:00' },
      },
    },
    idempotent: true,
    responses: { 201: { description: 'It counts', schema: substitute } },
    problems: ['role-not-held', 'conflict'],
    handler: async ({ params, body, idempotency }, { principal, now: at }) => {
      const id = await addSubstitute(deps, { principal, now: at, idempotency }, params.project, body);
      const found = await substitutionById(deps.database.db, id);
      if (!found) throw problem('not-found');
      return { status: 201, body: substituteView(found) };
    },
  });
}

function endSubstituteRoute(deps: ApiDeps): Route {
  return defineRoute({
    method: 'DELETE',
    path: `${ROSTER}/substitutes/{id}`,
    operationId: 'endSubstitute',
    summary: 'He stands in no more, from now on',
    tags,
    access: planning,
    params: ofThing,
    responses: whole,
    problems: [],
    handler: async ({ params }, { principal, now: at }) => {
      await removeSubstitute(deps, { principal, now: at }, params);
      return { status: 200, body: await rosterViewOf(deps, params.project, at) };
    },
  });
}
