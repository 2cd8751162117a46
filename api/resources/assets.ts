import type { z } from 'zod';
import { assetById, changeAsset, insertAsset, isAssetKnown, lockAsset, type Asset } from '../../db/queries/assets';
import { isTransient } from '../../db/database';
import { findProject } from '../../db/queries/directory';
import { openCasesAbout } from '../../db/queries/open-cases';
import { zoneOf } from '../../db/queries/named-lists';
import type { ApiDeps } from '../deps';
import { requireProject, type Principal } from '../http/access';
import { problem } from '../http/problem';
import type { assetChange, newAsset } from '../schemas/assets';
import { makeOnce, type Making } from './once';
import { requireCode } from './places';
import { recordDeed, type By } from './record';

/** @throws Problem not-found for one of another project, as if it were not there */
export async function visibleAsset(deps: ApiDeps, principal: Principal, id: string): Promise<Asset> {
  const asset = await assetById(deps.database.db, id);
  if (!asset) throw problem('not-found');
  requireProject(principal, asset.project);
  return asset;
}

/** @returns its id. @throws Problem not-found, code-unknown; conflict when the id is taken */
export async function createAsset(
  deps: ApiDeps,
  by: By & Pick<Making, 'idempotency'>,
  { id: chosen, ...facts }: z.output<typeof newAsset>,
): Promise<string> {
  const { db } = deps.database;
  const { project } = facts;
  if (!(await findProject(db, project))) throw problem('not-found');
  await requireCode(db, 'zone', project, facts.zone === null ? [] : [facts.zone]);
  const zone = facts.zone ?? (facts.building === null ? null : await zoneOf(db, project, facts.building));
  const making = { ...by, kind: 'asset', letter: 'asset', id: chosen, project, details: { ...facts, zone } } as const;
  return makeOnce(deps, making, async (trx, id) => {
    if (!(await insertAsset(trx, { ...facts, id, zone }, by.now))) throw problem('conflict');
  });
}

/** @throws Problem not-found, code-unknown */
export async function alterAsset(
  deps: ApiDeps,
  by: By,
  id: string,
  change: z.output<typeof assetChange>,
): Promise<Asset> {
  const { db } = deps.database;
  const { project } = await visibleAsset(deps, by.principal, id);
  await requireCode(db, 'zone', project, change.zone === null || change.zone === undefined ? [] : [change.zone]);
  return db.transaction().execute(async (trx) => {
    const before = await lockAsset(trx, id);
    if (!before) throw problem('not-found');
    const after = { ...before, ...change };
    await changeAsset(trx, after);
    const changed = Object.fromEntries(
      Object.entries(change).filter(([name, value]) => before[name as keyof Asset] !== value),
    );
    await recordDeed(trx, by, { action: 'asset.change', subject: `asset/${id}`, project, details: changed });
    return after;
  });
}

/** Its file stays. Can be repeated. @throws Problem not-found; asset-in-use with the numbers of its open cases */
export async function removeAsset(deps: ApiDeps, by: By, id: string): Promise<Asset> {
  const { project } = await visibleAsset(deps, by.principal, id);
  return deps.database.db.transaction().execute(async (trx) => {
    const before = await lockAsset(trx, id);
    if (!before) throw problem('not-found');
    const cases = await openCasesAbout(trx, { project, column: 'asset', value: id });
    if (cases.length > 0) throw problem('asset-in-use', { count: cases.length, cases: cases.slice(0, NAMED_MAX) });
    const after = { ...before, state: 'removed' as const };
    await changeAsset(trx, after);
    await recordDeed(trx, by, { action: 'asset.remove', subject: `asset/${id}`, project });
    return after;
  });
}

/** Numbers named in a refusal. */
export const NAMED_MAX = 50;

/**
 * A case can be about what is in the ledger, once there is one. While the database is away whoever reports is believed.
 * @throws Problem asset-unknown
 */
export async function requireAsset(deps: ApiDeps, project: string, asset: string | null): Promise<void> {
  if (asset === null) return;
  try {
    if (!(await deps.reads.ask(() => isAssetKnown(deps.database.db, project, asset)))) {
      throw problem('asset-unknown', { asset });
    }
  } catch (error) {
    if (!isTransient(error)) throw error;
  }
}
