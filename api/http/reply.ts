import type { Response } from 'express';

import { formatEtag } from './etag';
import { problemBody, type Problem } from './problem';
import type { Reply } from './route';

export const SERVER_TIME = 'Server-Time';
export const REQUEST_ID = 'X-Request-Id';
export const PROBLEM_TYPE = 'application/problem+json';

/** Sends a handler's reply as JSON, or the file that it is. */
export function sendReply(res: Response, reply: Reply, serverTime: number): void {
  const json = reply.body === undefined ? null : Buffer.from(JSON.stringify(reply.body));
  if (json) res.setHeader('Content-Type', 'application/json');
  if (reply.etag !== undefined) res.setHeader('ETag', formatEtag(reply.etag));
  setHeaders(res, reply.headers);
  send(res, reply.status, json ?? reply.bytes ?? null, serverTime);
}

/** Sends a refusal. */
export function sendProblem(res: Response, refusal: Problem, about: { instance: string; serverTime: number }): void {
  res.setHeader('Content-Type', PROBLEM_TYPE);
  setHeaders(res, refusal.headers);
  send(res, refusal.status, Buffer.from(JSON.stringify(problemBody(refusal, about))), about.serverTime);
}

function setHeaders(res: Response, headers: Readonly<Record<string, string>> = {}): void {
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
}

function send(res: Response, status: number, body: Buffer | null, serverTime: number): void {
  res.statusCode = status;
  // As late as can be: clients reckon their clock's offset from it.
  res.setHeader(SERVER_TIME, String(serverTime));
  if (body) res.setHeader('Content-Length', body.length);
  // A client that waits for "100 Continue" may or may not send its body now: only a new connection is clear.
  if (res.req.headers.expect !== undefined && !res.req.complete) res.setHeader('Connection', 'close');
  res.end(body ?? undefined);
}
