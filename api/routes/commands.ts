import { z } from 'zod';
import type { CommandName } from '../../domain/event';
import { commandNames, ruleOf } from '../../domain/family';
import { isTransient } from '../../db/database';
import { listStaff } from '../../db/queries/directory';
import { act, rehearseCommand, type Rehearsal } from '../cases/act';
import { actorOf } from '../cases/admit';
import type { FoundCase } from '../cases/find';
import { bodySchemaOf, caseViewOf, obligationsOf } from '../cases/views';
import type { ApiDeps } from '../deps';
import { FAMILIES, rolesOf } from '../families';
import type { Principal } from '../http/access';
import { problem } from '../http/problem';
import { DOMAIN_CODES } from '../http/domain-codes';
import type { ProblemCode } from '../http/problem-codes';
import { queryBoolean } from '../http/query';
import { defineRoute, type Route } from '../http/route';
import { commandBodies, type CommandBody } from '../schemas/commands';
import { contactText, type Contact } from '../schemas/contact';
import { instant } from '../schemas/text';
import { caseView, commandRehearsal } from '../schemas/views';

/** Whatever the domain may say to a command, and what the way to it may. */
const REFUSALS: readonly ProblemCode[] = [
  ...(Object.keys(DOMAIN_CODES) as (keyof typeof DOMAIN_CODES)[]),
  ...(['not-found', 'not-allowed-now', 'case-closed', 'stale', 'idempotency-mismatch'] as const),
  ...(['file-unknown', 'unknown-policy', 'engine-unavailable', 'case-unreadable', 'database-unavailable'] as const),
];

/** One route per command of any family: `POST /api/v1/cases/{no}/{command}`. Roles are those of the domain's rules. */
export function commandRoutes(deps: ApiDeps): Route[] {
  const names = new Set(FAMILIES.flatMap(({ family }) => commandNames(family)));
  return [...names]
    .filter((name) => !isInternal(rulesOf(name)))
    .map((name) => commandRoute(deps, name as CommandName & CommandBody));
}

function rulesOf(command: string) {
  return FAMILIES.flatMap(({ family }) => ruleOf(family, command) ?? []);
}

/** What the engine tells a case of itself is no command of people. */
function isInternal(rules: readonly { readonly roles: readonly string[] }[]): boolean {
  return rules.every(({ roles }) => roles.every((role) => role === 'system'));
}

function commandRoute(deps: ApiDeps, command: CommandName & CommandBody): Route {
  const rules = rulesOf(command);
  const body = rules.some(({ field }) => field)
    ? commandBodies[command].extend({ occurredAt: instant().optional() })
    : commandBodies[command];
  return defineRoute({
    method: 'POST',
    path: `/api/v1/cases/{no}/${command}`,
    operationId: command.replace(/-([a-z])/g, (_match, letter: string) => letter.toUpperCase()) + 'Case',
    summary: `Command ${command}; answers the case after it`,
    description: 'With dryRun=true: what it would do; nothing is stored.',
    tags: ['Commands'],
    access: { roles: rolesOf(command), project: { byHandler: 'the project is known with the case' } },
    params: z.strictObject({ no: z.string().max(20) }),
    query: z.strictObject({ dryRun: queryBoolean().optional() }),
    body: body.meta({ id: bodySchemaOf(command) }),
    idempotent: true,
    ifMatch: true,
    responses: {
      200: {
        description: 'The case after it, or what would happen',
        schema: z.union([caseView, commandRehearsal]).meta({ id: 'CommandReply' }),
        etag: true,
      },
    },
    problems: REFUSALS,
    handler: async ({ params, query, body: parsed, idempotency, ifMatch }, { principal, now }) => {
      const { occurredAt, ...sent } = parsed as { readonly occurredAt?: number };
      const body = await dataOf(deps, command, sent, principal);
      const request = { no: params.no, command, body, occurredAt, principal, idempotency, ifMatch, now };
      if (query.dryRun) {
        const rehearsal = await rehearseCommand(deps, request);
        return { status: 200, etag: rehearsal.snapshot.state.seq, body: rehearsalView(rehearsal, now) };
      }
      return replyWith(deps, await act(deps, request), principal, now);
    },
  });
}

export async function replyWith(deps: ApiDeps, found: FoundCase, principal: Principal, now: number) {
  const { state } = found.snapshot;
  const policy = await deps.directory.policy(state.policy.id, state.policy.version);
  return { status: 200, etag: state.seq, body: caseViewOf(found, policy, actorOf(principal), now) } as const;
}

function rehearsalView({ events, snapshot }: Rehearsal, now: number) {
  return {
    events: events.map(({ type }) => ({ type })),
    obligations: obligationsOf(snapshot, now),
    stage: snapshot.state.stage,
    seq: snapshot.state.seq,
  };
}

/**
 * A parsed body as the domain takes it. The domain knows no directory, so whoever a case is handed to is looked up here;
 * while the database is away he is believed.
 */
export async function dataOf(deps: ApiDeps, command: CommandName, body: object, principal: Principal): Promise<object> {
  await requireStaff(deps, namedIn(command, body), principal);
  if (command !== 'attach-caller') return body;
  const { channel, ...contact } = body as Contact & { readonly channel: string };
  const known = contactText(contact);
  if (!known) throw problem('contact-required', { fields: ['room', 'name', 'phone'] });
  return { channel, contact: known };
}

/** Commands that give something to somebody. */
const TO_STAFF: readonly CommandName[] = ['hand-over', 'assign', 'relieve'];

/** Staff ids in the body of a command. Whoever is relieved may be gone. */
function namedIn(command: CommandName, body: object): string[] {
  if (TO_STAFF.includes(command)) return [(body as { readonly to: string }).to];
  if (command !== 'record-meeting') return [];
  const { actions } = body as { readonly actions: readonly { readonly keeper: string | null }[] };
  return [...new Set(actions.flatMap(({ keeper }) => keeper ?? []))];
}

async function requireStaff(deps: ApiDeps, ids: readonly string[], { projects }: Principal): Promise<void> {
  if (ids.length === 0) return;
  try {
    const found = await deps.reads.ask(() => listStaff(deps.database.db, { projects, ids, active: true }));
    const unknown = ids.find((id) => !found.some((member) => member.id === id));
    if (unknown !== undefined) throw problem('staff-unknown', { staff: unknown });
  } catch (error) {
    if (!isTransient(error)) throw error;
  }
}
