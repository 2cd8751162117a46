import type { z } from 'zod';
import { contactOf, replaceContact, type ContactOwner } from '../../db/queries/addresses';
import { localeOf } from '../../common/words';
import type { ApiDeps } from '../deps';
import type { Principal } from '../http/access';
import type { contactChange } from '../schemas/delivery';
import { requireAuthorityOver } from './authority';
import { maskEmail } from './masks';
import { recordDeed } from './record';
import { visibleMember } from './member';
import { visibleResident } from './residents';
import { ERASED, keepText, textsOf } from './texts';

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
 * @throws Problem beyond-your-authority
 */
export async function changeContact(
  deps: ApiDeps,
  by: By,
  owner: ContactOwner,
  { email, language }: z.output<typeof contactChange>,
): Promise<void> {
  const { kind, id, project } = owner;
  await deps.database.db.transaction().execute(async (trx) => {
    if (kind === 'staff') requireAuthorityOver(by.principal, (await visibleMember(trx, by.principal, id)).roles);
    const emailRef = email === null ? null : await keepText(deps, trx, { kind, id }, email, by.now);
    await replaceContact(trx, owner, { emailRef, language }, by.now);
    const details = { email: email !== null, language };
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
