import type { z } from 'zod';
import type { CareColour } from '../../db/queries/api-households';
import { residentsOf, type Household } from '../../db/queries/households';
import { findProject } from '../../db/queries/directory';
import { lockHome, markMoved, revokeKeysOfHome } from '../../db/queries/moving';
import { openCasesAbout } from '../../db/queries/open-cases';
import { keyEntry } from '../authenticate';
import type { ApiDeps } from '../deps';
import { requireProject } from '../http/access';
import { problem } from '../http/problem';
import type { movingHome } from '../schemas/directory';
import { addResident, addHome, newResidentId } from './households';
import { makeOnce, type Making } from './once';
import { recordDeed, type By } from './record';
import { correctAddress, personalData } from './residents';
import { ERASED } from './texts';

/**
 * The people of a home live in another project now: they have a new home there, with their numbers, mail addresses and
 * languages, and the old one says where. Open cases stay where they were reported. Whoever was erased does not come along.
 * @returns the id of the new home, and the numbers of the cases that stay open in the old project.
 * @throws Problem not-found for a project that is not his; conflict when it has moved, to the same project, or to a room
 * that is in the ledger
 */
export async function moveHome(
  deps: ApiDeps,
  by: By & Pick<Making, 'idempotency'>,
  old: Household,
  { project, building, unit, room }: z.output<typeof movingHome>,
): Promise<{ readonly id: string; readonly openCases: readonly string[] }> {
  const { db } = deps.database;
  requireProject(by.principal, project);
  if (!(await findProject(db, project))) throw problem('not-found');
  if (project === old.project) throw problem('conflict');
  const openCases = await openCasesAbout(db, { project: old.project, column: 'room_index', value: old.roomIndex });
  const people = await Promise.all((await residentsOf(db, [old.id])).map((person) => personalData(deps, person)));
  const revoked: string[] = [];
  const making = { ...by, kind: 'household', letter: 'h', project, details: { movedFrom: old.id } } as const;
  const id = await makeOnce(deps, making, async (trx, newId) => {
    if ((await lockHome(trx, old.id)) !== null) throw problem('conflict');
    const home = { id: newId, project, building, unit: unit ?? null, careColour: old.careColour as CareColour | null };
    await addHome(deps, trx, home, { room, at: by.now });
    for (const { name, phone, email, language } of people) {
      if (name === null || name === ERASED) continue;
      const resident = newResidentId(deps);
      await addResident(deps, trx, home, { id: resident, name, phone }, { at: by.now, place: '' });
      await correctAddress(deps, trx, { kind: 'resident', id: resident, project }, { email, language }, by.now);
    }
    await markMoved(trx, old.id, newId);
    revoked.push(...(await revokeKeysOfHome(trx, old.id, by.now)));
    const details = { movedTo: newId, openCases: openCases.length, keysRevoked: revoked.length };
    const deed = { action: 'household.move', subject: `household/${old.id}`, project: old.project, details };
    await recordDeed(trx, by, deed);
  });
  for (const key of revoked) deps.directory.forget(keyEntry(key));
  return { id, openCases };
}
