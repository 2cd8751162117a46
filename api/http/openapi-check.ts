import { documentOf, type OpenApiDocument, type Operation } from './openapi';
import { SchemaBook, type JsonSchema } from './openapi-schemas';
import type { Route } from './route';

/**
 * What is missing or wrong in the OpenAPI document of these routes; a test expects nothing. Names for everything,
 * an access rule for every route, a limit for every text, list and number that comes in.
 */
export function openApiDefects(routes: readonly Route[]): string[] {
  const book = new SchemaBook();
  const document = documentOf(routes, '0', book);
  const ids = routes.map((route) => route.operationId);
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `operationId ${id} comes twice`);
  const fromSchemas = Object.entries(document.components.schemas).flatMap(([name, schema]) =>
    unnamedEnums(schema, `component ${name}`, true),
  );
  return [
    ...new Set([
      ...book.defects,
      ...twice,
      ...routes.flatMap(routeDefects),
      ...operations(document).flatMap(([where, operation]) => operationDefects(where, operation, document)),
      ...fromSchemas,
      ...danglingRefs(document),
    ]),
  ];
}

const OPERATION_ID = /^[a-z][A-Za-z0-9]+$/;

function routeDefects(route: Route): string[] {
  const { access } = route;
  const where = route.operationId || `${route.method} ${route.path}`;
  const unruled = access.public ? !access.why.trim() : access.roles.length === 0;
  const wrongExamples = Object.entries(route.examples ?? {}).filter(
    ([, value]) => !route.body?.safeParse(value).success,
  );
  const wrongReplies = Object.entries(route.responses).filter(
    ([, { example, schema }]) => example !== undefined && schema && !schema.safeParse(example).success,
  );
  return [
    ...(OPERATION_ID.test(route.operationId) ? [] : [`${where}: operationId is not lowerCamelCase`]),
    ...(route.summary.trim() ? [] : [`${where}: no summary`]),
    ...(route.tags.length > 0 ? [] : [`${where}: no tag`]),
    ...(unruled ? [`${where}: access has no ${access.public ? 'reason' : 'role'}`] : []),
    ...(Object.keys(route.responses).length > 0 ? [] : [`${where}: no response`]),
    ...(route.method === 'POST' && route.idempotent === undefined ? [`${where}: POST must say idempotent or not`] : []),
    ...wrongExamples.map(([name]) => `${where}: example ${name} does not fit the body`),
    ...wrongReplies.map(([status]) => `${where}: the example of ${status} does not fit its schema`),
  ];
}

function operations({ paths }: OpenApiDocument): [string, Operation][] {
  return Object.values(paths).flatMap((methods) =>
    Object.values(methods).map((operation): [string, Operation] => [operation.operationId, operation]),
  );
}

function operationDefects(where: string, operation: Operation, document: OpenApiDocument): string[] {
  const defects: string[] = [];
  for (const { name, schema } of operation.parameters) {
    defects.push(...unnamedEnums(schema, `${where} ${name}`));
    defects.push(...limitless(schema, `${where} ${name}`, document));
  }
  const input = jsonSchemaOf(operation.requestBody);
  if (input) {
    if (!isNamed(input)) defects.push(`${where}: the body has no name`);
    defects.push(...unnamedEnums(input, `${where} body`), ...limitless(input, `${where} body`, document));
  }
  for (const [status, response] of Object.entries(operation.responses)) {
    const output = jsonSchemaOf(response);
    if (!output) continue;
    if (!isNamed(output)) defects.push(`${where}: the body of ${status} has no name`);
    defects.push(...unnamedEnums(output, `${where} ${status}`));
  }
  return defects;
}

function jsonSchemaOf(holder: JsonSchema | undefined): JsonSchema | undefined {
  const content = holder?.content as Readonly<Record<string, { readonly schema: JsonSchema }>> | undefined;
  return content?.['application/json']?.schema;
}

function isNamed(schema: JsonSchema): boolean {
  return '$ref' in schema || (schema.type === 'array' && isNamed(schema.items as JsonSchema)) || isScalar(schema);
}

const isScalar = (schema: JsonSchema): boolean =>
  ['string', 'integer', 'number', 'boolean', 'null'].includes(String(schema.type));

/** Enums, and choices of constants, that are not a component of their own. */
function unnamedEnums(schema: unknown, where: string, isComponent = false): string[] {
  if (Array.isArray(schema)) return schema.flatMap((item) => unnamedEnums(item, where));
  if (schema === null || typeof schema !== 'object') return [];
  const node = schema as JsonSchema;
  const choices = node.anyOf ?? node.oneOf;
  const constants = Array.isArray(choices) ? choices.filter((choice: JsonSchema) => 'const' in choice) : [];
  const isEnum = Array.isArray(node.enum) || constants.length > 1;
  const members = Object.entries(node)
    .filter(([key]) => key !== 'enum' && key !== 'examples' && key !== 'default')
    .flatMap(([key, member]) =>
      key === 'properties'
        ? Object.entries(member as JsonSchema).flatMap(([name, each]) => unnamedEnums(each, `${where}.${name}`))
        : unnamedEnums(member, where),
    );
  return [...(isEnum && !isComponent ? [`${where}: an enum has no name (.meta({ id }))`] : []), ...members];
}

const BOUNDED_FORMATS = new Set(['uuid', 'date', 'date-time', 'time', 'ipv4', 'ipv6']);

/** Texts without maxLength, lists without maxItems and numbers without maximum, as far as a caller can send them. */
function limitless(schema: JsonSchema, where: string, document: OpenApiDocument, seen = new Set<string>()): string[] {
  const inside = (part: unknown, place: string): string[] =>
    part !== null && typeof part === 'object' ? limitless(part as JsonSchema, place, document, seen) : [];
  if (typeof schema.$ref === 'string') {
    const name = schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1);
    if (seen.has(name)) return [];
    seen.add(name);
    return inside(document.components.schemas[name], name);
  }
  const parts = [...list(schema.anyOf), ...list(schema.oneOf), ...list(schema.allOf), ...list(schema.prefixItems)];
  const properties = Object.entries((schema.properties ?? {}) as JsonSchema);
  return [
    ...(isLimitless(schema) ? [`${where}: ${String(schema.type)} without a limit`] : []),
    ...parts.flatMap((part) => inside(part, where)),
    ...inside(schema.items, `${where}[]`),
    ...inside(schema.additionalProperties, `${where}.*`),
    ...properties.flatMap(([name, member]) => inside(member, `${where}.${name}`)),
  ];
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function isLimitless(schema: JsonSchema): boolean {
  if ('const' in schema || 'enum' in schema) return false;
  switch (schema.type) {
    case 'string':
      return !('maxLength' in schema || BOUNDED_FORMATS.has(String(schema.format)));
    case 'array':
      return !('maxItems' in schema);
    case 'number':
    case 'integer':
      return !('maximum' in schema || 'exclusiveMaximum' in schema);
    default:
      return false;
  }
}

function danglingRefs(document: OpenApiDocument): string[] {
  const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/(\w+)\/([^"]+)"/g)];
  const components = document.components as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  return refs
    .filter(([, kind = '', name = '']) => components[kind]?.[name] === undefined)
    .map(([, kind = '', name = '']) => `nothing is called ${kind}/${name}`);
}
