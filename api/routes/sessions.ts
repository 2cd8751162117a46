import type { Request, Response } from 'express';
import { z } from 'zod';
import { endSession, sessionsOf, type Session } from '../../db/queries/sessions';
import { isoOf } from '../../domain/instant';
import { createPrincipals } from '../authenticate';
import { deviceOf } from '../auth/device';
import { createOidcLogin, ENDED_STATE_COOKIE, STATE_COOKIE } from '../auth/oidc';
import { createSessions, ENDED_COOKIE, IDLE, sessionEntry, type Begun, type Sessions } from '../auth/sessions';
import type { ApiDeps } from '../deps';
import type { Known, Principal } from '../http/access';
import { readCookie } from '../http/cookie';
import { requireOwnPage, requireSafeWay } from '../http/own-page';
import { problem } from '../http/problem';
import { defineRoute, type Route } from '../http/route';
import { EVERYBODY } from '../resources/authority';
import { recordDeed } from '../resources/record';
import { givenRole, subjectId } from '../schemas/parts';
import { begunSession, keyLogin, sessionList } from '../schemas/sessions';

const tags = ['Login'];
const refusals = [
  ...(['unauthenticated', 'key-expired', 'key-revoked', 'identity-unknown', 'role-unclear', 'not-a-person'] as const),
  ...(['https-required', 'database-unavailable', 'key-missing'] as const),
];
const cookies = { 'Set-Cookie': 'The login of this browser' };

/** Logging in and out with a browser, and one's own devices. */
export function sessionRoutes(deps: ApiDeps): Route[] {
  const sessions = createSessions(deps);
  return [byKey(deps, sessions), start(deps), callback(deps, sessions), logout(deps), list(deps), end(deps)];
}

function byKey(deps: ApiDeps, sessions: Sessions): Route {
  const principals = createPrincipals(deps);
  return defineRoute({
    method: 'POST',
    path: '/auth/login',
    operationId: 'beginSession',
    summary: 'Exchanges a personal API key for the cookie of a browser',
    description:
      'Half an hour without a request ends it, twelve hours do in any case, and so does whatever ends the key.',
    tags,
    access: { public: true, why: 'the key in the body says who asks' },
    body: keyLogin,
    idempotent: false,
    responses: { 200: { description: 'Logged in', schema: begunSession, headers: cookies } },
    problems: [...refusals, 'origin-not-allowed'],
    raw: async (req, res, { body }) => {
      requireOwnPage(req);
      requireSafeWay(req);
      const person = personOf(await principals.byKey(body.key));
      const { session, cookie, csrf } = await begun(sessions, req, person);
      res.setHeader('Set-Cookie', cookie);
      const { id, role, endsAt } = session;
      const times = { endsAt: isoOf(endsAt), idleUntil: isoOf(session.seenAt + IDLE) };
      res.status(200).json({ id, role, csrf, ...times });
    },
  });
}

function start(deps: ApiDeps): Route {
  const oidc = createOidcLogin(deps);
  return defineRoute({
    method: 'GET',
    path: '/auth/oidc/start',
    operationId: 'startProviderLogin',
    summary: 'Sends a browser to the company’s identity provider',
    tags,
    access: { public: true, why: 'nobody is known before he logs in' },
    query: z.strictObject({
      role: givenRole.optional().describe('In which of his roles he comes; needed where he has several'),
      returnTo: z
        .string()
        .max(200)
        .regex(/^\/(?:[\w-][\w/-]*)?$/, 'a path of this address')
        .default('/'),
    }),
    responses: { 302: { description: 'To the provider', headers: { Location: 'Its login', ...cookies } } },
    problems: ['not-found', 'https-required', 'identity-provider-away', 'database-unavailable'],
    raw: async (req, res, { query: { role = null, returnTo } }) => {
      requireSafeWay(req);
      if (!oidc) throw problem('not-found');
      const { location, cookie } = await oidc.start({ role, returnTo });
      res.setHeader('Set-Cookie', cookie);
      redirect(res, 302, location);
    },
  });
}

