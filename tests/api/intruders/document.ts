/** The OpenAPI document as a client has it: read from /openapi.json, never from the route table. */
export type Schema = Readonly<Record<string, unknown>>;

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: Schema;
}

export interface Operation {
  /** `POST /api/v1/cases/{no}/close` */
  readonly name: string;
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly isPublic: boolean;
  readonly parameters: readonly Parameter[];
  readonly body: Schema | null;
  /** Of a route that takes a file: the first type of those it takes. */
  readonly upload: string | null;
  /** Statuses that are no refusals. */
  readonly statuses: readonly number[];
  /** Codes of refusals that it declares. */
  readonly problems: readonly string[];
}

export interface Description {
  readonly operations: readonly Operation[];
  readonly schemas: Readonly<Record<string, Schema>>;
}

interface Raw {
  readonly operationId: string;
  readonly security: readonly object[];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
  readonly 'x-guanjia-problems': readonly string[];
}

export async function readDescription(url: string): Promise<Description> {
  const answer = await fetch(`${url}/openapi.json`);
  const document = (await answer.json()) as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, Raw>>>>;
    readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
  };
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, raw]) => operationOf(method.toUpperCase(), path, raw)),
  );
  return { operations, schemas: document.components.schemas };
}

function operationOf(method: string, path: string, raw: Raw): Operation {
  return {
    name: `${method} ${path}`,
    id: raw.operationId,
    method,
    path,
    isPublic: raw.security.length === 0,
    parameters: raw.parameters,
    body: raw.requestBody?.content['application/json']?.schema ?? null,
    upload: Object.keys(raw.requestBody?.content ?? {}).find((type) => type !== 'application/json') ?? null,
    statuses: Object.keys(raw.responses).map(Number),
    problems: raw['x-guanjia-problems'],
  };
}
