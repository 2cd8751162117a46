import type { Kysely } from 'kysely';
import type { RosterLine } from '../../domain/roster';
import type { Instant } from '../../domain/instant';
import type { Database } from '../schema';
import { insertAsset, type Asset } from './assets';
import { listNamed, putNamed, setZoneBuildings, type NamedList } from './named-lists';
import { insertLine, lastLine } from './roster-write';
import { setTies, tiesOf, type StaffTies } from './staff-ties';

/** What a project of a new company is worked at and by. */
export interface PlacesSpec {
  readonly posts?: readonly NamedSpec[];
  readonly skills?: readonly NamedSpec[];
  readonly zones?: readonly (NamedSpec & { readonly buildings: readonly string[] })[];
  /** By member of staff. */
  readonly ties?: Readonly<Record<string, StaffTies>>;
  readonly roster?: readonly RosterLine[];
  readonly assets?: readonly Omit<Asset, 'project'>[];
}

export interface NamedSpec {
  readonly id: string;
  readonly name: string;
}

/**
 * Puts in what is not there yet, and leaves what is there as it is. Its staff are there already.
 * @throws RangeError for a building in two zones.
 */
export async function createPlaces(
  trx: Kysely<Database>,
  project: string,
  spec: PlacesSpec,
  at: Instant,
): Promise<void> {
  await addNamed(trx, 'post', project, spec.posts ?? []);
  await addNamed(trx, 'skill', project, spec.skills ?? []);
  const added = await addNamed(trx, 'zone', project, spec.zones ?? []);
  for (const { id, buildings } of (spec.zones ?? []).filter((zone) => added.includes(zone.id))) {
    const taken = await setZoneBuildings(trx, { project, zone: id, buildings });
    if (taken) throw new RangeError(`building ${taken.building} is in the zone ${taken.zone} already`);
  }
  for (const [staff, ties] of Object.entries(spec.ties ?? {})) {
    const { post, skills, zones } = await tiesOf(trx, { staff, project });
    if (post === null && skills.length === 0 && zones.length === 0) await setTies(trx, { staff, project }, ties);
  }
  for (const line of spec.roster ?? []) {
    if (!(await lastLine(trx, line.id))) await insertLine(trx, { ...line, project, revision: 1 }, at);
  }
  for (const asset of spec.assets ?? []) await insertAsset(trx, { ...asset, project }, at);
}

/** @returns the ids of those that were not there. */
async function addNamed(
  trx: Kysely<Database>,
  list: NamedList,
  project: string,
  wanted: readonly NamedSpec[],
): Promise<string[]> {
  const known = (await listNamed(trx, list, project)).map(({ id }) => id);
  const missing = wanted.filter(({ id }) => !known.includes(id));
  for (const { id, name } of missing) await putNamed(trx, list, { project, id, name });
  return missing.map(({ id }) => id);
}