function callback(deps: ApiDeps, sessions: Sessions): Route {
  const oidc = createOidcLogin(deps);
  const text = z.string().max(2_000);
  return defineRoute({
    method: 'GET',
    path: '/auth/oidc/callback',
    operationId: 'finishProviderLogin',
    summary: 'Where the identity provider sends a browser back to',
    tags,
    access: { public: true, why: 'what the provider says of the code tells who asks' },
    query: z.strictObject({
      code: text.optional(),
      state: text,
      ...{ iss: text.optional(), session_state: text.optional(), error: text.optional() },
      ...{ error_description: text.optional(), error_uri: text.optional() },
    }),
    responses: {
      303: { description: 'Logged in; on to where he wanted to go', headers: { Location: '', ...cookies } },
    },
    problems: [...refusals, 'not-found', 'login-refused', 'identity-provider-away'],
    raw: async (req, res, { query: { code, state } }) => {
      requireSafeWay(req);
      if (!oidc) throw problem('not-found');
      if (code === undefined) throw problem('login-refused');
      const came = { code, state, cookie: readCookie(req.headers.cookie, STATE_COOKIE) };
      const { known, returnTo } = await oidc.finish(came);
      const { cookie } = await begun(sessions, req, personOf(known));
      res.setHeader('Set-Cookie', [cookie, ENDED_STATE_COOKIE]);
      redirect(res, 303, returnTo);
    },
  });
}

function logout(deps: ApiDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/auth/logout',
    operationId: 'endSession',
    summary: 'Ends the login of this browser',
    tags,
    access: { roles: EVERYBODY },
    idempotent: false,
    responses: { 204: { description: 'Logged out', headers: { 'Set-Cookie': 'Takes the cookie away' } } },
    problems: [],
    handler: async (_request, { principal, now }) => {
      if (principal.session) await finish(deps, { principal, now }, principal.session.id);
      return { status: 204, headers: { 'Set-Cookie': ENDED_COOKIE } };
    },
  });
}

function list(deps: ApiDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/me/sessions',
    operationId: 'listOwnSessions',
    summary: 'Browsers in which one is logged in',
    tags,
    access: { roles: EVERYBODY },
    responses: { 200: { description: 'Newest first', schema: sessionList } },
    problems: [],
    handler: async (_request, { principal, now }) => {
      const found = await sessionsOf(deps.database.db, principal.id, { at: now, idle: IDLE });
      const items = found.map((session) => sessionView(session, principal));
      return { status: 200, body: { items, total: items.length, asOf: isoOf(now) } };
    },
  });
}

function end(deps: ApiDeps): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/api/v1/me/sessions/{id}',
    operationId: 'endOwnSession',
    summary: 'Logs one of one’s own browsers out',
    description: 'What is none of one’s own is left as it is, and answers the same.',
    tags,
    access: { roles: EVERYBODY },
    params: z.strictObject({ id: subjectId }),
    responses: { 204: { description: 'It is not, or not any more, a login of yours' } },
    problems: [],
    handler: async ({ params: { id } }, { principal, now }) => {
      await finish(deps, { principal, now }, id);
      return { status: 204 };
    },
  });
}

function sessionView({ id, role, device, createdAt, seenAt, endsAt }: Session, { session }: Principal) {
  return {
    ...{ id, role, device, createdAt: isoOf(createdAt), current: session?.id === id },
    ...{ endsAt: isoOf(endsAt), idleUntil: isoOf(seenAt + IDLE) },
  };
}

const begun = (sessions: Sessions, req: Request, person: Principal): Promise<Begun> =>
  sessions.begin(person, deviceOf(req.headers['user-agent']));

/** @throws Problem for nobody, and for what is no person: machines have keys. */
function personOf(known: Known): Principal {
  if (known === null) throw problem('unauthenticated');
  if (typeof known === 'string') throw problem(known);
  if (known.kind === 'machine') throw problem('not-a-person');
  return known;
}

async function finish(
  deps: ApiDeps,
  by: { readonly principal: Principal; readonly now: number },
  id: string,
): Promise<void> {
  await deps.database.db.transaction().execute(async (trx) => {
    if (!(await endSession(trx, by.principal.id, id, by.now))) return;
    await recordDeed(trx, by, { action: 'session.end', subject: `session/${id}`, project: null });
  });
  deps.directory.forget(sessionEntry(id));
}

function redirect(res: Response, status: 302 | 303, location: string): void {
  res.setHeader('Location', location);
  res.status(status).end();
}
