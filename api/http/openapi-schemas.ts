import { z } from 'zod';

import { canonicalJson } from './canonical-json';
import type { ProblemCode } from './problem-codes';
import { PROBLEM_CODES, PROBLEM_CODE_LIST } from './problem-codes';

export type JsonSchema = Readonly<Record<string, unknown>>;

export const schemaRef = (name: string): { readonly $ref: string } => ({ $ref: `#/components/schemas/${name}` });

/** Collects the named schemas (`.meta({ id })`) of all routes; one name means one schema, as input and as output. */
export class SchemaBook {
  readonly components = new Map<string, JsonSchema>(Object.entries(PROBLEM_SCHEMAS));
  readonly defects: string[] = [];

  /** @returns the JSON schema with references to the components, which are taken into the book. */
  use(schema: z.ZodType, io: 'input' | 'output', where: string): JsonSchema {
    let generated: Record<string, unknown>;
    try {
      generated = z.toJSONSchema(schema, { io, override: keepDefault });
    } catch (error) {
      this.defects.push(`${where}: ${error instanceof Error ? error.message : 'cannot be written as JSON schema'}`);
      return {};
    }
    const { $schema: _, $defs = {}, ...own } = generated;
    for (const [name, definition] of Object.entries($defs as Record<string, JsonSchema>)) {
      this.add(name, withComponentRefs(definition) as JsonSchema, where);
    }
    if (JSON.stringify(own).includes('"$ref":"#"'))
      this.defects.push(`${where}: a recursive schema has no .meta({ id })`);
    return withComponentRefs(own) as JsonSchema;
  }

  private add(name: string, definition: JsonSchema, where: string): void {
    if (name.startsWith('__')) this.defects.push(`${where}: a recursive schema has no .meta({ id })`);
    const present = this.components.get(name);
    if (present && canonicalJson(present) !== canonicalJson(definition)) {
      this.defects.push(`${where}: the name ${name} stands for two different schemas`);
    }
    this.components.set(name, present ?? definition);
  }
}

/** zod leaves the default out where a text is turned into something else, as numbers and lists in a query are. */
function keepDefault({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodTypes; jsonSchema: JsonSchema }): void {
  const { def } = zodSchema._zod;
  if (def.type !== 'default' || 'default' in jsonSchema) return;
  Object.assign(jsonSchema, { default: def.defaultValue });
}

function withComponentRefs(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withComponentRefs);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      key === '$ref' && typeof member === 'string'
        ? member.replace(/^#\/\$defs\//, '#/components/schemas/')
        : withComponentRefs(member),
    ]),
  );
}

const text = (description: string): JsonSchema => ({ type: 'string', description });

const ARGUMENTS: JsonSchema = {
  type: 'object',
  description: 'ICU arguments for the words of this code.',
  additionalProperties: {
    anyOf: [
      { type: 'string' },
      { type: 'number' },
      { type: 'boolean' },
      { type: 'null' },
      { type: 'array', items: { type: 'string' } },
    ],
  },
};

const PROBLEM_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  ProblemCode: {
    type: 'string',
    enum: PROBLEM_CODE_LIST,
    description: 'Stable code of a refusal; see /docs/problems.',
  },
  ParameterPlace: { type: 'string', enum: ['path', 'query', 'header'] },
  FieldError: {
    type: 'object',
    description: 'One wrong value: its place, what was expected and the type received, never the value.',
    required: ['code', 'expected'],
    properties: {
      pointer: text('JSON pointer into the body'),
      parameter: text('Name of a path, query or header parameter'),
      in: schemaRef('ParameterPlace'),
      code: text('Stable code of what is wrong with the value'),
      expected: text('What was expected'),
      received: text('Type of what came'),
      args: ARGUMENTS,
    },
  },
  Problem: {
    type: 'object',
    description: 'RFC 9457 problem. Clients make their words from code and args; further members depend on the code.',
    required: ['type', 'title', 'status', 'code', 'detail', 'args', 'instance', 'serverTime'],
    properties: {
      type: { type: 'string', format: 'uri-reference' },
      title: { type: 'string' },
      status: { type: 'integer' },
      code: schemaRef('ProblemCode'),
      detail: { type: 'string' },
      args: ARGUMENTS,
      errors: { type: 'array', items: schemaRef('FieldError') },
      instance: text('Id of the request'),
      serverTime: { type: 'integer', description: 'Milliseconds since the epoch' },
    },
  },
};

/** An example answer per code, for `components.examples`. */
export function problemExamples(): Record<string, JsonSchema> {
  return Object.fromEntries(
    PROBLEM_CODE_LIST.map((code) => [code, { summary: PROBLEM_CODES[code].title, value: example(code) }]),
  );
}

function example(code: ProblemCode): JsonSchema {
  const { status, title, meaning, args } = PROBLEM_CODES[code];
  const about = { instance: '5b0c6a6e-8f3a-4a52-9d5b-1f2f8a6f6f10', serverTime: 1767222000000 };
  return { type: `/docs/problems#${code}`, title, status, code, detail: meaning, args, ...about };
}
