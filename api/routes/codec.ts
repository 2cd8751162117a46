import { z } from 'zod';
import { decodeRemote, encodeRemote, REMOTE_CODEC_LIMITS, RemoteCodecError } from '../../common/crypto/codec-endpoint';
import { createPrincipals } from '../authenticate';
import { loginPage, PAGE_POLICY } from '../codec/page';
import { cookieLogin, endedCookie, sessionCookie } from '../codec/session';
import type { ApiDeps } from '../deps';
import { requireRole } from '../http/access';
import { requireOwnPage, requireSafeWay } from '../http/own-page';
import { invalidRequest, problem, type Problem } from '../http/problem';
import { queryBoolean } from '../http/query';
import { defineRoute, type Route } from '../http/route';
import { INSPECTORS } from '../resources/authority';
import { recordDeed } from '../resources/record';
import { codecLogin, remotePayloads } from '../schemas/codec';

const tags = ['Codec'];

/** What the Temporal Web UI needs to show workflows in the clear, behind a login. See api/codec/README.md. */
export function codecRoutes(deps: ApiDeps): Route[] {
  return [
    translation(deps, 'decode'),
    translation(deps, 'encode'),
    defineRoute({
      method: 'GET',
      path: '/codec/login',
      operationId: 'showCodecLogin',
      summary: 'Where a person signs in for the Temporal Web UI',
      tags,
      access: { public: true, why: 'nobody is known before he signs in; the page holds no data' },
      responses: { 200: { description: 'A page', contentType: 'text/html' } },
      problems: [],
      raw: (_req, res) => {
        res.setHeader('Content-Type', 'text/html; charset=utf-8');
        res.setHeader('Content-Security-Policy', PAGE_POLICY);
        res.end(loginPage(deps.temporalUiUrl));
      },
    }),
    login(deps),
    defineRoute({
      method: 'POST',
      path: '/codec/logout',
      operationId: 'endCodecLogin',
      summary: 'Ends the login of this browser',
      tags,
      access: { public: true, why: 'it only takes the caller’s own cookie away' },
      idempotent: false,
      responses: { 204: { description: 'Signed out' } },
      problems: [],
      handler: () => ({ status: 204, headers: { 'Set-Cookie': endedCookie } }),
    }),
  ];
}

function translation(deps: ApiDeps, direction: 'decode' | 'encode'): Route {
  const origins = deps.temporalUiUrl === null ? [] : [new URL(deps.temporalUiUrl).origin];
  const translate = direction === 'decode' ? decodeRemote : encodeRemote;
  return defineRoute({
    method: 'POST',
    path: `/codec/${direction}`,
    operationId: direction === 'decode' ? 'decodePayloads' : 'encodePayloads',
    summary: `Temporal's remote codec: ${direction}`,
    description: 'For the Temporal Web UI (cookie of /codec/login) and the Temporal CLI (--codec-auth "Bearer gj_…").',
    tags,
    access: { roles: INSPECTORS, cookie: cookieLogin(deps, origins) },
    crossOrigin: { origins, headers: ['content-type', 'x-namespace', 'authorization', 'authorization-extras'] },
    // The Web UI names how it wants payloads that lie elsewhere; none of ours do.
    query: z.strictObject({ preserveStorageRefs: queryBoolean().optional() }),
    body: remotePayloads,
    bodyLimit: REMOTE_CODEC_LIMITS.maxBodyBytes,
    idempotent: false,
    responses: { 200: { description: 'The payloads, in their order', schema: remotePayloads } },
    problems: ['origin-not-allowed', 'codec-key-missing', 'codec-undecodable'],
    handler: async ({ body }) => {
      try {
        return { status: 200, body: await translate(body, deps.codec) };
      } catch (error) {
        throw error instanceof RemoteCodecError ? problemOf(error) : error;
      }
    },
  });
}

function problemOf(error: RemoteCodecError): Problem {
  switch (error.code) {
    case 'codec_body_invalid':
      return invalidRequest([{ pointer: '/payloads', code: 'wrong-format', expected: error.message }]);
    case 'codec_too_large':
      return problem('body-too-large', { limit: REMOTE_CODEC_LIMITS.maxBodyBytes });
    case 'codec_key_missing':
      return problem('codec-key-missing', {}, { cause: error });
    case 'codec_undecodable':
      return problem('codec-undecodable', {}, { cause: error });
  }
}

function login(deps: ApiDeps): Route {
  const principals = createPrincipals(deps);
  return defineRoute({
    method: 'POST',
    path: '/codec/login',
    operationId: 'beginCodecLogin',
    summary: 'Exchanges an API key for a cookie that opens /codec alone',
    description: `For ${INSPECTORS.join(', ')}; eight hours, or until the key ends.`,
    tags,
    access: { public: true, why: 'the key in the body says who asks' },
    body: codecLogin,
    idempotent: false,
    responses: { 204: { description: 'Signed in', headers: { 'Set-Cookie': 'The login of this browser' } } },
    problems: [
      ...(['unauthenticated', 'key-expired', 'key-revoked', 'role-not-allowed', 'database-unavailable'] as const),
      ...(['origin-not-allowed', 'https-required'] as const),
    ],
    raw: async (req, res, { body }, { now }) => {
      requireOwnPage(req);
      requireSafeWay(req);
      const principal = await principals.byKey(body.key);
      if (principal === null) throw problem('unauthenticated');
      if (typeof principal === 'string') throw problem(principal);
      requireRole(principal, { roles: INSPECTORS });
      const deed = { action: 'codec.login', subject: `api-key/${principal.keyId}`, project: null };
      await recordDeed(deps.database.db, { principal, now }, deed);
      res.setHeader('Set-Cookie', sessionCookie(deps, principal.keyId, req.secure));
      res.status(204).end();
    },
  });
}
