import { randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { z } from 'zod';
import { refusalOf, STRICT } from '../../common/outbound';
import {
  changeEndpoint,
  deleteEndpoint,
  findEndpoint,
  insertEndpoint,
  type Endpoint,
} from '../../db/queries/addresses';
import { knownProjects } from '../../db/queries/api-staff';
import type { Database } from '../../db/schema';
import type { ApiDeps } from '../deps';
import { requireProject, type Principal } from '../http/access';
import type { Idempotency } from '../http/idempotency';
import { problem } from '../http/problem';
import type { endpointChange, newEndpoint } from '../schemas/delivery';
import { reaches } from './authority';
import { makeOnce } from './once';
import { recordDeed } from './record';
import { keepText } from './texts';

interface By {
  readonly principal: Principal;
  readonly now: number;
}

/** Bytes of a webhook's secret: Standard Webhooks asks for 24 to 64. */
const SECRET_BYTES = 32;
/** Those that sign with a secret of their own. */
const SIGNING: readonly Endpoint['kind'][] = ['dingtalk', 'feishu'];

/** @throws Problem not-found for one of another project, as if it were not there. */
export async function visibleEndpoint(db: Kysely<Database>, principal: Principal, id: string): Promise<Endpoint> {
  const found = await findEndpoint(db, id);
  if (!found) throw problem('not-found');
  requireProject(principal, found.project);
  return found;
}

/**
 * @returns its id, and a webhook's secret the first time.
 * @throws Problem address-refused, secret-not-chosen, not-found, idempotency-mismatch
 */
export async function createEndpoint(
  deps: ApiDeps,
  by: By & { readonly idempotency: Idempotency | null },
  { project, kind, label, url, secret, department }: z.output<typeof newEndpoint>,
): Promise<{ readonly id: string; readonly secret: string | null }> {
  const host = allowedHost(deps, url);
  requireSigning(kind, secret);
  if ((await knownProjects(deps.database.db, [project])).length === 0) throw problem('not-found');
  const made = kind === 'webhook' ? newSecret() : null;
  let shown: string | null = null;
  const making = { ...by, kind: 'endpoint', letter: 'e', project, details: { kind, host } } as const;
  const id = await makeOnce(deps, making, async (trx, newId) => {
    const keep = (plain: string) => keepText(deps, trx, { kind: 'endpoint', id: newId }, plain, by.now);
    const plain = made ?? secret;
    const refs = { urlRef: await keep(url), secretRef: plain === undefined ? null : await keep(plain) };
    const rest = { project, kind, label, host, department: department ?? null, active: true };
    await insertEndpoint(trx, { id: newId, ...rest, ...refs }, by.now);
    shown = made;
  });
  return { id, secret: shown };
}

/** @throws Problem not-found, address-refused, secret-not-chosen */
export async function alterEndpoint(
  deps: ApiDeps,
  by: By,
  id: string,
  { url, secret, ...rest }: z.output<typeof endpointChange>,
): Promise<void> {
  const host = url === undefined ? undefined : allowedHost(deps, url);
  await deps.database.db.transaction().execute(async (trx) => {
    const { kind, project } = await visibleEndpoint(trx, by.principal, id);
    requireSigning(kind, secret);
    const keep = (plain: string) => keepText(deps, trx, { kind: 'endpoint', id }, plain, by.now);
    await changeEndpoint(trx, id, {
      ...rest,
      ...(url === undefined ? {} : { urlRef: await keep(url), host }),
      ...(secret === undefined ? {} : { secretRef: await keep(secret) }),
    });
    const changed = [...Object.keys(rest), ...(url ? ['url'] : []), ...(secret ? ['secret'] : [])].sort();
    const details = { changed, ...(host ? { host } : {}) };
    await recordDeed(trx, by, { action: 'endpoint.change', subject: `endpoint/${id}`, project, details });
  });
}

/** The old secret signs nothing from then on. @returns the new one. @throws Problem not-found, secret-not-chosen */
export async function renewSecret(deps: ApiDeps, by: By, id: string): Promise<string> {
  const secret = newSecret();
  await deps.database.db.transaction().execute(async (trx) => {
    const { kind, project } = await visibleEndpoint(trx, by.principal, id);
    if (kind !== 'webhook') throw problem('secret-not-chosen', { kind });
    await changeEndpoint(trx, id, { secretRef: await keepText(deps, trx, { kind: 'endpoint', id }, secret, by.now) });
    await recordDeed(trx, by, { action: 'endpoint.secret', subject: `endpoint/${id}`, project });
  });
  return secret;
}

/** One that is not there, or not the caller's, is left as it is. */
export async function removeEndpoint(deps: ApiDeps, by: By, id: string): Promise<void> {
  await deps.database.db.transaction().execute(async (trx) => {
    const found = await findEndpoint(trx, id);
    if (!found || !reaches(by.principal.projects, found.project)) return;
    const { project, kind } = found;
    await deleteEndpoint(trx, id, by.now);
    await recordDeed(trx, by, { action: 'endpoint.remove', subject: `endpoint/${id}`, project, details: { kind } });
  });
}

export function endpointView({ urlRef: _url, secretRef, ...shown }: Endpoint) {
  return { ...shown, signed: secretRef !== null };
}

/** Looked at again, with the address behind the name, whenever something is posted. */
function allowedHost({ outbound = STRICT }: ApiDeps, text: string): string {
  const url = new URL(text);
  const refusal = refusalOf(url, outbound);
  if (refusal) throw problem('address-refused', { reason: refusal.code });
  return url.host;
}

function requireSigning(kind: Endpoint['kind'], secret: string | undefined): void {
  if (secret !== undefined && !SIGNING.includes(kind)) throw problem('secret-not-chosen', { kind });
}

const newSecret = (): string => `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
