import { sql, type Kysely, type Selectable } from 'kysely';
import type { Instant } from '../../domain/instant';
import type { Database } from '../schema';
import type { AssetTable } from '../schema/asset';
import { instantOf, timeOf } from '../time';
import {
  beyond,
  countFound,
  countRows,
  cursorInstant,
  inScope,
  oneOf,
  type Page,
  pageOf,
  type PageRequest,
  type ProjectScope,
} from './lists';

/** Lifts, pumps, doors: what cases are about. */
export interface Asset {
  readonly id: string;
  readonly project: string;
  readonly kind: string;
  readonly name: string;
  readonly building: string | null;
  readonly unit: string | null;
  readonly zone: string | null;
  /** Local date. */
  readonly inServiceSince: string | null;
  readonly state: AssetTable['state'];
}

export interface AssetFilter {
  readonly projects: ProjectScope;
  readonly kind?: string | undefined;
  readonly building?: string | undefined;
  readonly zone?: string | undefined;
  readonly state?: AssetTable['state'] | undefined;
}

/** By id. */
export async function listAssets(
  db: Kysely<Database>,
  { filter, limit, cursor }: PageRequest & { readonly filter: AssetFilter },
): Promise<Page<Asset>> {
  let found = db.selectFrom('asset').where(inScope(sql.ref('project'), filter.projects));
  for (const column of ['kind', 'building', 'zone', 'state'] as const) {
    const value = filter[column];
    if (value !== undefined) found = found.where(column, '=', value);
  }
  const [total, rows] = await Promise.all([
    countFound(db, found),
    found
      .selectAll()
      .$if(!!cursor, (all) => all.where('id', '>', cursor?.id ?? ''))
      .orderBy('id')
      .limit(limit + 1)
      .execute(),
  ]);
  return pageOf(rows, limit, total, asset, ({ id }) => ({ sort: [], id }));
}

export async function assetById(db: Kysely<Database>, id: string): Promise<Asset | null> {
  const row = await db.selectFrom('asset').selectAll().where('id', '=', id).executeTakeFirst();
  return row ? asset(row) : null;
}

/** By id, of whatever project; those that are not there are missing. */
export async function assetsById(db: Kysely<Database>, ids: readonly string[]): Promise<Map<string, Asset>> {
  const rows = await db
    .selectFrom('asset')
    .selectAll()
    .where(oneOf(sql.ref('id'), ids))
    .execute();
  return new Map(rows.map((row) => [row.id, asset(row)]));
}

const asset = (row: Selectable<AssetTable>): Asset => ({
  ...{ id: row.id, project: row.project, kind: row.kind, name: row.name, building: row.building, unit: row.unit },
  ...{ zone: row.zone, inServiceSince: row.in_service_since, state: row.state },
});

/** @returns false when the id is taken. */
export async function insertAsset(db: Kysely<Database>, wanted: Asset, at: Instant): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('asset')
    .values({ id: wanted.id, project: wanted.project, ...columnsOf(wanted), created_at: timeOf(at) })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function changeAsset(db: Kysely<Database>, changed: Asset): Promise<void> {
  await db.updateTable('asset').set(columnsOf(changed)).where('id', '=', changed.id).execute();
}

const columnsOf = ({ kind, name, building, unit, zone, inServiceSince, state }: Asset) => ({
  ...{ kind, name, building, unit, zone, state },
  in_service_since: inServiceSince,
});

/** Holds up whoever else changes it, until the transaction ends. */
export async function lockAsset(trx: Kysely<Database>, id: string): Promise<Asset | null> {
  const row = await trx.selectFrom('asset').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
  return row ? asset(row) : null;
}

/** Whether cases of the project may be about this: it is in the ledger and not removed, or there is no ledger yet. */
export async function isAssetKnown(db: Kysely<Database>, project: string, id: string): Promise<boolean> {
  const { rows } = await sql<{ known: boolean }>`
    select not exists (select from asset where project = ${project})
      or exists (select from asset where project = ${project} and id = ${id} and state <> 'removed') as known`.execute(
    db,
  );
  return rows[0]?.known ?? false;
}

/** Something that happened to an asset: a case was received, its entry or the cadence of a duty was changed. */
export interface AssetFileEntry {
  readonly kind: 'case' | 'revision';
  readonly at: Instant;
  /** Number of the case, or of the audit entry; of a revised cadence that of the case that revised it. */
  readonly ref: string;
  /** Of a case. */
  readonly family: string | null;
  readonly subtype: string | null;
  readonly stage: string | null;
  readonly closedAt: Instant | null;
  /** Of a revision: its action, by whom, and codes and ids of what was changed. */
  readonly action: string | null;
  readonly actor: string | null;
  readonly details: Readonly<Record<string, unknown>> | null;
}

interface FileRow {
  readonly kind: AssetFileEntry['kind'];
  readonly at: Date;
  readonly ref: string;
  readonly family: string | null;
  readonly subtype: string | null;
  readonly stage: string | null;
  readonly closed_at: Date | null;
  readonly action: string | null;
  readonly actor: string | null;
  readonly details: Readonly<Record<string, unknown>> | null;
}

/** Every case and every revision, of the entry and of what is done how often, newest first. @throws CursorError */
export async function assetFile(
  db: Kysely<Database>,
  { project, id }: Pick<Asset, 'project' | 'id'>,
  { limit, cursor }: PageRequest,
): Promise<Page<AssetFileEntry>> {
  const cases = sql`
    select 'case' as kind, received_at as at, no as ref, family, subtype, stage, closed_at,
      null::text as action, null::text as actor, null::jsonb as details
    from "case" where project = ${project} and asset = ${id}`;
  const revisions = sql`
    select 'revision', at, n::text, null, null, null, null, action, actor, details
    from audit_log where subject = ${`asset/${id}`} and action like 'asset.%'`;
  const cadences = sql`
    select 'revision', j.at, j.case_no, null, null, null, null, 'cadence.revise', j.by_id, j.data
    from journal as j join "case" as c on c.no = j.case_no
    where j.type = 'cadence-revised' and j.data ->> 'asset' = ${id} and c.project = ${project} and c.mode = 'live'`;
  const all = sql`(${cases} union all ${revisions} union all ${cadences}) as file`;
  const after = cursor
    ? beyond([sql.ref('at'), sql.ref('ref')], [timeOf(cursorInstant(cursor)), cursor.id], true)
    : sql<boolean>`true`;
  const [total, found] = await Promise.all([
    countRows(db, all),
    sql<FileRow>`select * from ${all} where ${after} order by at desc, ref desc limit ${limit + 1}`.execute(db),
  ]);
  return pageOf(found.rows, limit, total, fileEntry, ({ at, ref }) => ({ sort: [instantOf(at)], id: ref }));
}

const fileEntry = ({ at, closed_at: closed, ...row }: FileRow): AssetFileEntry => ({
  ...row,
  at: instantOf(at),
  closedAt: instantOf(closed),
});
