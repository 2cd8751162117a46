import type { Kysely } from 'kysely';
import { z } from 'zod';
import { normaliseRoom } from '../../common/crypto/blind-index';
import { shortId } from '../../common/ids';
import type { ImportedRow, RowError } from '../../db/queries/imports';
import { insertMany } from '../../db/queries/insert-many';
import {
  ledgerHomes,
  ledgerResidents,
  setHomeFacts,
  type LedgerHome,
  type LedgerResident,
} from '../../db/queries/ledger';
import { setPhone } from '../../db/queries/residents';
import { putFreshTexts, type FreshTexts } from '../../db/queries/vault-many';
import type { Database } from '../../db/schema';
import { timeOf } from '../../db/time';
import { HOME_KEEPERS } from '../resources/authority';
import { newResidentId } from '../resources/households';
import type { Deed } from '../resources/record';
import { keepText } from '../resources/texts';
import { newHousehold, newResident } from '../schemas/directory';
import {
  duplicateOf,
  ledger,
  mapInTurns,
  refusedRow,
  RowRefusal,
  Seen,
  type Decision,
  type ReadRow,
  type Work,
} from './kind';

/** A home, or one of those who live in it: a home with three people is three rows. */
const schema = z
  .strictObject({
    building: newHousehold.shape.building,
    unit: newHousehold.shape.building.optional(),
    room: newHousehold.shape.room,
    careColour: newHousehold.shape.careColour.unwrap().unwrap().optional(),
    name: newResident.shape.name.optional(),
    phone: newResident.shape.phone.unwrap().unwrap().optional(),
  })
  .refine(({ name, phone }) => phone === undefined || name !== undefined, {
    message: 'together with a telephone number',
    path: ['name'],
  });

type Row = z.output<typeof schema>;

interface Ready extends Row {
  readonly roomIndex: string;
  readonly nameIndex: string | null;
  readonly initialsIndex: string;
  readonly phoneIndex: string | null;
}

export const households = ledger<Row, Ready>({
  is: 'ledger',
  name: 'households',
  roles: HOME_KEEPERS,
  maxRows: 100_000,
  columns: [
    { field: 'building', type: { is: 'text' }, isRequired: true },
    { field: 'unit', type: { is: 'text' } },
    { field: 'room', type: { is: 'text' }, isRequired: true },
    { field: 'careColour', type: { is: 'code', vocabulary: 'care-colour' } },
    { field: 'name', type: { is: 'text' } },
    { field: 'phone', type: { is: 'text' } },
  ],
  schema,
  prepare: ({ deps: { blindIndex }, project: { id } }, value) => {
    const room = wholeRoom(value);
    const { name, phone } = value;
    return {
      ...value,
      room,
      roomIndex: indexed('room', () => blindIndex.room(id, room)),
      nameIndex: name === undefined ? null : indexed('name', () => blindIndex.name(id, name)),
      initialsIndex: name === undefined ? '' : blindIndex.initialsOf(id, name),
      phoneIndex: phone === undefined ? null : indexed('phone', () => blindIndex.phone(id, phone)),
    };
  },
  decide,
});

/** A ledger that has the building in a column of its own says `1501` of 3-2-1501. */
export function wholeRoom({ building, unit, room }: Pick<Row, 'building' | 'unit' | 'room'>): string {
  if (normaliseRoom(room).includes('-')) return room;
  return [building, unit, room].filter((part) => part !== undefined).join('-');
}

function indexed(field: string, index: () => string): string {
  try {
    return index();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RowRefusal([{ field, code: 'wrong-format', expected: 'at least one visible character' }]);
  }
}

interface PlannedResident {
  readonly id: string;
  readonly household: string;
  readonly row: Ready;
}

/** What is to be written. */
class Plan {
  readonly homes: { readonly id: string; readonly row: Ready }[] = [];
  readonly residents: PlannedResident[] = [];
  readonly facts = new Map<string, LedgerHome>();
  readonly phones: { readonly id: string; readonly row: Ready }[] = [];
}

async function decide(work: Work, trx: Kysely<Database>, rows: readonly ReadRow<Ready>[]): Promise<Decision> {
  const before = await ledgerHomes(trx, work.project.id);
  const people = await ledgerResidents(trx, work.project.id);
  const plan = new Plan();
  const seenRooms = new Map<string, { readonly row: number; home: LedgerHome }>();
  const seen = new Seen();
  const outcomes = await mapInTurns(rows, ({ row, value }): ImportedRow => {
    const first = seen.before(`${value.roomIndex}/${value.nameIndex ?? ''}`, row);
    const earlier = seenRooms.get(value.roomIndex);
    // A home alone, in a file that has it already, says nothing new.
    if (first !== null || (value.nameIndex === null && earlier)) {
      return refusedRow(row, [duplicateOf(value.nameIndex === null ? 'room' : 'name', first ?? earlier?.row ?? row)]);
    }
    const contradiction = earlier && contradictionOf(earlier, value);
    if (contradiction) return refusedRow(row, [contradiction]);
    const known = earlier?.home ?? before.get(value.roomIndex);
    const home = known ?? newHome(work, value, plan);
    const isChanged = !!known && !earlier && changeHome(known, value, plan);
    if (!earlier) seenRooms.set(value.roomIndex, { row, home: plan.facts.get(home.id) ?? home });
    const person = planPerson(work, home, value, people, plan);
    const outcome = !known || person?.outcome === 'created' ? 'created' : isChanged ? 'changed' : person?.outcome;
    return { row, outcome: outcome ?? 'unchanged', ref: person?.id ?? home.id, errors: [] };
  });
  return { outcomes, write: (to) => write(work, to, plan) };
}

