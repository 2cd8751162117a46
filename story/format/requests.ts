import { z } from 'zod';
import { oneOf, strict } from '../../common/policy/scalars';
import { report } from '../../common/policy/issues';
import { commandBodies } from '../../api/schemas/commands';
import { FAMILIES } from '../../api/families';
import { importStep } from './imports';
import { checkLinks, LINK_ACTIONS, linkShape } from './links';
import { bool, count, either, isText, json, listOf, mapping, moment, name, text, who, word, type Json } from './values';

/** Requests of a story: starting a case, acting on one, and any other request (docs/stories.md "Requests"). */

export const COMMANDS = Object.keys(commandBodies);

/** `409 not-allowed-now`, or a mapping. */
export interface Refused {
  readonly status: number;
  readonly code: string | null;
  readonly args?: Readonly<Record<string, unknown>>;
  readonly errors?: readonly unknown[];
}

const REFUSED = 'a status and a code like "409 case-closed"';
const refusedText = z.string({ error: REFUSED }).transform((written, ctx): Refused => {
  const parts = /^([45]\d\d)(?: ([a-z][a-z0-9-]*))?$/.exec(written);
  if (!parts) {
    report(ctx, 'wrong-format', REFUSED);
    return z.NEVER;
  }
  return { status: Number(parts[1]), code: parts[2] ?? null };
});
const refusedFields = strict({
  status: count(400, 599),
  code: word.nullable().default(null),
  args: mapping(json, 'arguments').optional(),
  /** Places that must be named: `{ pointer, code }`. */
  errors: listOf(mapping(json, 'members of the error'), 'errors').optional(),
});
const isShort = (value: unknown): boolean => isText(value) || typeof value === 'number';
const refused = either(
  isShort,
  z.preprocess((value) => (typeof value === 'number' ? String(value) : value), refusedText),
  refusedFields,
);

const answer = strict({
  status: count(100, 599).optional(),
  /** By name; a text that must be equal, or `{ contains: … }`. */
  headers: mapping(json, 'headers').optional(),
  /** Compared member by member; members not named may be anything. */
  body: json.optional(),
  /** Texts that the raw body contains. */
  contains: listOf(text, 'texts').optional(),
  /** JSON pointers at which all answers of the step are equal. */
  same: listOf(text, 'JSON pointers').optional(),
});

/** What every request may have. */
const common = {
  as: who.optional(),
  /** Idempotency-Key. */
  idempotency: text.optional(),
  /** If-Match: a seq, `current`, or the header as it is sent. */
  'if-match': z.union([z.number(), z.string()], { error: 'a seq, "current", or the header itself' }).optional(),
  'dry-run': bool.optional(),
  headers: mapping(text, 'headers').optional(),
  /** So many equal requests at once. */
  times: count(1, 500).optional(),
  refused: refused.optional(),
  answer: answer.optional(),
  /** How many answers there are of each kind: `{ '201': 50 }`, `{ '409 already-acknowledged': 49, '200': 1 }`. */
  answers: mapping(count(0, 500), 'numbers by status and code').optional(),
  /** Keeps parts of the answer under names, by JSON pointer; `${name}` puts them in later. */
  save: mapping(text, 'JSON pointers by name').optional(),
};

/** `complaint`, `repair`, …: the word of each family starts a case of it; types know none of them, see `startIn`. */
export const STARTS = FAMILIES.map(({ title }) => title);
const starts = Object.fromEntries(
  FAMILIES.map(({ title, body }) => [title, bodyOf(Object.keys(body.shape), `a ${title}`).optional()]),
) as Record<never, never>;
const commandName = oneOf(COMMANDS, 'a command');

