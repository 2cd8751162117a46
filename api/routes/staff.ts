import { z } from 'zod';
import { MANAGERS } from '../../domain/actor';
import { pageStaff } from '../../db/queries/api-staff';
import type { StaffFilter } from '../../db/queries/directory';
import type { ApiDeps } from '../deps';
import { queryBoolean } from '../http/query';
import { defineRoute, type Route } from '../http/route';
import { paged, pageQuery } from '../paging';
import { APPOINTERS, INSIDERS } from '../resources/authority';
import { visibleMember } from '../resources/member';
import { appoint, changeMember, memberView, memberViews } from '../resources/staff';
import { changedMember, newStaff, staffChange, staffList, staffMember } from '../schemas/directory';
import { departmentId, projectId, staffRole, subjectId } from '../schemas/parts';

const tags = ['Directory'];
const params = z.strictObject({ id: subjectId });
const byHandler = { byHandler: 'found only where he has a role in a project of the caller' } as const;

/** Members of staff. Their names are for colleagues of the same projects. */
export function staffRoutes(deps: ApiDeps): Route[] {
  return [list(deps), one(deps), create(deps), change(deps)];
}

function list(deps: ApiDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/staff',
    operationId: 'listStaff',
    summary: 'Colleagues, by project, role and department',
    tags,
    access: { roles: INSIDERS, project: { in: 'query', name: 'project' } },
    query: z.strictObject({
      ...pageQuery,
      project: projectId.optional(),
      role: staffRole.optional(),
      department: departmentId.optional(),
      active: queryBoolean().optional(),
    }),
    responses: { 200: { description: 'One page, by id', schema: staffList } },
    problems: ['invalid-cursor'],
    handler: async ({ query: { limit, cursor, project, ...wanted } }, { principal, now }) => {
      const filter: StaffFilter = { ...wanted, projects: project === undefined ? principal.projects : [project] };
      const body = await paged(
        deps,
        { cursor, list: ['staff', { ...filter }], now },
        async (from) => {
          const page = await pageStaff(deps.database.db, { filter, limit, cursor: from });
          return { ...page, items: await memberViews(deps, principal, page.items) };
        },
        (view) => view,
      );
      return { status: 200, body };
    },
  });
}

function one(deps: ApiDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/staff/{id}',
    operationId: 'getStaffMember',
    summary: 'One colleague',
    tags,
    access: { roles: INSIDERS, project: byHandler },
    params,
    responses: { 200: { description: 'The colleague', schema: staffMember } },
    problems: [],
    handler: async ({ params: { id } }, { principal }) => {
      const member = await visibleMember(deps.database.db, principal, id);
      return { status: 200, body: await memberView(deps, principal, member) };
    },
  });
}

function create(deps: ApiDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/staff',
    operationId: 'createStaffMember',
    summary: 'Takes somebody on',
    description: `He can be given what lies within the caller's authority: ${MANAGERS.join(' and ')} all below them, ops all below managers.`,
    tags,
    access: { roles: APPOINTERS, project: { byHandler: 'every role must lie in a project of the caller' } },
    body: newStaff,
    examples: {
      engineer: { name: '张伟', department: 'engineering', roles: [{ project: 'lakeside', role: 'engineering' }] },
    },
    idempotent: true,
    responses: { 201: { description: 'He is here', schema: staffMember, headers: { Location: 'Where he is' } } },
    problems: ['beyond-your-authority'],
    handler: async ({ body, idempotency }, { principal, now }) => {
      const id = await appoint(deps, { principal, now, idempotency }, body);
      const member = await visibleMember(deps.database.db, principal, id);
      return {
        status: 201,
        headers: { Location: `/api/v1/staff/${id}` },
        body: await memberView(deps, principal, member),
      };
    },
  });
}

function change(deps: ApiDeps): Route {
  return defineRoute({
    method: 'PATCH',
    path: '/api/v1/staff/{id}',
    operationId: 'changeStaffMember',
    summary: 'Roles, department, name, or that he left',
    description:
      'His keys reach no further than his roles from then on. Who left keeps his id in every journal. Who owns open cases or owes something in person leaves with handOverTo and handOverReason only: his cases are handed over first, by commands that are for supervisors and managers.',
    tags,
    access: { roles: APPOINTERS, project: byHandler },
    params,
    body: staffChange,
    examples: {
      left: { active: false, handOverTo: 'clerk-2', handOverReason: '离职交接' },
      moved: { department: 'security' },
    },
    responses: { 200: { description: 'As he is now', schema: changedMember } },
    problems: ['beyond-your-authority', 'still-owes', 'staff-unknown', 'engine-unavailable', 'case-unreadable'],
    handler: async ({ params: { id }, body }, { principal, now }) => {
      const { member, handedOver } = await changeMember(deps, { principal, now }, id, body);
      return { status: 200, body: { ...(await memberView(deps, principal, member)), handedOver } };
    },
  });
}
