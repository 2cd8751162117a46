import type { IncomingMessage, ServerResponse } from 'node:http';

import { forbiddenPart, isDeeperThan, repeatedKey, type Finding } from './json-scan';
import { invalidRequest, problem, type Problem } from './problem';
import { STORABLE_TEXT, toPointer } from './text-rules';

/** 100 KB; a route may ask for another limit. */
export const DEFAULT_BODY_LIMIT = 100 * 1024;
export const DEPTH_LIMIT = 32;

const JSON_UTF8 = /^application\/json\s*(?:;\s*charset\s*=\s*(?:utf-8|"utf-8")\s*)?;?\s*$/i;

/** The client went away before its body was complete: nobody is left to answer. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

/** Whether the request announces a body. */
export function hasBody(request: IncomingMessage): boolean {
  const length = request.headers['content-length'];
  return request.headers['transfer-encoding'] !== undefined || (length !== undefined && Number(length) !== 0);
}

/**
 * Reads and parses one strict JSON body.
 *
 * @throws Problem naming what is wrong and where; ClientGone.
 */
export async function readJsonBody(
  request: IncomingMessage,
  response: ServerResponse,
  limit = DEFAULT_BODY_LIMIT,
): Promise<unknown> {
  const isRight = (type: string): boolean => JSON_UTF8.test(type);
  const expected = 'Content-Type: application/json; charset=utf-8';
  return parseStrictJson(await readBody(request, response, { isRight, expected, accept: 'application/json', limit }));
}

/**
 * Reads a file that is the whole body.
 *
 * @throws Problem for another type, too many bytes or none; ClientGone.
 */
export async function readUpload(
  request: IncomingMessage,
  response: ServerResponse,
  { types, limit }: { readonly types: readonly string[]; readonly limit: number },
): Promise<Buffer> {
  const isRight = (type: string): boolean => types.includes(type.toLowerCase());
  const expected = `Content-Type: ${types.join(' or ')}`;
  const bytes = await readBody(request, response, { isRight, expected, accept: types.join(', '), limit });
  if (bytes.length > 0) return bytes;
  throw invalidRequest([{ pointer: '', code: 'missing', expected: 'the bytes of a file' }]);
}

interface BodyKind {
  /** Whether this Content-Type is one. */
  readonly isRight: (type: string) => boolean;
  readonly expected: string;
  /** For the header Accept of a refusal. */
  readonly accept: string;
  /** Bytes. */
  readonly limit: number;
}

/** The bytes of a body of this kind. @throws Problem for another type, or too many bytes; ClientGone. */
export async function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  { isRight, expected, accept, limit }: BodyKind,
): Promise<Buffer> {
  checkHeaders(request, limit);
  if (!isRight(request.headers['content-type'] ?? '')) {
    throw problem('unsupported-media-type', { expected }, { headers: { Accept: accept } });
  }
  if (request.headers.expect !== undefined) response.writeContinue();
  return readBytes(request, limit);
}

/** @throws Problem for everything that JSON.parse refuses, and for what this API refuses beyond it. */
export function parseStrictJson(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw problem('malformed-json', { expected: 'Expected UTF-8.' });
  }
  if (isDeeperThan(text, DEPTH_LIMIT)) throw problem('body-too-deep', { limit: DEPTH_LIMIT });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw problem('malformed-json', { expected: whereItBroke(error) });
  }
  const repeated = repeatedKey(text);
  if (repeated) throw refusedKey('duplicate-key', toPointer(repeated), 'each key once');
  const finding = forbiddenPart(value);
  if (finding) throw refusal(finding);
  return value;
}

function checkHeaders(request: IncomingMessage, limit: number): void {
  const { headers } = request;
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    const acceptEncoding = { headers: { 'Accept-Encoding': 'identity' } };
    throw problem('unsupported-media-type', { expected: 'no Content-Encoding' }, acceptEncoding);
  }
  const transfer = headers['transfer-encoding'];
  if (transfer !== undefined && transfer.toLowerCase() !== 'chunked') {
    throw problem('unsupported-media-type', { expected: 'no Transfer-Encoding but chunked' });
  }
  if (Number(headers['content-length'] ?? 0) > limit) throw problem('body-too-large', { limit });
}

function readBytes(request: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const stop = (): void => {
      request.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size <= limit) {
        chunks.push(chunk);
        return;
      }
      stop();
      reject(problem('body-too-large', { limit }));
    };
    const onEnd = (): void => {
      stop();
      resolve(Buffer.concat(chunks, size));
    };
    const onClose = (): void => {
      stop();
      request.on('error', () => undefined);
      reject(new ClientGone('the client left before its body was complete'));
    };
    request.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
  });
}

/** JSON.parse quotes its input in its message; only the position is passed on. */
function whereItBroke(error: unknown): string {
  const position = error instanceof Error ? /at position (\d+)/.exec(error.message)?.[1] : undefined;
  return position === undefined ? 'Expected one JSON value.' : `Expected other JSON at character ${position}.`;
}

function refusal(finding: Finding): Problem {
  const pointer = toPointer(finding.path);
  switch (finding.kind) {
    case 'forbidden-key':
      return refusedKey('forbidden-key', pointer, 'no key __proto__, constructor or prototype');
    case 'text': {
      const errors = [{ pointer, code: 'text-not-storable', expected: STORABLE_TEXT }];
      return problem('text-not-storable', { where: pointer }, { errors });
    }
    case 'number': {
      const expected = 'a finite number, and whole numbers between -(2^53 - 1) and 2^53 - 1';
      return invalidRequest([{ pointer, code: 'number-out-of-range', expected, received: 'number' }]);
    }
  }
}

function refusedKey(code: 'duplicate-key' | 'forbidden-key', pointer: string, expected: string): Problem {
  return problem(code, { pointer }, { errors: [{ pointer, code, expected }] });
}
