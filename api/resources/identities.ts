import type { z } from 'zod';
import { deleteIdentity, identitiesOf, insertIdentity, type Identity } from '../../db/queries/identities';
import { lockStaff } from '../../db/queries/api-staff';
import { isoOf } from '../../domain/instant';
import { identityEntry } from '../auth/identities';
import type { ApiDeps } from '../deps';
import type { Principal } from '../http/access';
import { problem } from '../http/problem';
import type { newIdentity } from '../schemas/identities';
import { requireAuthorityOver } from './authority';
import { recordDeed } from './record';
import { visibleMember } from './member';

interface By {
  readonly principal: Principal;
  readonly now: number;
}

/**
 * Says that somebody of an identity provider is this member of staff. Said again, it changes nothing.
 * @returns it as it is kept.
 * @throws Problem not-found, beyond-your-authority; conflict when he is somebody else here
 */
export async function addIdentity(
  deps: ApiDeps,
  by: By,
  staff: string,
  { issuer, subject }: z.output<typeof newIdentity>,
): Promise<Identity> {
  const id = deps.blindIndex.identity(issuer, subject);
  const added = await deps.database.db.transaction().execute(async (trx) => {
    await lockStaff(trx, staff);
    const member = await visibleMember(trx, by.principal, staff);
    requireAuthorityOver(by.principal, member.roles);
    const identity = { id, issuer, staff, createdAt: by.now, createdBy: by.principal.id };
    if (!(await insertIdentity(trx, identity))) {
      const known = (await identitiesOf(trx, staff)).find((each) => each.id === id);
      if (!known) throw problem('conflict');
      return known;
    }
    await recordDeed(trx, by, deedOf('identity.add', staff, { identity: id, issuer }));
    return identity;
  });
  deps.directory.forget(identityEntry(id));
  return added;
}

/** What he does not have is taken from nobody. @throws Problem not-found, beyond-your-authority */
export async function removeIdentity(deps: ApiDeps, by: By, staff: string, id: string): Promise<void> {
  await deps.database.db.transaction().execute(async (trx) => {
    await lockStaff(trx, staff);
    const member = await visibleMember(trx, by.principal, staff);
    requireAuthorityOver(by.principal, member.roles);
    if (!(await deleteIdentity(trx, staff, id))) return;
    await recordDeed(trx, by, deedOf('identity.remove', staff, { identity: id }));
  });
  deps.directory.forget(identityEntry(id));
}

export function identityView({ id, issuer, createdAt, createdBy }: Identity) {
  return { id, issuer, createdAt: isoOf(createdAt), createdBy };
}

const deedOf = (action: string, staff: string, details: Readonly<Record<string, unknown>>) => ({
  ...{ action, subject: `staff/${staff}`, project: null, details },
});
