import type { Kysely } from 'kysely';
import type { Instant } from '../../domain/instant';
import type { Database } from '../schema';
import { timeOf } from '../time';
import type { Household } from './households';

export type CareColour = 'red' | 'yellow' | 'green';

export async function householdById(db: Kysely<Database>, id: string): Promise<Household | null> {
  const row = await db
    .selectFrom('household')
    .select(['id', 'project', 'building', 'unit', 'room_ref as roomRef', 'room_index as roomIndex'])
    .select(['care_colour as careColour', 'moved_to as movedTo'])
    .where('id', '=', id)
    .executeTakeFirst();
  return row ?? null;
}

export interface NewHousehold {
  readonly id: string;
  readonly project: string;
  readonly building: string;
  readonly unit: string | null;
  readonly roomRef: string;
  readonly roomIndex: string;
  readonly careColour: CareColour | null;
  readonly at: Instant;
}

/** @returns false when the project has a home with this room already. */
export async function insertHousehold(db: Kysely<Database>, home: NewHousehold): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('household')
    .values({
      id: home.id,
      project: home.project,
      building: home.building,
      unit: home.unit,
      room_ref: home.roomRef,
      room_index: home.roomIndex,
      care_colour: home.careColour,
      created_at: timeOf(home.at),
    })
    .onConflict((conflict) => conflict.columns(['project', 'room_index']).doNothing())
    .executeTakeFirst();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export interface NewResident {
  readonly id: string;
  readonly household: string;
  readonly project: string;
  readonly nameRef: string;
  readonly nameIndex: string;
  /** Empty where there are none. */
  readonly initialsIndex: string;
  readonly phoneRef: string | null;
  readonly phoneIndex: string | null;
  readonly at: Instant;
}

export async function insertResidents(db: Kysely<Database>, residents: readonly NewResident[]): Promise<void> {
  if (residents.length === 0) return;
  await db
    .insertInto('resident')
    .values(
      residents.map((resident) => ({
        id: resident.id,
        household: resident.household,
        project: resident.project,
        name_ref: resident.nameRef,
        name_index: resident.nameIndex,
        initials_index: resident.initialsIndex,
        phone_ref: resident.phoneRef,
        phone_index: resident.phoneIndex,
        created_at: timeOf(resident.at),
      })),
    )
    .execute();
}

export async function setCareColour(db: Kysely<Database>, id: string, colour: CareColour | null): Promise<void> {
  await db.updateTable('household').set({ care_colour: colour }).where('id', '=', id).execute();
}
