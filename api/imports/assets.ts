import type { Kysely } from 'kysely';
import { z } from 'zod';
import { assetsById, changeAsset, type Asset } from '../../db/queries/assets';
import type { ImportedRow, RowError } from '../../db/queries/imports';
import { insertMany } from '../../db/queries/insert-many';
import { listNamed, zoneBuildings } from '../../db/queries/named-lists';
import type { Database } from '../../db/schema';
import { timeOf } from '../../db/time';
import type { Deed } from '../resources/record';
import { PLANNERS } from '../resources/authority';
import { assetChange, newAsset } from '../schemas/assets';
import { Entries } from './entries';
import { duplicateOf, ledger, mapInTurns, refusedRow, Seen, type Decision, type ReadRow, type Work } from './kind';

const { kind, name, building, unit, inServiceSince, state } = assetChange.shape;

/** What a cell leaves empty it does not say. */
const schema = z.strictObject({
  id: newAsset.shape.id.unwrap(),
  kind: kind.unwrap(),
  name: name.unwrap(),
  building: building.unwrap().unwrap().optional(),
  unit: unit.unwrap().unwrap().optional(),
  /** By id or name. */
  zone: z.string().max(80).optional(),
  inServiceSince: inServiceSince.unwrap().unwrap().optional(),
  state: state.optional(),
});

type Row = z.output<typeof schema>;

export const assets = ledger<Row, Row>({
  is: 'ledger',
  name: 'assets',
  roles: PLANNERS,
  maxRows: 100_000,
  columns: [
    { field: 'id', heading: 'asset-id', type: { is: 'text' }, isRequired: true },
    { field: 'kind', heading: 'asset-kind', type: { is: 'code', vocabulary: 'asset-kind' }, isRequired: true },
    { field: 'name', heading: 'asset-name', type: { is: 'text' }, isRequired: true },
    { field: 'building', type: { is: 'text' } },
    { field: 'unit', type: { is: 'text' } },
    { field: 'zone', type: { is: 'text' } },
    { field: 'inServiceSince', type: { is: 'date' } },
    { field: 'state', heading: 'asset-state', type: { is: 'code', vocabulary: 'asset-state' } },
  ],
  schema,
  prepare: (_work, value) => value,
  decide,
});

async function decide({ project, now }: Work, trx: Kysely<Database>, rows: readonly ReadRow<Row>[]): Promise<Decision> {
  const before = await assetsById(
    trx,
    rows.map(({ value }) => value.id),
  );
  const zones = new Entries('zone', await listNamed(trx, 'zone', project.id));
  const zoneOfBuilding = new Map(
    [...(await zoneBuildings(trx, project.id))].flatMap(([id, buildings]) => buildings.map((each) => [each, id])),
  );
  const seen = new Seen();
  const created: Asset[] = [];
  const changed: { readonly before: Asset; readonly after: Asset }[] = [];
  const outcomes = await mapInTurns(rows, ({ row, value }): ImportedRow => {
    const known = before.get(value.id);
    const first = seen.before(value.id, row);
    const given = zones.find(value.zone);
    const wrong = first === null ? (wrongIn(known, value, project.id) ?? given.error) : duplicateOf('id', first);
    if (wrong) return refusedRow(row, [wrong]);
    const facts = { ...value, zone: given.id };
    if (!known) {
      created.push(madeOf(facts, project.id, zoneOfBuilding));
      return { row, outcome: 'created', ref: value.id, errors: [] };
    }
    const after = { ...known, ...Object.fromEntries(Object.entries(facts).filter(([, said]) => said !== undefined)) };
    const isSame = Object.entries(after).every(([field, said]) => known[field as keyof Asset] === said);
    if (!isSame) changed.push({ before: known, after });
    return { row, outcome: isSame ? 'unchanged' : 'changed', ref: value.id, errors: [] };
  });
  return {
    outcomes,
    write: async (to) => {
      await insertMany(
        to,
        'asset',
        created.map(({ inServiceSince: since, ...asset }) => ({
          ...{ ...asset, in_service_since: since, created_at: timeOf(now) },
        })),
      );
      for (const { after } of changed) await changeAsset(to, after);
      return deedsOf(created, changed);
    },
  };
}

function wrongIn(known: Asset | undefined, { state: wanted }: Row, project: string): RowError | null {
  if (known && known.project !== project) {
    return { field: 'id', code: 'conflict', expected: 'an id that no other project has' };
  }
  if (known?.state === 'removed' && wanted === undefined) {
    return { field: 'state', code: 'asset-removed', expected: 'a state, which takes it back into the ledger' };
  }
  return null;
}

function madeOf(row: Row, project: string, zoneOfBuilding: ReadonlyMap<string, string>): Asset {
  const place = row.building ?? null;
  return {
    ...{ id: row.id, project, kind: row.kind, name: row.name, building: place, unit: row.unit ?? null },
    zone: row.zone ?? (place === null ? null : (zoneOfBuilding.get(place) ?? null)),
    inServiceSince: row.inServiceSince ?? null,
    state: row.state ?? 'in-service',
  };
}

/** An asset's file has every revision, also those that came in a file. */
function deedsOf(
  created: readonly Asset[],
  changed: readonly { readonly before: Asset; readonly after: Asset }[],
): Deed[] {
  const made = created.map(({ id, project, ...facts }): Deed => {
    return { action: 'asset.create', subject: `asset/${id}`, project, details: facts };
  });
  const revised = changed.map(({ before, after }): Deed => {
    const { id, project } = after;
    const details = Object.fromEntries(
      Object.entries(after).filter(([field, value]) => before[field as keyof Asset] !== value),
    );
    return { action: 'asset.change', subject: `asset/${id}`, project, details };
  });
  return [...made, ...revised];
}
