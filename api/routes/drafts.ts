import { z } from 'zod';
import { DAY, isoOf } from '../../domain/instant';
import { deleteDraft, draftsOf, lockDrafts, putDraft } from '../../db/queries/drafts';
import type { ApiDeps } from '../deps';
import { problem } from '../http/problem';
import { defineRoute, type Route } from '../http/route';
import { INSIDERS } from '../resources/authority';
import { draft, draftList, MAX_DRAFT, newDraft } from '../schemas/drafts';
import { code } from '../schemas/text';

const tags = ['Me'];
const access = { roles: INSIDERS } as const;
const params = z.strictObject({ draft: code() });
const KEPT = 7 * DAY;
const MAX_DRAFTS = 50;
/** A character takes up to six bytes in JSON, escapes included. */
const BODY_LIMIT = 6 * MAX_DRAFT + 1_024;

/** What one has begun to write survives a crash and the end of a login. Nobody else sees it. */
export function draftRoutes(deps: ApiDeps): Route[] {
  const { db } = deps.database;
  const placeOf = (owner: string, key: string): string => `draft/${owner}/${key}`;
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/drafts',
      operationId: 'listDrafts',
      summary: 'Keys of one’s own drafts of the last seven days',
      tags,
      access,
      responses: { 200: { description: 'Latest first', schema: draftList } },
      problems: [],
      handler: async (_request, { principal, now }) => {
        const found = await draftsOf(db, principal.id, now - KEPT);
        const items = found.map(({ key, updatedAt }) => ({ key, updatedAt: isoOf(updatedAt) }));
        return { status: 200, body: { items, total: items.length, asOf: isoOf(now) } };
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/drafts/{draft}',
      operationId: 'getDraft',
      summary: 'One of one’s own drafts',
      tags,
      access,
      params,
      responses: { 200: { description: 'The draft, or that there is none', schema: draft } },
      problems: [],
      handler: async ({ params: { draft: key } }, { principal, now }) => {
        const kept = (await draftsOf(db, principal.id, now - KEPT)).find((each) => each.key === key);
        if (!kept) return { status: 200, body: { key, content: null, updatedAt: null } };
        const dataKey = deps.sealer.unwrap(kept.wrapped);
        const content = deps.sealer.decryptText(dataKey, kept.cipher, placeOf(principal.id, key));
        return { status: 200, body: { key, content, updatedAt: isoOf(kept.updatedAt) } };
      },
    }),
    defineRoute({
      method: 'PUT',
      path: '/api/v1/drafts/{draft}',
      operationId: 'putDraft',
      summary: 'Keeps a draft for seven days, in the place of the one before',
      tags,
      access,
      params,
      body: newDraft,
      bodyLimit: BODY_LIMIT,
      responses: { 204: { description: 'Kept' } },
      problems: ['too-many-drafts'],
      handler: async ({ params: { draft: key }, body: { content } }, { principal, now }) => {
        const { plain, wrapped } = deps.sealer.newDataKey();
        const cipher = deps.sealer.encryptText(plain, content, placeOf(principal.id, key));
        await db.transaction().execute(async (trx) => {
          await lockDrafts(trx, principal.id, now - KEPT);
          const others = (await draftsOf(trx, principal.id, now - KEPT)).filter((each) => each.key !== key);
          if (others.length >= MAX_DRAFTS) throw problem('too-many-drafts', { limit: MAX_DRAFTS });
          await putDraft(trx, principal.id, { key, wrapped, cipher, updatedAt: now });
        });
        return { status: 204 };
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/api/v1/drafts/{draft}',
      operationId: 'deleteDraft',
      summary: 'Throws a draft away',
      tags,
      access,
      params,
      responses: { 204: { description: 'There is none of this key' } },
      problems: [],
      handler: async ({ params: { draft: key } }, { principal }) => {
        await deleteDraft(db, principal.id, key);
        return { status: 204 };
      },
    }),
  ];
}
