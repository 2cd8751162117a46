import type { z } from 'zod';
import { keyIdsOfResident } from '../../db/queries/api-keys';
import { eraseResident, lockResident, type Erasure } from '../../db/queries/erasure';
import { keyEntry } from '../authenticate';
import { findAnywhere } from '../cases/find';
import type { ApiDeps } from '../deps';
import { requireProject, type Principal } from '../http/access';
import { problem } from '../http/problem';
import type { erasing } from '../schemas/directory';
import { recordDeed } from './record';

interface By {
  readonly principal: Principal;
  readonly now: number;
}

/**
 * Makes everything personal that is kept of a resident unreadable, in one transaction with the entry that says so. Done
 * again, it takes what has come since, and is written down again.
 * @throws Problem not-found for somebody, or a case, of another project.
 */
export async function erase(
  deps: ApiDeps,
  by: By,
  id: string,
  { reason, cases }: z.output<typeof erasing>,
): Promise<Erasure> {
  const named = await Promise.all(cases.map((text) => findAnywhere(deps, text)));
  const erasure = await deps.database.db.transaction().execute(async (trx) => {
    const resident = await lockResident(trx, id);
    if (!resident) throw problem('not-found');
    requireProject(by.principal, resident.project);
    if (named.some(({ project }) => project !== resident.project)) throw problem('not-found');
    const numbers = named.map(({ no }) => no);
    const done = await eraseResident(trx, resident, numbers, by.now);
    const details = { reason, cases: done.cases };
    const deed = { action: 'resident.erase', subject: `resident/${id}`, project: resident.project, details };
    await recordDeed(trx, by, deed);
    return done;
  });
  for (const key of await keyIdsOfResident(deps.database.db, id)) deps.directory.forget(keyEntry(key));
  return erasure;
}
