import type { z } from 'zod';

import type { Access } from './access';
import { FORM_TYPE } from './form-body';
import { problemExamples, schemaRef, SchemaBook, type JsonSchema } from './openapi-schemas';
import { definitionOf, type ProblemCode } from './problem-codes';
import { PROBLEM_TYPE, REQUEST_ID, SERVER_TIME } from './reply';
import { problemsOf } from './route-problems';
import type { ResponseSpec, Route } from './route';

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: JsonSchema;
  readonly [key: string]: unknown;
}

export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly security: readonly JsonSchema[];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: JsonSchema;
  readonly responses: Readonly<Record<string, JsonSchema>>;
  readonly [key: string]: unknown;
}

export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: JsonSchema;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>>; readonly [key: string]: unknown };
  readonly [key: string]: unknown;
}

const DESCRIPTION = [
  'Every answer has the header Server-Time (ms). Every refusal is problem+json with a stable code: /docs/problems.',
  'Unknown fields and parameters are refused. Texts have no control characters.',
].join(' ');

/** The OpenAPI 3.1 document of these routes. */
export function buildOpenApi(routes: readonly Route[], about: { readonly version: string }): OpenApiDocument {
  return documentOf(routes, about.version, new SchemaBook());
}

export function documentOf(routes: readonly Route[], version: string, book: SchemaBook): OpenApiDocument {
  const paths: Record<string, Record<string, Operation>> = {};
  for (const route of routes) {
    (paths[route.path] ??= {})[route.method.toLowerCase()] = operation(route, book);
  }
  const tags = [...new Set(routes.flatMap((route) => route.tags))].sort().map((name) => ({ name }));
  return {
    openapi: '3.1.0',
    info: {
      title: 'Guanjia',
      version,
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags,
    paths,
    components: {
      schemas: Object.fromEntries([...book.components].sort(([a], [b]) => (a < b ? -1 : 1))),
      examples: problemExamples(),
      headers: HEADERS,
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'Authorization: Bearer <API key>' },
        identityToken: {
          ...{ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
          description: 'A token of the company’s identity provider; Guanjia-Role chooses one of several roles',
        },
        session: { type: 'apiKey', in: 'cookie', name: '__Host-guanjia', description: 'The login of a browser' },
        ...cookieSchemes(routes),
      },
    },
  };
}

function operation(route: Route, book: SchemaBook): Operation {
  const { access } = route;
  const who = access.public ? `Public: ${access.why}.` : `Roles: ${access.roles.join(', ')}.`;
  return {
    operationId: route.operationId,
    summary: route.summary,
    description: [route.description, who].filter(Boolean).join('\n\n'),
    tags: route.tags,
    security: securityOf(access),
    parameters: parameters(route, book),
    ...(route.body ? { requestBody: requestBody(route, route.body, book) } : {}),
    ...(route.upload ? { requestBody: uploadBody(route.upload.types) } : {}),
    responses: responses(route, book),
    'x-guanjia-access': shownAccess(access),
    'x-guanjia-problems': problemsOf(route),
  };
}

function securityOf(access: Access): JsonSchema[] {
  if (access.public) return [];
  return [{ apiKey: [] }, { identityToken: [] }, { [access.cookie?.name ?? 'session']: [] }];
}

function shownAccess(access: Access): JsonSchema {
  if (access.public) return access.capability ? { ...access, capability: access.capability.in } : { ...access };
  return access.cookie ? { ...access, cookie: access.cookie.name } : { ...access };
}

function cookieSchemes(routes: readonly Route[]): JsonSchema {
  const names = routes.flatMap(({ access }) => (access.public || !access.cookie ? [] : [access.cookie.name]));
  return Object.fromEntries(names.map((name) => [name, { type: 'apiKey', in: 'cookie', name }]));
}

function parameters(route: Route, book: SchemaBook): Parameter[] {
  const of = (schema: z.ZodObject | undefined, place: Parameter['in']): Parameter[] => {
    if (!schema) return [];
    const { properties = {}, required = [] } = book.use(schema, 'input', `${route.operationId} ${place}`);
    return Object.entries(properties as Record<string, JsonSchema>).map(([name, property]) => ({
      name: place === 'header' ? headerName(name) : name,
      in: place,
      required: (required as readonly string[]).includes(name),
      ...(typeof property.description === 'string' ? { description: property.description } : {}),
      schema: property,
      ...(place === 'query' && property.type === 'array' ? { style: 'form', explode: false } : {}),
    }));
  };
  return [
    ...of(route.params, 'path'),
    ...of(route.query, 'query'),
    ...of(route.headers, 'header'),
    ...(route.idempotent ? [IDEMPOTENCY_KEY] : []),
    ...(route.ifMatch ? [IF_MATCH] : []),
  ];
}

