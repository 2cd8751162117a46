import { localeOf } from '../../common/words';
import { contactOf } from '../../db/queries/addresses';
import { residentById, type Resident } from '../../db/queries/households';
import type { ApiDeps } from '../deps';
import { requireProject, type Principal } from '../http/access';
import { problem } from '../http/problem';
import { textsOf } from './texts';

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
