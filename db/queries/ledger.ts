import { sql, type Kysely } from 'kysely';
import type { Database } from '../schema';
import type { CareColour } from './api-households';
import { oneOf } from './lists';

/** What an import of a ledger compares its rows with: everything of a project at once, without a text. */

export interface LedgerHome {
  readonly id: string;
  readonly building: string;
  readonly unit: string | null;
  readonly careColour: CareColour | null;
}

export interface LedgerResident {
  readonly id: string;
  readonly phoneIndex: string | null;
}

/** By blind index of the room; without those whose people have moved. */
export async function ledgerHomes(db: Kysely<Database>, project: string): Promise<Map<string, LedgerHome>> {
  const rows = await db
    .selectFrom('household')
    .select(['id', 'building', 'unit', 'care_colour as careColour', 'room_index as roomIndex'])
    .where('project', '=', project)
    .where('moved_to', 'is', null)
    .execute();
  return new Map(
    rows.map(({ roomIndex, careColour, ...home }) => [
      roomIndex,
      { ...home, careColour: careColour as CareColour | null },
    ]),
  );
}

/** By home and blind index of the name: `h-1/3f…`. */
export async function ledgerResidents(db: Kysely<Database>, project: string): Promise<Map<string, LedgerResident>> {
  const rows = await db
    .selectFrom('resident')
    .select(['id', 'household', 'name_index as nameIndex', 'phone_index as phoneIndex'])
    .where('project', '=', project)
    .execute();
  return new Map(
    rows.map(({ id, household, nameIndex, phoneIndex }) => [`${household}/${nameIndex}`, { id, phoneIndex }]),
  );
}

export async function setHomeFacts(
  db: Kysely<Database>,
  { id, building, unit, careColour }: LedgerHome,
): Promise<void> {
  await db.updateTable('household').set({ building, unit, care_colour: careColour }).where('id', '=', id).execute();
}

export async function setPhone(
  db: Kysely<Database>,
  { id, phoneRef, phoneIndex }: { readonly id: string; readonly phoneRef: string; readonly phoneIndex: string },
): Promise<void> {
  await db.updateTable('resident').set({ phone_ref: phoneRef, phone_index: phoneIndex }).where('id', '=', id).execute();
}

/** Which of these people are there at all, in whatever project. */
export async function knownStaff(db: Kysely<Database>, ids: readonly string[]): Promise<Set<string>> {
  const rows = await db
    .selectFrom('staff')
    .select('id')
    .where(oneOf(sql.ref('id'), ids))
    .execute();
  return new Set(rows.map(({ id }) => id));
}
