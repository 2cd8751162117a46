import type { Kysely } from 'kysely';
import type { z } from 'zod';
import { localeOf } from '../../common/words';
import { contactOf, replaceContact, type ContactOwner } from '../../db/queries/addresses';
import { householdById } from '../../db/queries/api-households';
import { lockResident, type ResidentPlace } from '../../db/queries/erasure';
import { residentById, type Resident } from '../../db/queries/households';
import { setName, setPhone } from '../../db/queries/residents';
import type { Database } from '../../db/schema';
import type { ApiDeps } from '../deps';
import { requireProject, type Principal } from '../http/access';
import { problem } from '../http/problem';
import type { residentChange } from '../schemas/directory';
import { indexOf } from './households';
import { maskEmail, maskName, maskPhone } from './masks';
import { recordDeed, type By } from './record';
import { ERASED, keepText, textsOf } from './texts';

/** @throws Problem not-found for a resident of another project, as if he were not there. */
export async function visibleResident(deps: ApiDeps, principal: Principal, id: string): Promise<Resident> {
  const resident = await residentById(deps.database.db, id);
  if (!resident) throw problem('not-found');
  requireProject(principal, resident.project);
  return resident;
}

/** All that is kept of one person, in the clear. */
export async function personalData(deps: ApiDeps, { id, household, project, nameRef, phoneRef }: Resident) {
  const { emailRef, language } = await contactOf(deps.database.db, { kind: 'resident', id, project });
  const texts = await textsOf(deps, [nameRef, phoneRef, emailRef]);
  const plain = (ref: string | null): string | null => (ref === null ? null : (texts.get(ref) ?? null));
  return {
    ...{ id, household, project, name: plain(nameRef), phone: plain(phoneRef), email: plain(emailRef) },
    language: language === null ? null : localeOf(language),
  };
}

export async function maskedData(deps: ApiDeps, resident: Resident) {
  const { name, phone, email, ...rest } = await personalData(deps, resident);
  const masked = (text: string | null, mask: (plain: string) => string): string | null =>
    text === null || text === ERASED ? text : mask(text);
  return { ...rest, name: masked(name, maskName), phone: masked(phone, maskPhone), email: masked(email, maskEmail) };
}

type Change = z.output<typeof residentChange>;

/**
 * Corrects what is named; the rest stays. What is sent later goes to what is kept then.
 * @throws Problem not-found; conflict for somebody who was erased, or whose home has moved
 */
export async function correctResident(deps: ApiDeps, by: By, id: string, change: Change): Promise<void> {
  await deps.database.db.transaction().execute(async (trx) => {
    const resident = await lockCorrectable(trx, by.principal, id);
    const { household, project } = resident;
    await correctNumbers(deps, trx, resident, change, by.now);
    await correctAddress(deps, trx, { kind: 'resident', id, project }, change, by.now);
    const details = { household, changed: Object.keys(change).sort() };
    await recordDeed(trx, by, { action: 'resident.change', subject: `resident/${id}`, project, details });
  });
}

/**
 * Until the transaction ends nobody erases him.
 * @throws Problem not-found; conflict for somebody who was erased, or whose home has moved: nothing is kept of him anew
 */
export async function lockCorrectable(trx: Kysely<Database>, principal: Principal, id: string): Promise<ResidentPlace> {
  const resident = await lockResident(trx, id);
  if (!resident) throw problem('not-found');
  requireProject(principal, resident.project);
  const home = await householdById(trx, resident.household);
  if (resident.nameIndex === '' || !home || home.movedTo !== null) throw problem('conflict');
  return resident;
}

/** What he is found by. */
async function correctNumbers(
  deps: ApiDeps,
  trx: Kysely<Database>,
  { id, project }: ResidentPlace,
  { name, phone }: Change,
  at: number,
): Promise<void> {
  const subject = { kind: 'resident', id } as const;
  const how = { at, corrected: true };
  if (name !== undefined) {
    const index = indexOf('/name', () => deps.blindIndex.name(project, name));
    const initials = deps.blindIndex.initialsOf(project, name);
    await setName(trx, id, { ref: await keepText(deps, trx, subject, name, at), index, initials }, how);
  }
  if (phone === null) await setPhone(trx, id, null, how);
  else if (phone !== undefined) {
    const index = indexOf('/phone', () => deps.blindIndex.phone(project, phone));
    await setPhone(trx, id, { ref: await keepText(deps, trx, subject, phone, at), index }, how);
  }
}

/** Where somebody is reached, and in which language; what is left out stays. */
export async function correctAddress(
  deps: ApiDeps,
  trx: Kysely<Database>,
  owner: ContactOwner,
  { email, language }: Pick<Change, 'email' | 'language'>,
  at: number,
): Promise<void> {
  if (email === undefined && language === undefined) return;
  const before = await contactOf(trx, owner);
  const emailRef = email ? await keepText(deps, trx, owner, email, at) : null;
  const after = {
    emailRef: email === undefined ? before.emailRef : emailRef,
    language: language === undefined ? before.language : language,
  };
  await replaceContact(trx, owner, after, at);
}
