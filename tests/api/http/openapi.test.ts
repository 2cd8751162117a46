import { z } from 'zod';

import { createHttpApp, registeredRoutes } from '../../../api/http/app';
import { problemsMarkdown } from '../../../api/http/docs';
import { openApiDefects } from '../../../api/http/openapi-check';
import type { OpenApiDocument } from '../../../api/http/openapi';
import { PROBLEM_CODE_LIST } from '../../../api/http/problem-codes';
import { defineRoute, type Route } from '../../../api/http/route';
import { EXAMPLE_ROUTES } from './example-routes';
import { startHarness, type Harness } from './support';

let harness: Harness;
let document: OpenApiDocument;
beforeAll(async () => {
  harness = await startHarness();
  document = (await (await harness.get('/openapi.json', { as: null })).json()) as OpenApiDocument;
});
afterAll(() => harness.stop());

const BASE = {
  method: 'GET',
  path: '/x',
  operationId: 'getX',
  summary: 'X',
  tags: ['X'],
  access: { roles: ['manager'] },
  responses: { 204: { description: 'X' } },
  problems: [],
} as const;
const done = () => ({ status: 204 }) as const;

describe('the document', () => {
  test('has every route that Express serves, and no other', () => {
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const served = registeredRoutes(harness.app).map(({ method, path }) => `${method} ${path}`);
    expect(served.sort()).toEqual(described.sort());
    expect(served).toHaveLength(EXAMPLE_ROUTES.length + 4);
  });

  test('has no defect', () => {
    expect(openApiDefects(EXAMPLE_ROUTES)).toEqual([]);
  });

  test('is OpenAPI 3.1 with a security scheme, and says who may', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(document.components.securitySchemes).toMatchObject({ apiKey: { type: 'http', scheme: 'bearer' } });
    expect(document.paths['/api/v1/things']?.get).toMatchObject({
      operationId: 'listThings',
      security: [{ apiKey: [] }, { identityToken: [] }, { session: [] }],
      'x-guanjia-access': { roles: ['manager', 'customer_service'] },
    });
    expect(document.paths['/healthz']?.get).toMatchObject({ security: [] });
  });

  test('describes parameters as they are sent', () => {
    const parameters = document.paths['/api/v1/things']?.get?.parameters ?? [];
    expect(parameters.map(({ name, required }) => `${name} ${required}`)).toEqual([
      'projectId false',
      'colours false',
      'limit false',
      'dryRun false',
      'cursor false',
    ]);
    expect(parameters[1]).toMatchObject({
      style: 'form',
      explode: false,
      schema: { type: 'array', items: { $ref: '#/components/schemas/Colour' }, maxItems: 20 },
    });
    expect(parameters[2]?.schema).toEqual({ type: 'integer', minimum: 1, maximum: 200, default: 50 });
    expect(parameters[3]?.schema).toEqual({ type: 'boolean' });
    const post = document.paths['/api/v1/things']?.post;
    expect(post?.parameters.map(({ name }) => name)).toEqual(['Idempotency-Key']);
    expect(post?.requestBody).toMatchObject({
      required: true,
      content: { 'application/json': { schema: { $ref: '#/components/schemas/NewThing' }, examples: { small: {} } } },
    });
  });

  test('lists the codes of each route by status', () => {
    const responses = document.paths['/api/v1/things/{id}/paint']?.post?.responses ?? {};
    expect(Object.keys(responses)).toEqual([
      '204',
      '400',
      '401',
      '403',
      '408',
      '409',
      '412',
      '429',
      '431',
      '500',
      '503',
      '504',
    ]);
    expect(responses['409']).toMatchObject({
      description: 'Codes: not-allowed-now',
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    });
    expect(responses['429']).toMatchObject({ headers: { 'Retry-After': {}, 'Server-Time': {} } });
  });
});

describe('the pages', () => {
  test('/docs loads scripts from here only', async () => {
    const answer = await harness.get('/docs', { as: null });
    const page = await answer.text();
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('content-security-policy')).toContain("script-src 'self';");
    expect(page).not.toMatch(/<script>|onload=|https?:/);
    for (const [, path = ''] of page.matchAll(/(?:src|href)="([^"]+)"/g)) {
      const asset = await harness.get(path, { as: null });
      expect(asset.status).toBe(200);
      expect((await asset.arrayBuffer()).byteLength).toBeGreaterThan(100);
    }
    expect((await harness.get('/docs/package.json', { as: null })).status).toBe(400);
  });

  test('/docs/problems explains every code where its type leads', async () => {
    const page = await (await harness.get('/docs/problems', { as: null })).text();
    for (const code of PROBLEM_CODE_LIST) {
      expect(page).toContain(`<dt id="${code}">`);
      expect(problemsMarkdown()).toContain(`| \`${code}\` |`);
    }
  });

  test('can be switched off', () => {
    const app = createHttpApp({ routes: [], version: '1', deps: harness.app.deps, docs: false });
    expect(registeredRoutes(app)).toEqual([]);
  });
});

