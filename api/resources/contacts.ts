import type { z } from 'zod';
import { contactOf, type ContactOwner } from '../../db/queries/addresses';
import { localeOf } from '../../common/words';
import type { ApiDeps } from '../deps';
import type { Principal } from '../http/access';
import type { contactChange } from '../schemas/delivery';
import { requireAuthorityOver } from './authority';
import { maskEmail } from './masks';
import { recordDeed } from './record';
import { visibleMember } from './member';
import { correctAddress, lockCorrectable, visibleResident } from './residents';
import { ERASED, textsOf } from './texts';

interface By {
  readonly principal: Principal;
  readonly now: number;
}

/** @throws Problem not-found for somebody who has no role in a project of the caller. */
export async function staffContact(deps: ApiDeps, principal: Principal, id: string): Promise<ContactOwner> {
  await visibleMember(deps.database.db, principal, id);
  return { kind: 'staff', id, project: null };
}

/** @throws Problem not-found for a resident of another project, as if he were not there. */
export async function residentContact(deps: ApiDeps, principal: Principal, id: string): Promise<ContactOwner> {
  const { project } = await visibleResident(deps, principal, id);
  return { kind: 'resident', id, project };
}

/**
 * Where he is reached from now on. What is under way is sent there too: addresses are looked up in the moment of sending.
 * @throws Problem beyond-your-authority; conflict for a resident who was erased, or whose home has moved
 */
export async function changeContact(
  deps: ApiDeps,
  by: By,
  owner: ContactOwner,
  change: z.output<typeof contactChange>,
): Promise<void> {
  const { kind, id, project } = owner;
  await deps.database.db.transaction().execute(async (trx) => {
    if (kind === 'staff') requireAuthorityOver(by.principal, (await visibleMember(trx, by.principal, id)).roles);
    else await lockCorrectable(trx, by.principal, id);
    await correctAddress(deps, trx, owner, change, by.now);
    const details = { email: change.email !== null, language: change.language };
    await recordDeed(trx, by, { action: `${kind}.contact`, subject: `${kind}/${id}`, project, details });
  });
}

export async function contactView(deps: ApiDeps, owner: ContactOwner) {
  const { emailRef, language } = await contactOf(deps.database.db, owner);
  const email = emailRef === null ? undefined : (await textsOf(deps, [emailRef])).get(emailRef);
  return {
    id: owner.id,
    email: email === undefined || email === ERASED ? null : maskEmail(email),
    language: language === null ? null : localeOf(language),
  };
}
