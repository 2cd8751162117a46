import type { Response } from 'express';
import { z } from 'zod';
import type { ApiDeps } from '../deps';
import type { Feed } from '../feed/feed';
import type { Sink } from '../feed/subscription';
import { queryInteger } from '../http/query';
import { defineRoute, type Route } from '../http/route';
import { INSIDERS } from '../resources/authority';
import { changeList, eventId } from '../schemas/feed';

const tags = ['Live'];
const access = {
  roles: INSIDERS,
  project: { byHandler: 'every message is compared with the projects of the caller' },
} as const;

/** A stream whose client takes nothing more is cut this long after its end. Milliseconds. */
const CUT_AFTER = 5_000;

const DESCRIPTION = [
  'Server-sent events: `case`, `obligation` and `notice` with `{case, project, seq, fence, at}`; `hello`; `beat` every 5 s',
  'with `{serverTime, lagMs}`; `resync`: read your lists again; `bye`: the key was revoked, or the server stops. A message',
  'counts when (fence, seq) is newer. Reconnect with Last-Event-ID, or `lastEventId` where headers can’t be sent.',
].join(' ');

/** What changed, as it changes: ids, states and instants only. */
export function streamRoutes(deps: ApiDeps, feed: Feed): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/stream',
      operationId: 'streamChanges',
      summary: 'What changes, from now on or from where one was',
      description: DESCRIPTION,
      tags,
      access,
      query: z.strictObject({ lastEventId: eventId.optional() }),
      headers: z.object({ 'last-event-id': eventId.optional() }),
      responses: { 200: { description: 'Events without end', contentType: 'text/event-stream' } },
      problems: [],
      raw: async (_req, res, { query, headers }, { principal, signal }) => {
        const lastId = headers['last-event-id'] ?? query.lastEventId ?? null;
        await feed.join(principal, lastId === '' ? null : lastId, signal, () => open(res));
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/changes',
      operationId: 'listChanges',
      summary: 'The same as a question, where a proxy keeps streams back',
      tags,
      access,
      query: z.strictObject({
        after: eventId.optional(),
        limit: queryInteger({ min: 1, max: 1_000 }).default(500),
      }),
      responses: { 200: { description: 'What came after `after`; without it, where to begin', schema: changeList } },
      problems: [],
      handler: async ({ query: { after, limit } }, { principal }) => {
        const changes = await feed.changes(principal, after ?? null, limit);
        return { status: 200, body: { ...changes, serverTime: deps.clock.now() } };
      },
    }),
  ];
}

function open(res: Response): Sink {
  res.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store',
    // Told to proxies that would keep it back to send more at once.
    'X-Accel-Buffering': 'no',
  });
  res.flushHeaders();
  return {
    write: (text) => void res.write(text),
    get buffered() {
      return res.writableLength;
    },
    close: () => {
      res.end();
      setTimeout(() => res.destroy(), CUT_AFTER).unref();
    },
  };
}
