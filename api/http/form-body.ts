import type { IncomingMessage, ServerResponse } from 'node:http';

import { readBody } from './json-body';
import { invalidRequest, problem } from './problem';
import { readQuery } from './query';
import { isStorableText, safeName, STORABLE_TEXT, toPointer } from './text-rules';

export const FORM_TYPE = 'application/x-www-form-urlencoded';
const FORM_UTF8 = /^application\/x-www-form-urlencoded\s*(?:;\s*charset\s*=\s*utf-8\s*)?$/i;
/** Bytes: a text of the longest kind, each of its characters as nine. */
const FORM_LIMIT = 64 * 1024;

/**
 * Reads the body that a form of a page sends, as strictly as a query: each name once, text that can be stored.
 *
 * @throws Problem naming what is wrong and where; ClientGone.
 */
export async function readForm(
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Readonly<Record<string, string>>> {
  const isRight = (type: string): boolean => FORM_UTF8.test(type);
  const kind = { isRight, expected: `Content-Type: ${FORM_TYPE}`, accept: FORM_TYPE, limit: FORM_LIMIT };
  const bytes = await readBody(request, response, kind);
  const { values, errors } = readQuery(`?${bytes.toString('latin1')}`);
  const found = errors.map(({ parameter = '', code, expected }) => ({
    pointer: toPointer([parameter]),
    code,
    expected,
  }));
  if (found.length > 0) throw invalidRequest(found);
  for (const [name, value] of Object.entries(values)) {
    if (isStorableText(name) && isStorableText(value)) continue;
    const pointer = toPointer([safeName(name)]);
    throw problem(
      'text-not-storable',
      { where: pointer },
      { errors: [{ pointer, code: 'text-not-storable', expected: STORABLE_TEXT }] },
    );
  }
  return values;
}
