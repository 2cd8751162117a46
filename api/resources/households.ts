import { shortId } from '../../common/ids';
import type { z } from 'zod';
import {
  householdById,
  insertHousehold,
  insertResidents,
  setCareColour,
  type CareColour,
  type NewHousehold,
  type NewResident,
} from '../../db/queries/api-households';
import { residentsOf, type Household, type Resident } from '../../db/queries/households';
import type { Database } from '../../db/schema';
import type { Kysely } from 'kysely';
import type { ApiDeps } from '../deps';
import { requireProject, type Principal } from '../http/access';
import type { Idempotency } from '../http/idempotency';
import { invalidRequest, problem } from '../http/problem';
import type { newHousehold, newResident } from '../schemas/directory';
import { maskName, maskPhone, maskRoom } from './masks';
import { makeOnce } from './once';
import { recordDeed } from './record';
import { ERASED, keepText, textsOf } from './texts';

interface By {
  readonly principal: Principal;
  readonly now: number;
}

interface Making extends By {
  readonly idempotency: Idempotency | null;
}

type PlainResident = z.output<typeof newResident>;

/** @throws Problem not-found for a home of another project, as if it were not there. */
export async function visibleHome(deps: ApiDeps, principal: Principal, id: string): Promise<Household> {
  const home = await householdById(deps.database.db, id);
  if (!home) throw problem('not-found');
  requireProject(principal, home.project);
  return home;
}

/** @returns its id. @throws Problem conflict when the room is in the ledger; idempotency-mismatch */
export async function createHome(deps: ApiDeps, by: Making, body: z.output<typeof newHousehold>): Promise<string> {
  const { project, building, unit, room, careColour, residents } = body;
  const details = { residents: residents.length, careColour: careColour ?? null };
  const making = { ...by, kind: 'household', letter: 'h', project, details } as const;
  return makeOnce(deps, making, async (trx, id) => {
    const home = { id, project, building, unit: unit ?? null, careColour: careColour ?? null };
    await addHome(deps, trx, home, { room, at: by.now });
    for (const [index, resident] of residents.entries()) {
      const place = `/residents/${index}`;
      await addResident(deps, trx, home, { id: newResidentId(deps), ...resident }, { at: by.now, place });
    }
  });
}

export const newResidentId = ({ ids }: Pick<ApiDeps, 'ids'>): string => shortId(ids, 'r');

/** @throws Problem conflict when the room is in the ledger */
export async function addHome(
  deps: ApiDeps,
  trx: Kysely<Database>,
  home: Omit<NewHousehold, 'roomRef' | 'roomIndex' | 'at'>,
  { room, at }: { readonly room: string; readonly at: number },
): Promise<void> {
  const roomIndex = indexOf('/room', () => deps.blindIndex.room(home.project, room));
  const roomRef = await keepText(deps, trx, { kind: 'household', id: home.id }, room, at);
  if (!(await insertHousehold(trx, { ...home, roomRef, roomIndex, at }))) throw problem('conflict');
}

/** @returns the id of the resident. @throws Problem conflict for a home whose people have moved */
export async function createResident(deps: ApiDeps, by: Making, home: Household, body: PlainResident): Promise<string> {
  if (home.movedTo !== null) throw problem('conflict');
  const making = {
    ...by,
    kind: 'resident',
    letter: 'r',
    project: home.project,
    details: { household: home.id },
  } as const;
  return makeOnce(deps, making, (trx, id) => addResident(deps, trx, home, { id, ...body }, { at: by.now, place: '' }));
}

export async function addResident(
  deps: ApiDeps,
  trx: Kysely<Database>,
  home: Pick<Household, 'id' | 'project'>,
  resident: PlainResident & { readonly id: string },
  { at, place }: { readonly at: number; readonly place: string },
): Promise<void> {
  const { id, name } = resident;
  const { project } = home;
  const phone = resident.phone ?? null;
  const subject = { kind: 'resident', id } as const;
  const row: NewResident = {
    id,
    household: home.id,
    project,
    initialsIndex: deps.blindIndex.initialsOf(project, name),
    nameIndex: indexOf(`${place}/name`, () => deps.blindIndex.name(project, name)),
    nameRef: await keepText(deps, trx, subject, name, at),
    phoneIndex: phone === null ? null : indexOf(`${place}/phone`, () => deps.blindIndex.phone(project, phone)),
    phoneRef: phone === null ? null : await keepText(deps, trx, subject, phone, at),
    at,
  };
  await insertResidents(trx, [row]);
}

export async function colourHome(deps: ApiDeps, by: By, home: Household, careColour: CareColour | null): Promise<void> {
  await deps.database.db.transaction().execute(async (trx) => {
    await setCareColour(trx, home.id, careColour);
    const details = { careColour, before: home.careColour };
    const deed = { action: 'household.colour', subject: `household/${home.id}`, project: home.project, details };
    await recordDeed(trx, by, deed);
  });
}

/** What is shown of homes, in their order. */
export async function homeViews(deps: ApiDeps, homes: readonly Household[], masked = true) {
  const { db } = deps.database;
  const residents =
    homes.length === 0
      ? []
      : await residentsOf(
          db,
          homes.map(({ id }) => id),
        );
  const refs = [
    ...homes.map(({ roomRef }) => roomRef),
    ...residents.flatMap(({ nameRef, phoneRef }) => [nameRef, phoneRef]),
  ];
  const texts = await textsOf(deps, refs);
  const show = (ref: string | null, mask: (text: string) => string): string | null => {
    const text = ref === null ? undefined : texts.get(ref);
    if (text === undefined) return null;
    return masked && text !== ERASED ? mask(text) : text;
  };
  const residentView = ({ id, nameRef, phoneRef }: Resident) => ({
    id,
    name: show(nameRef, maskName),
    phone: show(phoneRef, maskPhone),
  });
  return homes.map(({ id, project, building, unit, roomRef, careColour, movedTo }) => ({
    id,
    project,
    building,
    unit,
    room: show(roomRef, maskRoom),
    careColour: careColour as CareColour | null,
    movedTo,
    residents: residents.filter(({ household }) => household === id).map(residentView),
  }));
}

export async function homeView(deps: ApiDeps, home: Household, masked = true) {
  const [view] = await homeViews(deps, [home], masked);
  if (!view) throw problem('not-found');
  return view;
}

/**
 * A blind index of what was sent.
 * @throws Problem invalid-request for a text without a visible character, which has none.
 */
export function indexOf(pointer: string, index: () => string): string {
  try {
    return index();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw invalidRequest([{ pointer, code: 'wrong-format', expected: 'at least one visible character' }]);
  }
}