const IDEMPOTENCY_KEY: Parameter = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'Same key and body, same answer; required from machines.',
  schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7e]+$' },
};

const IF_MATCH: Parameter = {
  name: 'If-Match',
  in: 'header',
  required: false,
  description: 'ETag of the state that the caller has seen; another state answers 412.',
  schema: { type: 'string', maxLength: 512, examples: ['"12"'] },
};

const headerName = (name: string): string =>
  name.replaceAll(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase());

function requestBody(route: Route, body: z.ZodType, book: SchemaBook): JsonSchema {
  const examples = Object.entries(route.examples ?? {}).map(([name, value]) => [name, { value }] as const);
  return {
    required: !body.safeParse(undefined).success,
    content: {
      [route.form ? FORM_TYPE : 'application/json']: {
        schema: book.use(body, 'input', `${route.operationId} body`),
        ...(examples.length > 0 ? { examples: Object.fromEntries(examples) } : {}),
      },
    },
  };
}

function uploadBody(types: readonly string[]): JsonSchema {
  const content = Object.fromEntries(types.map((type) => [type, { schema: { type: 'string', format: 'binary' } }]));
  return { required: true, content };
}

function responses(route: Route, book: SchemaBook): Record<string, JsonSchema> {
  const answers: Record<string, JsonSchema> = {};
  for (const [status, spec] of Object.entries(route.responses)) {
    answers[status] = success(spec, `${route.operationId} ${status}`, book);
  }
  const byStatus = new Map<string, ProblemCode[]>();
  for (const code of problemsOf(route)) {
    const status = String(definitionOf(code).status);
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  for (const [status, codes] of byStatus) answers[status] = withProblems(answers[status], status, codes);
  return answers;
}

function success(spec: ResponseSpec, where: string, book: SchemaBook): JsonSchema {
  const type = spec.contentType ?? 'application/json';
  const schema = spec.schema ? book.use(spec.schema, 'output', where) : { type: 'string' };
  const content = { schema, ...(spec.example === undefined ? {} : { example: spec.example }) };
  const own = Object.entries(spec.headers ?? {}).map(([name, description]) => [
    name,
    { description, schema: { type: 'string' } },
  ]);
  return {
    description: spec.description,
    headers: { ...ON_EVERY_ANSWER, ...(spec.etag ? { ETag: headerRef('ETag') } : {}), ...Object.fromEntries(own) },
    ...(spec.schema || spec.contentType ? { content: { [type]: content } } : {}),
  };
}

function withProblems(present: JsonSchema | undefined, status: string, codes: readonly ProblemCode[]): JsonSchema {
  const mayWait = codes.some(
    (code) => definitionOf(code).status === 429 || definitionOf(code).retryAfter !== undefined,
  );
  const headers = {
    ...ON_EVERY_ANSWER,
    ...(mayWait ? { 'Retry-After': headerRef('RetryAfter') } : {}),
    ...(status === '401' ? { 'WWW-Authenticate': headerRef('WWWAuthenticate') } : {}),
    ...(status === '405' ? { Allow: headerRef('Allow') } : {}),
  };
  const examples = Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }]));
  return {
    description: [present?.description, `Codes: ${codes.join(', ')}`].filter(Boolean).join('. '),
    headers: { ...headers, ...(present?.headers as JsonSchema | undefined) },
    content: {
      ...(present?.content as JsonSchema | undefined),
      [PROBLEM_TYPE]: { schema: schemaRef('Problem'), examples },
    },
  };
}

const headerRef = (name: string): JsonSchema => ({ $ref: `#/components/headers/${name}` });
const ON_EVERY_ANSWER: JsonSchema = { [SERVER_TIME]: headerRef('ServerTime'), [REQUEST_ID]: headerRef('RequestId') };

const HEADERS: JsonSchema = {
  ServerTime: { description: 'Time of the server, milliseconds since the epoch', schema: { type: 'integer' } },
  RequestId: { description: 'The X-Request-Id sent, or one made here', schema: { type: 'string' } },
  ETag: { description: 'seq of the state shown, in quotes', schema: { type: 'string' } },
  RetryAfter: { description: 'Seconds to wait', schema: { type: 'integer' } },
  WWWAuthenticate: { description: 'How to say who you are', schema: { type: 'string' } },
  Allow: { description: 'Methods of this address', schema: { type: 'string' } },
};
