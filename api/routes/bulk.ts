import { z } from 'zod';
import { STAFF } from '../../domain/actor';
import { act } from '../cases/act';
import type { ApiDeps } from '../deps';
import type { Principal } from '../http/access';
import { Problem } from '../http/problem';
import { defineRoute, type Route } from '../http/route';
import { check } from '../http/validate';
import { commandBodies, type CommandBody } from '../schemas/commands';
import { dataOf } from './commands';

/** As many as a screen shows at once; each is a command of its own. */
const MOST = 50;

const item = z
  .strictObject({
    no: z.string().max(20),
    command: z.enum(Object.keys(commandBodies) as [CommandBody, ...CommandBody[]]).meta({ id: 'CommandName' }),
    body: z.record(z.string().max(80), z.unknown()).meta({ id: 'CommandBodyOfItem' }),
  })
  .meta({ id: 'BulkItem' });

const result = z
  .object({
    no: z.string(),
    command: z.string(),
    status: z.int(),
    /** Stable code of the refusal; null when it was done. */
    code: z.string().nullable(),
    seq: z.int().nullable(),
  })
  .meta({ id: 'BulkResult' });

/** The same act on many cases: one result each, and one that is refused stops no other. */
export function bulkRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/api/v1/commands',
      operationId: 'runCommands',
      summary: 'Up to 50 commands on different cases, one result each',
      tags: ['Commands'],
      access: { roles: STAFF, project: { byHandler: 'each case is checked like a single command' } },
      body: z.strictObject({ items: z.array(item).min(1).max(MOST) }).meta({ id: 'BulkCommands' }),
      idempotent: true,
      responses: {
        200: {
          description: 'One result per item, in their order',
          schema: z.object({ items: z.array(result) }).meta({ id: 'BulkResults' }),
        },
      },
      problems: ['engine-unavailable', 'case-unreadable', 'database-unavailable'],
      handler: async ({ body, idempotency }, { principal, now }) => {
        const items = await Promise.all(
          body.items.map(async ({ no, command, body: sent }, index) => {
            const own = idempotency && { ...idempotency, key: `${idempotency.key}/${index}` };
            const done = await one(deps, { no, command, sent, principal, now, idempotency: own });
            return { no, command, ...done };
          }),
        );
        return { status: 200, body: { items } };
      },
    }),
  ];
}

interface Item {
  readonly no: string;
  readonly command: CommandBody;
  readonly sent: object;
  readonly principal: Principal;
  readonly now: number;
  readonly idempotency: { readonly key: string; readonly requestHash: string } | null;
}

async function one(deps: ApiDeps, { sent, command, principal, ...rest }: Item) {
  const parsed = check(commandBodies[command], sent, 'body');
  if ('errors' in parsed) return { status: 400, code: 'invalid-request', seq: null };
  try {
    const body = await dataOf(deps, command, parsed.value, principal);
    const found = await act(deps, { ...rest, command: command, body, principal, ifMatch: null });
    return { status: 200, code: null, seq: found.snapshot.state.seq };
  } catch (error) {
    if (error instanceof Problem) return { status: error.status, code: error.code, seq: null };
    throw error;
  }
}
