import { z } from 'zod';
import { parsePolicy } from '../../common/policy/load';
import type { PolicyIssue } from '../../common/policy/issues';
import type { PolicyDraft } from '../../common/policy/families';
import { MANAGERS } from '../../domain/actor';
import { isoOf } from '../../domain/instant';
import {
  currentPolicy,
  listPolicies,
  policyVersion,
  publishPolicy,
  type PolicyHeader,
  type PublishedPolicy,
} from '../../db/queries/policies';
import type { ApiDeps } from '../deps';
import { problem, type FieldError } from '../http/problem';
import { queryBoolean, queryInteger } from '../http/query';
import { defineRoute, type Route } from '../http/route';
import { INSIDERS } from '../resources/authority';
import { recordDeed } from '../resources/record';
import { departmentId as code } from '../schemas/parts';
import { newPolicy, policyList, publication, publishedPolicy } from '../schemas/policy';

const tags = ['Policies'];
const BODY_LIMIT = 1024 * 1024;
const MAX_ERRORS = 50;
const family = code;
/** Policies are the company's, so no project is named. */
const access = { roles: INSIDERS } as const;

/** Clocks, ladders and classifications, as published. A running case keeps the version that it began with. */
export function policyRoutes(deps: ApiDeps): Route[] {
  return [list(deps), current(deps), version(deps), publish(deps)];
}

function list(deps: ApiDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/policies',
    operationId: 'listPolicies',
    summary: 'The policy in force of each family',
    tags,
    access,
    responses: { 200: { description: 'By family', schema: policyList } },
    problems: [],
    handler: async (_request, { now }) => {
      const newest = new Map<string, PolicyHeader>();
      for (const each of await listPolicies(deps.database.db)) {
        if (!newest.has(each.family)) newest.set(each.family, each);
      }
      const items = [...newest.values()].map(headerView);
      return { status: 200, body: { items, total: items.length, asOf: isoOf(now) } };
    },
  });
}

function current(deps: ApiDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/policies/{family}',
    operationId: 'getPolicy',
    summary: 'The policy in force of a family',
    tags,
    access,
    params: z.strictObject({ family }),
    responses: { 200: { description: 'The policy', schema: publishedPolicy } },
    problems: ['unknown-policy'],
    handler: async ({ params }) => ({
      status: 200,
      body: await policyView(deps, await currentPolicy(deps.database.db, params.family)),
    }),
  });
}

function version(deps: ApiDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/policies/{family}/versions/{version}',
    operationId: 'getPolicyVersion',
    summary: 'A policy as it was published once',
    tags,
    access,
    params: z.strictObject({ family, version: queryInteger({ min: 1, max: 1_000_000 }) }),
    responses: { 200: { description: 'The policy', schema: publishedPolicy } },
    problems: ['unknown-policy'],
    handler: async ({ params }) => ({
      status: 200,
      body: await policyView(deps, await policyVersion(deps.database.db, params.family, params.version)),
    }),
  });
}

function publish(deps: ApiDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/policies/{family}/versions',
    operationId: 'publishPolicy',
    summary: 'Puts a new version in force for cases that begin from now on',
    description:
      'With dryRun it is checked and not stored. What is word for word in force already is not published again, so the request can be repeated.',
    tags,
    access: { roles: MANAGERS },
    params: z.strictObject({ family }),
    query: z.strictObject({ dryRun: queryBoolean().default(false) }),
    body: newPolicy,
    bodyLimit: BODY_LIMIT,
    idempotent: false,
    responses: {
      200: { description: 'Nothing was stored', schema: publication },
      201: { description: 'In force', schema: publication, headers: { Location: 'Where it is' } },
    },
    problems: ['policy-invalid', 'unknown-policy'],
    handler: async ({ params, query: { dryRun }, body: { yaml } }, { principal, now }) => {
      const policy = checked(yaml, params.family);
      const before = await currentPolicy(deps.database.db, policy.id);
      if (before?.yaml === yaml) return { status: 200, body: unpublished(policy.id, before.version) };
      if (dryRun) return { status: 200, body: unpublished(policy.id, (before?.version ?? 0) + 1) };
      const published = await deps.database.db.transaction().execute(async (trx) => {
        const number = await publishPolicy(trx, { policy, yaml, by: principal.id, at: now });
        if (number === null) return null;
        const deed = { action: 'policy.publish', subject: `policy/${policy.id}`, project: null };
        await recordDeed(trx, { principal, now }, { ...deed, details: { version: number } });
        return number;
      });
      if (published === null) return { status: 200, body: unpublished(policy.id, (before?.version ?? 0) + 1) };
      deps.directory.forget(`policy/${policy.id}`);
      return {
        status: 201,
        headers: { Location: `/api/v1/policies/${policy.id}/versions/${published}` },
        body: { family: policy.id, version: published, published: true },
      };
    },
  });
}

const unpublished = (name: string, number: number) => ({ family: name, version: number, published: false });

/** @throws Problem policy-invalid naming every place. */
function checked(yaml: string, wanted: string): PolicyDraft {
  const parsed = parsePolicy(yaml, `${wanted}.yaml`);
  if (!parsed.ok) throw invalid(parsed.issues.map(fieldError));
  if (parsed.policy.id !== wanted) {
    const args = { line: 1, column: 1, path: 'policy' };
    throw invalid([{ pointer: '/yaml', code: 'unknown-name', expected: `policy: ${wanted}`, args }]);
  }
  return parsed.policy;
}

function fieldError({ code: reason, expected, line, column, path, message }: PolicyIssue): FieldError {
  return { pointer: '/yaml', code: reason, expected, args: { line, column, path, message } };
}

const invalid = (errors: readonly FieldError[]) =>
  problem('policy-invalid', {}, { errors: errors.slice(0, MAX_ERRORS) });

const headerView = ({ publishedAt, ...rest }: PolicyHeader) => ({ ...rest, publishedAt: isoOf(publishedAt) });

async function policyView(deps: ApiDeps, found: PublishedPolicy | null) {
  if (!found) throw problem('unknown-policy');
  const { yaml, document, ...header } = found;
  const versions = await listPolicies(deps.database.db, found.family);
  return {
    ...headerView(header),
    yaml,
    document: document as unknown as Record<string, unknown>,
    versions: versions.map(headerView),
  };
}
