import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { PolicyPath } from '../../common/policy/issues';
import type { StoryRequest } from '../format/requests';
import type { Json } from '../format/values';
import type { Context } from './context';
import type { Body, PlannedRequest } from './plan';

/** What a step sends. Starting a case and acting on one become the HTTP requests that they stand for. */
export type Written = Pick<
  StoryRequest,
  | 'as'
  | 'case'
  | 'do'
  | 'with'
  | 'occurred'
  | 'request'
  | 'link'
  | 'open-link'
  | 'revoke-link'
  | 'through'
  | 'import'
  | 'idempotency'
  | 'if-match'
  | 'dry-run'
  | 'headers'
  | 'times'
  | 'refused'
  | 'answer'
  | 'answers'
  | 'save'
>;

/** What makes a request out of a step, beside what every request may have. */
export type Asking = Pick<
  PlannedRequest,
  'title' | 'method' | 'path' | 'query' | 'headers' | 'body' | 'save' | 'about'
> &
  Partial<Pick<PlannedRequest, 'actor' | 'names'>>;

export const NO_BODY: Body = { kind: 'none' };

export function json(value: Readonly<Record<string, Json>>): Body {
  // What is written as null on purpose is left out: so a default can be taken away.
  return { kind: 'json', value: Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null)) };
}

export function fileBeside(named: string, context: Context, path: PolicyPath, story: string): Body {
  const place = resolve(dirname(story), named);
  if (existsSync(place)) return { kind: 'bytes', bytes: readFileSync(place) };
  context.wrong(path, `a file beside the story: ${place} is not there`, 'unknown-name');
  return NO_BODY;
}
