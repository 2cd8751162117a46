import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { ImportedRow, RowError } from '../../db/queries/imports';
import {
  buildingElsewhere,
  listNamed,
  zoneBuildings,
  type NamedEntry,
  type NamedList,
} from '../../db/queries/named-lists';
import type { Database } from '../../db/schema';
import { APPOINTERS } from '../resources/authority';
import { writeEntry } from '../resources/places';
import type { Deed } from '../resources/record';
import { departmentId } from '../schemas/parts';
import { namedInput, zoneInput } from '../schemas/places';
import type { Column } from './columns';
import { duplicateOf, ledger, refusedRow, Seen, type Decision, type ImportKind, type ReadRow, type Work } from './kind';

/** An entry; of a zone with some of its buildings, so that a zone may be several rows. */
const schema = z.strictObject({
  id: departmentId,
  name: namedInput.shape.name,
  buildings: zoneInput.shape.buildings.optional(),
});

type Row = z.output<typeof schema>;

/** @param name of its address: `zones`. */
export function namedListOf(list: NamedList, name: string): ImportKind {
  const columns: Column[] = [
    { field: 'id', heading: `${list}-id`, type: { is: 'text' }, isRequired: true },
    { field: 'name', heading: `${list}-name`, type: { is: 'text' }, isRequired: true },
  ];
  return ledger<Row, Row>({
    ...{ is: 'ledger', name, roles: APPOINTERS, maxRows: 2_000, schema },
    columns: list === 'zone' ? [...columns, { field: 'buildings', type: { is: 'list' } }] : columns,
    prepare: (_work, value) => value,
    decide: (work, trx, rows) => decide(list, work, trx, rows),
  });
}

/** An entry as the file has it so far. */
interface Said {
  readonly row: number;
  readonly name: string;
  /** With what it had before: an import takes none away. */
  readonly buildings: Set<string>;
  isChanged: boolean;
}

async function decide(
  list: NamedList,
  { project: { id: project } }: Work,
  trx: Kysely<Database>,
  rows: readonly ReadRow<Row>[],
): Promise<Decision> {
  const before = new Map((await listNamed(trx, list, project)).map((entry) => [entry.id, entry]));
  const covered = list === 'zone' ? await zoneBuildings(trx, project) : new Map<string, string[]>();
  const entries = new Map<string, Said>();
  const seen = new Seen();
  const outcomes: ImportedRow[] = [];
  for (const { row, value } of rows) {
    const { id, name } = value;
    const buildings = [...new Set(value.buildings)];
    const known = before.get(id);
    const earlier = entries.get(id);
    const taken = buildings.length > 0 && (await buildingElsewhere(trx, { project, zone: id, buildings }));
    const errors = [
      ...wrongIn(known, earlier, value),
      ...(taken
        ? [
            {
              field: 'buildings',
              code: 'building-in-zone',
              expected: `buildings of no other zone; one is in ${taken.zone}`,
            },
          ]
        : []),
      ...buildings.flatMap((building) => seenBefore(seen, building, row)),
    ];
    if (errors.length > 0) {
      outcomes.push(refusedRow(row, errors.slice(0, 1)));
      continue;
    }
    const said = earlier ?? { row, name, buildings: new Set(covered.get(id)), isChanged: known?.name !== name };
    const isWider = buildings.some((building) => !said.buildings.has(building));
    for (const building of buildings) said.buildings.add(building);
    const outcome = !known ? 'created' : isWider || (!earlier && said.isChanged) ? 'changed' : 'unchanged';
    said.isChanged ||= isWider;
    entries.set(id, said);
    outcomes.push({ row, outcome, ref: id, errors: [] });
  }
  return { outcomes, write: (to) => write(list, project, to, entries) };
}

/** Whatever is said of one entry in two rows must agree, and each row must say something of its own. */
function wrongIn(known: NamedEntry | undefined, earlier: Said | undefined, { name, buildings }: Row): RowError[] {
  if (known && known.retiredAt !== null) {
    return [{ field: 'id', code: 'entry-retired', expected: 'one in use; putting it by hand takes it back into use' }];
  }
  if (!earlier) return [];
  if (buildings === undefined) return [duplicateOf('id', earlier.row)];
  const isSame = name === earlier.name;
  return isSame ? [] : [{ field: 'name', code: 'contradiction', expected: `the same as in row ${earlier.row}` }];
}

/** A building stands in a file once, whatever its zone: it is in one zone at most. */
function seenBefore(seen: Seen, building: string, row: number): RowError[] {
  const first = seen.before(building, row);
  return first === null ? [] : [duplicateOf('buildings', first)];
}

async function write(
  list: NamedList,
  project: string,
  trx: Kysely<Database>,
  entries: ReadonlyMap<string, Said>,
): Promise<Deed[]> {
  const deeds: Deed[] = [];
  for (const [id, { name, buildings, isChanged }] of entries) {
    if (!isChanged) continue;
    deeds.push(await writeEntry(trx, { list, project, id }, { name, buildings: [...buildings].sort() }));
  }
  return deeds;
}
