import type { z } from 'zod';
import { DAY, isoOf, type Instant } from '../../domain/instant';
import { findLink, insertLink, revokeLink, type ResidentLink } from '../../db/queries/resident-links';
import type { FoundCase } from '../cases/find';
import type { ApiDeps } from '../deps';
import type { Idempotency } from '../http/idempotency';
import type { newLink } from '../schemas/links';
import { makeOnce } from './once';
import { recordDeed, type By } from './record';

/** The path of the page that a link shows. */
export const pathOfLink = (token: string): string => `/r/${token}`;

/** @returns the link, of now or of the first time. @throws Problem idempotency-mismatch */
export async function makeLink(
  deps: ApiDeps,
  by: By & { readonly idempotency: Idempotency | null },
  { no, project }: FoundCase,
  { rights, days = deps.links.days }: z.output<typeof newLink>,
): Promise<ResidentLink> {
  const details = { case: no, rights, days };
  const making = { ...by, kind: 'resident-link', letter: 'l', project, details } as const;
  const id = await makeOnce(deps, making, async (trx, newId) => {
    const { id: madeBy, role: madeInRole } = by.principal;
    const lasts = { createdAt: by.now, expiresAt: by.now + days * DAY };
    const hash = deps.linkTokens.hashOf(newId);
    const about = { caseNo: no, project, rights, forMessages: false, madeBy, madeInRole };
    await insertLink(trx, { id: newId, hash, ...about, ...lasts });
  });
  const made = await findLink(deps.database.db, { id });
  if (!made) throw new Error(`the link ${id} vanished`);
  return made;
}

/** One that is not of this case, or was revoked before, is left as it is. */
export async function endLink(deps: ApiDeps, by: By, { no, project }: FoundCase, id: string): Promise<void> {
  await deps.database.db.transaction().execute(async (trx) => {
    if (!(await revokeLink(trx, { id, caseNo: no, by: by.principal.id, at: by.now }))) return;
    const deed = { action: 'resident-link.revoke', subject: `resident-link/${id}`, project, details: { case: no } };
    await recordDeed(trx, by, deed);
  });
}

export function linkView({ hash: _hash, caseNo: _no, project: _project, ...link }: ResidentLink, now: Instant) {
  const { rights, createdAt, expiresAt, revokedAt } = link;
  return {
    ...{
      ...link,
      state: stateOf(link, now),
      rights: [...rights],
      createdAt: isoOf(createdAt),
      expiresAt: isoOf(expiresAt),
    },
    revokedAt: revokedAt === null ? null : isoOf(revokedAt),
  } as const;
}

function stateOf(
  { revokedAt, expiresAt }: Pick<ResidentLink, 'revokedAt' | 'expiresAt'>,
  now: Instant,
): 'open' | 'expired' | 'revoked' {
  if (revokedAt !== null) return 'revoked';
  return expiresAt <= now ? 'expired' : 'open';
}
