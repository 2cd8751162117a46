import type { Kysely } from 'kysely';
import { lockMaking } from '../../db/queries/api-audit';
import { unmaskingsSince } from '../../db/queries/unmaskings';
import type { Database } from '../../db/schema';
import { HOUR, MINUTE, SECOND } from '../../domain/instant';
import type { z } from 'zod';
import { findAnywhere } from '../cases/find';
import type { ApiDeps } from '../deps';
import { problem } from '../http/problem';
import type { unmasking } from '../schemas/directory';
import { recordDeed, type By, type Deed } from './record';

/** How long somebody who gave a reason may look. */
export const SHOWN_FOR = MINUTE;
/** Written down once an hour for somebody who wants to see more than his share: managers and quality read it. */
const BEYOND = 'unmask.beyond-budget';

/**
 * Writes down who wants to see personal data and why; only then it may be shown. So many times an hour each.
 * @param deed `household.unmask`, `subject.unmask` or `case.unmask`.
 * @throws Problem unmask-budget-spent
 */
export async function recordUnmask(deps: ApiDeps, by: By, deed: Deed): Promise<void> {
  const allowed = deps.unmasksPerHour;
  const wait = await deps.database.db.transaction().execute(async (trx) => {
    await lockMaking(trx, `unmasking/${by.principal.id}`);
    const since = await unmaskingsSince(trx, by.principal.id, by.now - HOUR);
    const seen = since.filter(({ action }) => action !== BEYOND);
    const oldest = seen[seen.length - allowed];
    if (!oldest) return void (await recordDeed(trx, by, deed));
    if (since.length === seen.length) await tell(trx, by, deed, allowed);
    return oldest.at + HOUR - by.now;
  });
  if (wait === undefined) return;
  const seconds = Math.max(1, Math.ceil(wait / SECOND));
  throw problem('unmask-budget-spent', { allowed, seconds }, { headers: { 'Retry-After': String(seconds) } });
}

/**
 * The same for what may be about a case: of the project that the data is of.
 * @throws Problem not-found for another case, unmask-budget-spent
 */
export async function recordUnmaskFor(
  deps: ApiDeps,
  by: By,
  deed: Omit<Deed, 'details'>,
  { reason, case: text }: z.output<typeof unmasking>,
): Promise<void> {
  const about = text === undefined ? null : await findAnywhere(deps, text);
  // A case of others is not told apart from one that is not there.
  if (about && about.project !== deed.project) throw problem('not-found');
  await recordUnmask(deps, by, { ...deed, details: { reason, ...(about ? { case: about.no } : {}) } });
}

async function tell(trx: Kysely<Database>, by: By, { subject, project }: Deed, allowed: number): Promise<void> {
  await recordDeed(trx, by, { action: BEYOND, subject, project, details: { allowed } });
}