/** What is said of one home in two rows must agree; what a row leaves out it does not say. */
function contradictionOf(
  { row, home }: { readonly row: number; readonly home: LedgerHome },
  value: Ready,
): RowError | null {
  const field = (['building', 'unit', 'careColour'] as const).find(
    (name) => value[name] !== undefined && value[name] !== home[name],
  );
  return field === undefined ? null : { field, code: 'contradiction', expected: `the same as in row ${row}` };
}

function newHome({ deps }: Work, row: Ready, plan: Plan): LedgerHome {
  const id = shortId(deps.ids, 'h');
  plan.homes.push({ id, row });
  return { id, building: row.building, unit: row.unit ?? null, careColour: row.careColour ?? null };
}

function changeHome(known: LedgerHome, value: Ready, plan: Plan): boolean {
  const after = {
    id: known.id,
    building: value.building,
    unit: value.unit ?? known.unit,
    careColour: value.careColour ?? known.careColour,
  };
  const isSame = (['building', 'unit', 'careColour'] as const).every((name) => after[name] === known[name]);
  if (!isSame) plan.facts.set(known.id, after);
  return !isSame;
}

function planPerson(
  work: Work,
  home: LedgerHome,
  row: Ready,
  people: ReadonlyMap<string, LedgerResident>,
  plan: Plan,
): { readonly id: string; readonly outcome: 'created' | 'changed' | 'unchanged' } | null {
  if (row.nameIndex === null) return null;
  const known = people.get(`${home.id}/${row.nameIndex}`);
  if (!known) {
    const id = newResidentId(work.deps);
    plan.residents.push({ id, household: home.id, row });
    return { id, outcome: 'created' };
  }
  const { id, phoneIndex, corrected } = known;
  // A number that was corrected by hand is not brought back by a ledger that does not know it yet.
  const isSame = row.phoneIndex === null || row.phoneIndex === phoneIndex || corrected.includes(row.phoneIndex);
  if (isSame) return { id, outcome: 'unchanged' };
  plan.phones.push({ id, row });
  return { id, outcome: 'changed' };
}

/** So many subjects are encrypted before they are written: the transaction must not stand still. */
const PIECE = 500;

async function write(work: Work, trx: Kysely<Database>, plan: Plan): Promise<Deed[]> {
  for (let from = 0; from < plan.homes.length; from += PIECE) {
    await writeHomes(work, trx, plan.homes.slice(from, from + PIECE));
  }
  for (let from = 0; from < plan.residents.length; from += PIECE) {
    await writeResidents(work, trx, plan.residents.slice(from, from + PIECE));
  }
  const project = work.project.id;
  const deeds: Deed[] = [];
  for (const home of plan.facts.values()) {
    await setHomeFacts(trx, home);
    const { id, careColour } = home;
    deeds.push({ action: 'household.change', subject: `household/${id}`, project, details: { careColour } });
  }
  for (const { id, row } of plan.phones) {
    const { phone = '', phoneIndex } = row;
    const ref = await keepText(work.deps, trx, { kind: 'resident', id }, phone, work.now);
    await setPhone(trx, id, { ref, index: phoneIndex ?? '' }, { at: work.now, corrected: false });
    deeds.push({ action: 'resident.change', subject: `resident/${id}`, project, details: { changed: ['phone'] } });
  }
  return deeds;
}

async function writeHomes({ deps, project, now }: Work, trx: Kysely<Database>, homes: Plan['homes']): Promise<void> {
  const texts: FreshTexts[] = [];
  const rows = homes.map(({ id, row }) => {
    const ref = deps.ids.uuid();
    texts.push({ subject: { kind: 'household', id }, entries: [{ ref, plain: row.room }] });
    return {
      ...{ id, project: project.id, building: row.building, unit: row.unit ?? null, room_ref: ref },
      ...{ room_index: row.roomIndex, care_colour: row.careColour ?? null },
      created_at: timeOf(now),
    };
  });
  await putFreshTexts(trx, deps.sealer, texts, now);
  await insertMany(trx, 'household', rows);
}

async function writeResidents(
  { deps, project, now }: Work,
  trx: Kysely<Database>,
  residents: readonly PlannedResident[],
): Promise<void> {
  const texts: FreshTexts[] = [];
  const rows = residents.map(({ id, household, row }) => {
    const name = { ref: deps.ids.uuid(), plain: row.name ?? '' };
    const phone = row.phone === undefined ? null : { ref: deps.ids.uuid(), plain: row.phone };
    texts.push({ subject: { kind: 'resident', id }, entries: phone ? [name, phone] : [name] });
    return {
      ...{ id, household, project: project.id, name_ref: name.ref, name_index: row.nameIndex },
      ...{ initials_index: row.initialsIndex, phone_ref: phone?.ref ?? null, phone_index: row.phoneIndex },
      created_at: timeOf(now),
    };
  });
  await putFreshTexts(trx, deps.sealer, texts, now);
  await insertMany(trx, 'resident', rows);
}