describe('what must not be registered', () => {
  test.each<[string, () => Route, RegExp]>([
    [
      'a loose body',
      () => defineRoute({ ...BASE, method: 'POST', body: z.object({ a: z.string() }), handler: done }),
      /body \/ is not/,
    ],
    [
      'a loose part',
      () =>
        defineRoute({
          ...BASE,
          method: 'POST',
          body: z.strictObject({ a: z.array(z.looseObject({})).optional() }),
          handler: done,
        }),
      /body \/a\/\*/,
    ],
    ['a loose query', () => defineRoute({ ...BASE, query: z.object({}), handler: done }), /query \/ is not/],
    [
      'an intersection',
      () =>
        defineRoute({
          ...BASE,
          method: 'PUT',
          body: z.intersection(z.strictObject({}), z.strictObject({})),
          handler: done,
        }),
      /body \/ is not/,
    ],
    [
      'a parameter without a schema',
      () => defineRoute({ ...BASE, path: '/x/{id}', handler: done }),
      /params must be exactly \{id\}/,
    ],
    [
      'a schema without a parameter',
      () => defineRoute({ ...BASE, params: z.strictObject({ id: z.string() }), handler: done }),
      /params must be/,
    ],
    ['a pattern in the path', () => defineRoute({ ...BASE, path: '/x/*', handler: done }), /the path is not made of/],
    ['a body on GET', () => defineRoute({ ...BASE, body: z.strictObject({}), handler: done }), /GET has no body/],
    [
      'a project that is nowhere',
      () => defineRoute({ ...BASE, access: { roles: [], project: { in: 'query', name: 'p' } }, handler: done }),
      /query\.p/,
    ],
    [
      'a header in capitals',
      () => defineRoute({ ...BASE, headers: z.object({ 'X-A': z.string() }), handler: done }),
      /lower case/,
    ],
  ])('%s', (_name, make, message) => {
    expect(make).toThrow(message);
  });

  test('two routes of one address, even with other names', () => {
    const param = (name: string) =>
      defineRoute({
        ...BASE,
        path: `/x/{${name}}`,
        operationId: name,
        params: z.strictObject({ [name]: z.string() }),
        handler: done,
      });
    const build = (routes: readonly Route[]) => () => createHttpApp({ routes, version: '1', deps: harness.app.deps });
    expect(build([param('a'), param('b')])).toThrow('two routes have GET /x/{}');
    expect(build([param('a'), defineRoute({ ...BASE, operationId: 'a', handler: done })])).toThrow('two routes have a');
  });

  test('a route without an access rule is a type error', () => {
    const { access: _, ...unruled } = BASE;
    // @ts-expect-error access is missing
    const make = () => defineRoute({ ...unruled, handler: done });
    expect(make).toThrow();
  });
});

test('the self-check names each defect', () => {
  const Loop: z.ZodType = z.strictObject({ again: z.lazy(() => Loop.optional()) });
  const Twin = (size: number) => z.strictObject({ a: z.string().max(size) }).meta({ id: `Twin` });
  const one = Twin(1);
  z.globalRegistry.remove(one);
  const routes = [
    defineRoute({
      ...BASE,
      method: 'POST',
      operationId: 'Bad-Id',
      summary: ' ',
      tags: [],
      access: { roles: [] },
      body: z.strictObject({
        free: z.string(),
        many: z.array(z.int().max(3)),
        number: z.number(),
        kind: z.enum(['a', 'b']),
        way: z.union([z.literal('x'), z.literal('y')]),
      }),
      examples: { wrong: {} },
      handler: done,
    }),
    defineRoute({
      ...BASE,
      path: '/y',
      access: { public: true, why: '' },
      responses: { 200: { description: '', schema: z.date() } },
      raw: () => undefined,
    }),
    defineRoute({
      ...BASE,
      path: '/z',
      operationId: 'getZ',
      responses: { 200: { description: '', schema: Loop } },
      raw: () => undefined,
    }),
  ];
  expect(openApiDefects(routes)).toEqual(
    expect.arrayContaining([
      'Bad-Id: operationId is not lowerCamelCase',
      'Bad-Id: no summary',
      'Bad-Id: no tag',
      'Bad-Id: access has no role',
      'Bad-Id: POST must say idempotent or not',
      'Bad-Id: example wrong does not fit the body',
      'Bad-Id: the body has no name',
      'Bad-Id body.free: string without a limit',
      'Bad-Id body.many: array without a limit',
      'Bad-Id body.number: number without a limit',
      'Bad-Id body.kind: an enum has no name (.meta({ id }))',
      'Bad-Id body.way: an enum has no name (.meta({ id }))',
      'getX: access has no reason',
      expect.stringMatching(/^getX 200: .*Date/),
      'getZ 200: a recursive schema has no .meta({ id })',
      'getZ: the body of 200 has no name',
    ]),
  );
});
