import { z } from 'zod';
import { FRONT_DESK } from '../../domain/actor';
import { isoOf } from '../../domain/instant';
import { linksOf } from '../../db/queries/resident-links';
import type { ApiDeps } from '../deps';
import { defineRoute, type Route } from '../http/route';
import { endLink, linkView, makeLink, pathOfLink } from '../resources/links';
import { linkList, madeLink, newLink } from '../schemas/links';
import { subjectId } from '../schemas/parts';
import { visible } from './cases';

const tags = ['Resident links'];
const access = { roles: FRONT_DESK, project: { byHandler: 'the project is known with the case' } } as const;
const params = z.strictObject({ no: z.string().max(20) });
const problems = ['not-found', 'engine-unavailable', 'case-unreadable', 'database-unavailable'] as const;

/** What staff do with the links of a case. */
export function caseLinkRoutes(deps: ApiDeps): Route[] {
  return [list(deps), create(deps), revoke(deps)];
}

function list(deps: ApiDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/cases/{no}/links',
    operationId: 'listCaseLinks',
    summary: 'The links of the case for its resident; their secrets are never shown',
    tags,
    access,
    params,
    responses: { 200: { description: 'Newest first', schema: linkList } },
    problems,
    handler: async ({ params: { no } }, { principal, now }) => {
      const found = await visible(deps, no, principal);
      const items = (await linksOf(deps.database.db, found.no)).map((link) => linkView(link, now));
      return { status: 200, body: { items, total: items.length, asOf: isoOf(now) } };
    },
  });
}

function create(deps: ApiDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/cases/{no}/links',
    operationId: 'createCaseLink',
    summary: 'A link with which the resident sees this case, and acts on it',
    description: 'Whoever has it is let in as the resident of this one case, until it ends or is revoked.',
    tags,
    access,
    params,
    body: newLink,
    examples: { usual: {}, short: { rights: [], days: 3 } },
    idempotent: true,
    responses: { 201: { description: 'The link with its secret', schema: madeLink } },
    problems,
    handler: async ({ params: { no }, body, idempotency }, { principal, now }) => {
      const found = await visible(deps, no, principal);
      const link = await makeLink(deps, { principal, now, idempotency }, found, body);
      const token = deps.linkTokens.tokenOf(link.id);
      const path = pathOfLink(token);
      const { baseUrl } = deps.links;
      const url = baseUrl === null ? null : `${baseUrl}${path}`;
      return { status: 201, body: { link: linkView(link, now), token, path, url } };
    },
  });
}

function revoke(deps: ApiDeps): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/api/v1/cases/{no}/links/{link}',
    operationId: 'revokeCaseLink',
    summary: 'Nobody is let in by it any more',
    description: 'What is no link of this case is left as it is, and answers the same.',
    tags,
    access,
    params: params.extend({ link: subjectId }),
    responses: { 204: { description: 'It is not, or not any more, a link of this case' } },
    problems,
    handler: async ({ params: { no, link } }, { principal, now }) => {
      await endLink(deps, { principal, now }, await visible(deps, no, principal), link);
      return { status: 204 };
    },
  });
}
