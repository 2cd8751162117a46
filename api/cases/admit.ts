import type { Actor } from '../../domain/actor';
import type { OpenedRecord } from '../../domain/event';
import { findHousehold } from '../../db/queries/api-cases';
import type { ApiDeps } from '../deps';
import type { Principal } from '../http/access';
import { problem } from '../http/problem';

/** Who acts, as the journal keeps him: with the role and department he has now. */
export function actorOf(principal: Principal): Actor {
  return { id: principal.id, role: principal.role, department: principal.department };
}

/**
 * Whether somebody may see a case: staff those of their projects, residents those of their own home, and by a link that
 * one. A case of others is not told apart from one that is not there.
 * @throws Problem not-found
 */
export async function admit(
  deps: ApiDeps,
  principal: Principal,
  found: { readonly no: string; readonly project: string; readonly record: Pick<OpenedRecord, 'roomIndex'> },
): Promise<void> {
  if (principal.link) {
    if (principal.link.no !== found.no) throw problem('not-found');
    return;
  }
  const inProject = principal.projects === '*' || principal.projects.includes(found.project);
  if (!inProject) throw problem('not-found');
  if (principal.role !== 'resident') return;
  const home = await homeOf(deps, principal);
  if (home === null || home !== found.record.roomIndex) throw problem('not-found');
}

/** Blind index of a resident's own room; null for everybody else. */
export async function homeOf(deps: ApiDeps, principal: Principal): Promise<string | null> {
  const { householdId } = principal;
  if (householdId === undefined) return null;
  return deps.directory.remember(
    `home/${householdId}`,
    async () => (await findHousehold(deps.database.db, householdId))?.roomIndex ?? null,
  );
}
