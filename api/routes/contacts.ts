import { z } from 'zod';
import type { ContactOwner } from '../../db/queries/addresses';
import type { Role } from '../../domain/actor';
import type { ApiDeps } from '../deps';
import type { Principal } from '../http/access';
import type { ProblemCode } from '../http/problem-codes';
import { defineRoute, type Route } from '../http/route';
import { APPOINTERS, HOME_KEEPERS } from '../resources/authority';
import { changeContact, contactView, residentContact, staffContact } from '../resources/contacts';
import { contact, contactChange } from '../schemas/delivery';
import { subjectId } from '../schemas/parts';

interface Whose {
  readonly path: string;
  readonly name: 'Staff' | 'Resident';
  readonly roles: readonly Role[];
  /** Why he can't be reached elsewhere. */
  readonly problems: readonly ProblemCode[];
  readonly find: (deps: ApiDeps, principal: Principal, id: string) => Promise<ContactOwner>;
}

const STAFF: Whose = {
  ...{ path: '/api/v1/staff/{id}/contact', name: 'Staff', roles: APPOINTERS, find: staffContact },
  problems: ['beyond-your-authority'],
};
const RESIDENTS: Whose = {
  ...{ path: '/api/v1/residents/{id}/contact', name: 'Resident', roles: HOME_KEEPERS, find: residentContact },
  problems: ['conflict'],
};

/** Where people are reached beyond the inbox, and in which language. */
export function contactRoutes(deps: ApiDeps): Route[] {
  return [STAFF, RESIDENTS].flatMap((whose) => [one(deps, whose), put(deps, whose)]);
}

const params = z.strictObject({ id: subjectId });
const tags = ['Deliveries'];
const project = { byHandler: 'found only in the projects of the caller' } as const;

function one(deps: ApiDeps, { path, name, roles, find }: Whose): Route {
  return defineRoute({
    method: 'GET',
    path,
    operationId: `get${name}Contact`,
    summary: 'Where he is reached, masked',
    tags,
    access: { roles, project },
    params,
    responses: { 200: { description: 'His contact', schema: contact } },
    problems: [],
    handler: async ({ params: { id } }, { principal }) => ({
      status: 200,
      body: await contactView(deps, await find(deps, principal, id)),
    }),
  });
}

function put(deps: ApiDeps, { path, name, roles, problems, find }: Whose): Route {
  return defineRoute({
    method: 'PUT',
    path,
    operationId: `put${name}Contact`,
    summary: 'Where he is reached from now on',
    description:
      'Addresses are looked up when something is sent, so what is under way goes there too. Not for a resident who was erased, or whose home has moved.',
    tags,
    access: { roles, project },
    params,
    body: contactChange,
    examples: { mail: { email: 'zhang.wei@example.com', language: 'zh-CN' }, none: { email: null, language: null } },
    responses: { 200: { description: 'His contact', schema: contact } },
    problems,
    handler: async ({ params: { id }, body }, { principal, now }) => {
      const owner = await find(deps, principal, id);
      await changeContact(deps, { principal, now }, owner, body);
      return { status: 200, body: await contactView(deps, owner) };
    },
  });
}
