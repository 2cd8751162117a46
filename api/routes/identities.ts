import { z } from 'zod';
import { isoOf } from '../../domain/instant';
import { identitiesOf } from '../../db/queries/identities';
import type { ApiDeps } from '../deps';
import { defineRoute, type Route } from '../http/route';
import { APPOINTERS } from '../resources/authority';
import { addIdentity, identityView, removeIdentity } from '../resources/identities';
import { visibleMember } from '../resources/member';
import { identity, identityList, newIdentity } from '../schemas/identities';
import { subjectId } from '../schemas/parts';

const tags = ['Staff'];
const access = {
  roles: APPOINTERS,
  project: { byHandler: 'found only with a role in the projects of the caller' },
} as const;
const ofStaff = z.strictObject({ id: subjectId });

/** Whom people of the company's identity provider are here. */
export function identityRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/staff/{id}/identities',
      operationId: 'listIdentities',
      summary: 'By which identities of a provider somebody logs in',
      tags,
      access,
      params: ofStaff,
      responses: { 200: { description: 'All of them, oldest first', schema: identityList } },
      problems: [],
      handler: async ({ params: { id } }, { principal, now }) => {
        const member = await visibleMember(deps.database.db, principal, id);
        const items = (await identitiesOf(deps.database.db, member.id)).map(identityView);
        return { status: 200, body: { items, total: items.length, asOf: isoOf(now) } };
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v1/staff/{id}/identities',
      operationId: 'addIdentity',
      summary: 'Lets somebody log in through the identity provider',
      description: 'Said again, it changes nothing. Everybody of the provider is one person here at most.',
      tags,
      access,
      params: ofStaff,
      body: newIdentity,
      examples: { person: { issuer: 'https://login.example/realms/lake', subject: '248289761001' } },
      idempotent: false,
      responses: { 200: { description: 'As it is kept', schema: identity } },
      problems: ['conflict', 'beyond-your-authority'],
      handler: async ({ params: { id }, body }, { principal, now }) => {
        const added = await addIdentity(deps, { principal, now }, id, body);
        return { status: 200, body: identityView(added) };
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/api/v1/staff/{id}/identities/{identity}',
      operationId: 'removeIdentity',
      summary: 'Takes the login through the identity provider away',
      description: 'Felt everywhere within two seconds, and by open streams within ten.',
      tags,
      access,
      params: z.strictObject({ id: subjectId, identity: subjectId }),
      responses: { 204: { description: 'He does not have it, or not any more' } },
      problems: ['beyond-your-authority'],
      handler: async ({ params }, { principal, now }) => {
        await removeIdentity(deps, { principal, now }, params.id, params.identity);
        return { status: 204 };
      },
    }),
  ];
}
