import { registeredRoutes } from '../../api/http/app';
import { openApiDefects } from '../../api/http/openapi-check';
import { allRoutes } from '../../api/app';
import type { Route } from '../../api/http/route';
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

/** Who may call which of them is tried in tests/api/intruders/walk.test.ts. */
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
});
