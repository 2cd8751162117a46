import { sql, type Kysely } from 'kysely';
import type { Database } from '../schema';
import { countFound, oneOf, type Page, pageOf, type PageRequest } from './lists';

/** Homes and who lives there, found by blind index. Room, names and phones are references into the vault. */

export interface Household {
  readonly id: string;
  readonly project: string;
  readonly building: string;
  readonly unit: string | null;
  readonly roomRef: string;
  readonly roomIndex: string;
  readonly careColour: string | null;
  /** The home in another project where its people live now. */
  readonly movedTo: string | null;
}

export interface Resident {
  readonly id: string;
  readonly household: string;
  readonly project: string;
  readonly nameRef: string;
  readonly phoneRef: string | null;
}

/** How homes are found in a project; all that is given must hold. */
export interface HouseholdFilter {
  readonly project: string;
  readonly ids?: readonly string[];
  readonly building?: string;
  readonly roomIndex?: string;
  /** Of somebody who lives there. */
  readonly phoneIndex?: string;
  readonly nameIndex?: string;
  readonly initialsIndex?: string;
}

/** By id. */
export async function listHouseholds(
  db: Kysely<Database>,
  query: PageRequest & { readonly filter: HouseholdFilter },
): Promise<Page<Household>> {
  const { filter, limit, cursor } = query;
  const { project, ids, building, roomIndex, phoneIndex, nameIndex, initialsIndex } = filter;
  let found = db.selectFrom('household as h').where('h.project', '=', project);
  if (ids) found = found.where(oneOf(sql.ref('h.id'), ids));
  if (building !== undefined) found = found.where('h.building', '=', building);
  if (roomIndex !== undefined) found = found.where('h.room_index', '=', roomIndex);
  if (phoneIndex !== undefined || nameIndex !== undefined || initialsIndex !== undefined) {
    let living = db.selectFrom('resident as r').select('r.household').where('r.project', '=', project);
    if (phoneIndex !== undefined) living = living.where('r.phone_index', '=', phoneIndex);
    if (nameIndex !== undefined) living = living.where('r.name_index', '=', nameIndex);
    if (initialsIndex !== undefined) living = living.where('r.initials_index', '=', initialsIndex);
    found = found.where('h.id', 'in', living);
  }
  const [total, rows] = await Promise.all([
    countFound(db, found),
    found
      .select(['h.id', 'h.project', 'h.building', 'h.unit', 'h.room_ref as roomRef', 'h.room_index as roomIndex'])
      .select(['h.care_colour as careColour', 'h.moved_to as movedTo'])
      .$if(!!cursor, (all) => all.where('h.id', '>', cursor?.id ?? ''))
      .orderBy('h.id')
      .limit(limit + 1)
      .execute(),
  ]);
  return pageOf<Household, Household>(
    rows,
    limit,
    total,
    (row) => row,
    ({ id }) => ({ sort: [], id }),
  );
}

/** By id. */
export async function residentsOf(db: Kysely<Database>, households: readonly string[]): Promise<Resident[]> {
  return residents(db)
    .where(oneOf(sql.ref('household'), households))
    .orderBy('id')
    .execute();
}

export async function residentById(db: Kysely<Database>, id: string): Promise<Resident | null> {
  return (await residents(db).where('id', '=', id).executeTakeFirst()) ?? null;
}

const residents = (db: Kysely<Database>) =>
  db.selectFrom('resident').select(['id', 'household', 'project', 'name_ref as nameRef', 'phone_ref as phoneRef']);
