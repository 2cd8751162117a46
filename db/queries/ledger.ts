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
  /** Blind indexes of numbers that were corrected by hand. */
  readonly corrected: readonly string[];
}

/** By blind index of the room; without those whose people have moved. */
export async function ledgerHomes(db: Kysely<Database>, project: string): Promise<Map<string, LedgerHome>> {
  const rows = await db
    .selectFrom('household')
    .select(['id', 'building', 'unit', 'care_colour as careColour', 'room_index as roomIndex'])
    .where('project', '=', project)
    .where('moved_to', 'is', null)
    .execute();
  const homes = new Map<string, LedgerHome>();
  for (const { roomIndex, id, building, unit, careColour } of rows) {
    homes.set(roomIndex, { id, building, unit, careColour: careColour as CareColour | null });
  }
  return homes;
}

/** By home and blind index of the name, `h-1/3f…`: of now, or of before it was corrected by hand. */
export async function ledgerResidents(db: Kysely<Database>, project: string): Promise<Map<string, LedgerResident>> {
  const { rows } = await sql<LedgerResident & { household: string; nameIndex: string; names: string[] }>`
    select r.id, r.household, r.name_index as "nameIndex", r.phone_index as "phoneIndex",
      coalesce(f.names, '{}') as names, coalesce(f.phones, '{}') as corrected
    from resident r left join (
      select resident, array_agg(value_index) filter (where field = 'name') as names,
        array_agg(value_index) filter (where field = 'phone') as phones
      from resident_former where corrected group by resident
    ) f on f.resident = r.id
    where r.project = ${project}`.execute(db);
  const people = new Map<string, LedgerResident>();
  const put = (name: string, { household, id, phoneIndex, corrected }: (typeof rows)[number]): void => {
    people.set(`${household}/${name}`, { id, phoneIndex, corrected });
  };
  for (const row of rows) for (const name of row.names) put(name, row);
  // Whoever has the name now goes before whoever had it.
  for (const row of rows) put(row.nameIndex, row);
  return people;
}

export async function setHomeFacts(
  db: Kysely<Database>,
  { id, building, unit, careColour }: LedgerHome,
): Promise<void> {
  await db.updateTable('household').set({ building, unit, care_colour: careColour }).where('id', '=', id).execute();
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
