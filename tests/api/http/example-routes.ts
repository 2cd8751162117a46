import { z } from 'zod';

import { createCursorCodec } from '../../../api/http/cursor';
import { requireMatch } from '../../../api/http/etag';
import { problem } from '../../../api/http/problem';
import { queryBoolean, queryInteger, queryList } from '../../../api/http/query';
import { defineRoute, type Route } from '../../../api/http/route';

const Colour = z.enum(['red', 'green', 'blue']).meta({ id: 'Colour' });
const Thing = z
  .strictObject({ id: z.string().max(40), colour: Colour, size: z.int().min(0).max(1000) })
  .meta({ id: 'Thing' });
const NewThing = z
  .strictObject({
    projectId: z.string().max(40),
    colour: Colour,
    size: z.int().min(1).max(1000),
    note: z.string().max(200).optional(),
    at: z.iso.datetime({ offset: true }).optional(),
    parts: z
      .array(z.strictObject({ name: z.string().min(1).max(20) }))
      .max(5)
      .optional(),
  })
  .meta({ id: 'NewThing' });
const Things = z
  .strictObject({ items: z.array(Thing), nextCursor: z.string().nullable(), limit: z.int(), asked: z.array(Colour) })
  .meta({ id: 'Things' });
const Echo = z.strictObject({ hash: z.string().nullable(), key: z.string().nullable() }).meta({ id: 'Echo' });

const THING = { id: 't1', colour: 'red', size: 3 } as const;
const STAFF_ONLY = { roles: ['manager', 'customer_service'] } as const;
const cursors = createCursorCodec(Buffer.alloc(32, 7));

/** Small routes with one of everything. */
export const EXAMPLE_ROUTES: readonly Route[] = [
  defineRoute({
    method: 'GET',
    path: '/healthz',
    operationId: 'getHealth',
    summary: 'Lives',
    tags: ['Run'],
    access: { public: true, why: 'load balancers have no key' },
    responses: { 204: { description: 'Lives' } },
    problems: [],
    handler: () => ({ status: 204 }),
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v1/things',
    operationId: 'listThings',
    summary: 'Things',
    tags: ['Things'],
    access: { ...STAFF_ONLY, project: { in: 'query', name: 'projectId' } },
    query: z.strictObject({
      projectId: z.string().max(40).optional(),
      colours: queryList(Colour).optional(),
      limit: queryInteger({ min: 1, max: 200 }).default(50),
      dryRun: queryBoolean().optional(),
      cursor: z.string().max(2048).optional(),
    }),
    responses: { 200: { description: 'A page', schema: Things } },
    problems: ['invalid-cursor'],
    handler: ({ query: { cursor, colours = [], limit } }) => {
      const at = cursor === undefined ? null : cursors.decode(cursor, { list: 'things', colours });
      const next = cursors.encode({ sort: [1], id: 't1', asOf: 5 }, { list: 'things', colours });
      return { status: 200, body: { items: at ? [] : [THING], nextCursor: at ? null : next, limit, asked: colours } };
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/api/v1/things',
    operationId: 'createThing',
    summary: 'Makes a thing',
    tags: ['Things'],
    access: { ...STAFF_ONLY, project: { in: 'body', name: 'projectId' } },
    body: NewThing,
    examples: { small: { projectId: 'p1', colour: 'red', size: 1 } },
    idempotent: true,
    responses: {
      201: { description: 'Made', schema: Echo, headers: { Location: 'Where it is' } },
    },
    problems: ['conflict'],
    handler: ({ idempotency }) => ({
      status: 201,
      headers: { Location: '/api/v1/things/t1' },
      body: { hash: idempotency?.requestHash ?? null, key: idempotency?.key ?? null },
    }),
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v1/things/{id}',
    operationId: 'getThing',
    summary: 'One thing',
    tags: ['Things'],
    access: { ...STAFF_ONLY, project: { byHandler: 'the project is known after the look-up' } },
    params: z.strictObject({
      id: z
        .string()
        .regex(/^[a-z0-9]{1,10}$/)
        .max(10),
    }),
    responses: { 200: { description: 'The thing', schema: Thing, etag: true, example: THING } },
    problems: [],
    handler: ({ params }, context) => {
      context.requireProject(params.id === 't2' ? 'p2' : 'p1');
      return { status: 200, etag: 12, body: THING };
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/api/v1/things/{id}/paint',
    operationId: 'paintThing',
    summary: 'Paints a thing',
    tags: ['Things'],
    access: { roles: ['manager'] },
    params: z.strictObject({ id: z.string().max(10) }),
    ifMatch: true,
    idempotent: false,
    responses: { 204: { description: 'Painted' } },
    problems: ['not-allowed-now'],
    handler: ({ ifMatch, params }) => {
      requireMatch(ifMatch, 12, [{ seq: 12 }]);
      if (params.id === 'wet') throw problem('not-allowed-now', { stage: 'wet', allowed: ['dry'] });
      return { status: 204 };
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v1/things/counts',
    operationId: 'countThings',
    summary: 'How the handler fails',
    tags: ['Things'],
    access: STAFF_ONLY,
    query: z.strictObject({ how: z.enum(['throw', 'hang', 'undeclared', 'mapped', 'uri']).meta({ id: 'How' }) }),
    responses: { 204: { description: 'Never' } },
    problems: ['engine-unavailable'],
    handler: async ({ query }, { signal }) => {
      if (query.how === 'throw') throw new Error('boom "陈伟" 13800001111', { cause: new TypeError('x') });
      if (query.how === 'undeclared') throw problem('case-closed', { stage: 'closed', allowed: ['reopen'] });
      if (query.how === 'mapped') throw new RangeError('the engine is away');
      if (query.how === 'uri') decodeURIComponent('%');
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      throw new Error('stopped');
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v1/stream',
    operationId: 'streamThings',
    summary: 'Things as they change',
    tags: ['Things'],
    access: STAFF_ONLY,
    headers: z.object({ 'last-event-id': z.string().max(40).optional() }),
    responses: { 200: { description: 'Events', contentType: 'text/event-stream' } },
    problems: [],
    raw: (_req, res, { headers }, { signal }) => {
      res.writeHead(200, { 'Content-Type': 'text/event-stream' });
      res.write(`data: ${headers['last-event-id'] ?? 'hello'}\n\n`);
      signal.addEventListener('abort', () => res.end());
    },
  }),
];
