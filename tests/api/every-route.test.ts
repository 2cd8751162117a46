import { registeredRoutes } from '../../api/http/app';
import { openApiDefects } from '../../api/http/openapi-check';
import { allRoutes } from '../../api/app';
import type { Route } from '../../api/http/route';
import type { Role } from '../../domain/actor';
import { startProduct, type Product } from '../support/product';

let product: Product;
let routes: Route[];
beforeAll(async () => {
  product = await startProduct();
  routes = allRoutes(product.deps, product.api.feed);
}, 60_000);
afterAll(async () => {
  await product.stop();
});

/** Any value will do: rights are checked before a path parameter means anything. */
const pathOf = (route: Route): string => route.path.replace(/\{[^}]+\}/g, 'C-0000-0000');
const send = (route: Route, headers: Record<string, string>): Promise<Response> =>
  fetch(product.url + pathOf(route), {
    method: route.method,
    headers: { ...headers, ...(route.method === 'GET' ? {} : { 'content-type': 'application/json' }) },
    ...(route.method === 'GET' ? {} : { body: '{}' }),
    signal: AbortSignal.timeout(10_000),
  });
const guarded = (): Route[] => routes.filter((route) => !('public' in route.access && route.access.public));

describe('every route', () => {
  it('is in the OpenAPI document, and the document has no defects', () => {
    expect(openApiDefects(routes)).toEqual([]);
    const documented = Object.entries(product.api.http.document.paths).flatMap(([path, operations]) =>
      Object.keys(operations as object).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const registered = registeredRoutes(product.api.http).map(({ method, path }) => `${method} ${path}`);
    expect(documented.sort()).toEqual(registered.sort());
    expect(documented.length).toBeGreaterThan(40);
  });

  it('has a rule of access', () => {
    for (const { access, operationId } of routes) {
      const hasRule = ('why' in access && access.why.length > 0) || ('roles' in access && access.roles.length > 0);
      expect([operationId, hasRule]).toEqual([operationId, true]);
    }
  });

  it('tells nobody without a key more than 401', async () => {
    const wrong = ['', 'Bearer', 'Bearer x', `Bearer gj_0123456789abcdef_${'A'.repeat(43)}`, 'Basic YTpi'];
    for (const route of guarded()) {
      for (const authorization of wrong) {
        const response = await send(route, authorization === '' ? {} : { authorization });
        expect([route.operationId, authorization, response.status]).toEqual([route.operationId, authorization, 401]);
        expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
        await response.body?.cancel();
      }
    }
  }, 60_000);

  it('answers 403 to every role that its rule does not name', async () => {
    const roles: Role[] = [
      ...(['customer_service', 'senior_cs_supervisor', 'engineering', 'security', 'finance'] as const),
      ...(['department_head', 'duty_manager', 'manager', 'general_manager', 'quality', 'ops'] as const),
      ...(['volunteer', 'owner_rep', 'resident'] as const),
    ];
    let refused = 0;
    for (const route of guarded()) {
      const allowed = 'roles' in route.access ? route.access.roles : [];
      for (const role of roles.filter((candidate) => !allowed.includes(candidate))) {
        const response = await send(route, { authorization: `Bearer ${product.key(role)}` });
        expect([route.operationId, role, response.status]).toEqual([route.operationId, role, 403]);
        await response.body?.cancel();
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(200);
  }, 60_000);
});