const request = strict({
  method: oneOf(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'], 'a method').default('GET'),
  path: text,
  query: mapping(z.union([z.string(), z.number(), z.boolean()], { error: 'a value' }), 'query parameters').optional(),
  json: json.optional(),
  /** Sent as it stands, as UTF-8. */
  raw: text.optional(),
  /** Made here: `{ repeat: "[", times: 50000 }`, so that large bodies need no file. */
  generated: listOf(
    strict({ text: z.string({ error: 'a text' }), times: count(1, 20_000_000).default(1) }),
    'parts',
  ).optional(),
  /** Beside the story. */
  file: text.optional(),
  /** Bytes in base64. */
  base64: text.optional(),
}).superRefine((value, ctx) => {
  const given = (['json', 'raw', 'generated', 'file', 'base64'] as const).filter((key) => value[key] !== undefined);
  if (given.length > 1) report(ctx, 'contradiction', `one body, not ${given.join(' and ')}`);
});

/** The keys of a request; exactly one of the families' words, `do`, `request`, `import` and those of links says what it is. */
export const requestShape = {
  ...common,
  case: name.optional(),
  ...starts,
  do: commandName.optional(),
  with: z.record(z.string(), json, { error: 'the body of the command' }).optional(),
  /** When it happened by the words of who reports it from the field. */
  occurred: moment.optional(),
  request: request.optional(),
  ...linkShape,
  import: importStep.optional(),
};

export const requestFields = strict(requestShape).superRefine((value, ctx) => checkRequest(value, ctx));
export type StoryRequest = z.output<typeof requestFields>;

/** The case that a request starts: the word of its family and what is known of it; null when it starts none. */
export function startIn(
  written: object,
): { readonly word: string; readonly body: Readonly<Record<string, Json>> } | null {
  for (const word of STARTS) {
    const body = (written as Readonly<Record<string, unknown>>)[word];
    if (body !== undefined) return { word, body: body as Readonly<Record<string, Json>> };
  }
  return null;
}

type Checked = Pick<StoryRequest, 'do' | 'with' | 'occurred' | 'request' | 'refused' | 'answer' | 'answers' | 'times'>;

/** Whether a step or an entry of `together` asks the API for anything. */
export const isRequest = (written: object): boolean =>
  [...STARTS, 'do', 'request', 'import', ...LINK_ACTIONS].some(
    (key) => (written as Readonly<Record<string, unknown>>)[key] !== undefined,
  );

/** What one key asks of another. */
export function checkRequest(value: Checked, ctx: z.RefinementCtx): void {
  checkLinks(value, ctx);
  if (value.with !== undefined && value.do === undefined)
    report(ctx, 'contradiction', '"do", which "with" belongs to', { path: ['with'] });
  if (value.occurred !== undefined && value.do === undefined)
    report(ctx, 'contradiction', '"do", which "occurred" belongs to', { path: ['occurred'] });
  if (value.do !== undefined && value.with !== undefined) checkKeys(value.with, bodyKeys(value.do), ['with'], ctx);
  if (value.refused !== undefined && value.answer?.status !== undefined) {
    report(ctx, 'contradiction', 'a status in "refused" or in "answer", not in both', { path: ['answer', 'status'] });
  }
  if (value.answers !== undefined && value.refused !== undefined) {
    report(ctx, 'contradiction', '"answers" or "refused", not both', { path: ['answers'] });
  }
}

/** Keys that a command's body may have. */
export function bodyKeys(command: string): string[] {
  const schema = commandBodies[command as keyof typeof commandBodies] as z.ZodObject | undefined;
  return Object.keys(schema?.shape ?? {});
}

function bodyOf(keys: readonly string[], what: string) {
  return z
    .record(z.string(), json, { error: `${what}: a mapping with some of the keys ${keys.join(', ')}` })
    .superRefine((value, ctx) => checkKeys(value, keys, [], ctx));
}

function checkKeys(value: object, keys: readonly string[], path: string[], ctx: z.RefinementCtx): void {
  for (const key of Object.keys(value)) {
    if (!keys.includes(key))
      ctx.addIssue({
        code: 'unrecognized_keys',
        keys: [key],
        message: keys.join(', '),
        path: [...path],
        input: { ...value },
      });
  }
}
