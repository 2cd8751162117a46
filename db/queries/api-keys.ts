import { sql, type Expression, type Kysely, type Selectable, type SqlBool } from 'kysely';
import type { Role } from '../../domain/actor';
import type { Database } from '../schema';
import type { ApiKeyTable } from '../schema/api-key';
import { instantOf, timeOf } from '../time';
import { findKey, type ApiKey, type KeyHolder } from './keys';
import {
  beyond,
  countFound,
  cursorInstant,
  oneOf,
  type Page,
  pageOf,
  type PageRequest,
  type ProjectScope,
} from './lists';

/** A key, and where its holder may use it now. */
export interface KeyInUse extends KeyHolder {
  /** Where the member of staff holds the key's role now; null for keys that are nobody's in person. */
  readonly held: ProjectScope | null;
}

/** The key by its id, whatever its state; the home of a resident's key is filled in from the resident. */
export async function findKeyInUse(db: Kysely<Database>, id: string): Promise<KeyInUse | null> {
  const key = await findKey(db, id);
  if (!key) return null;
  const held = key.staff === null ? null : await heldProjects(db, key.staff, key.role);
  const household = key.household ?? (key.resident === null ? null : await homeOfResident(db, key.resident));
  return { ...key, household, held };
}

/** The projects in which somebody holds a role. */
export async function heldProjects(db: Kysely<Database>, staff: string, role: Role): Promise<ProjectScope> {
  const rows = await db
    .selectFrom('staff_role')
    .select('project')
    .where('staff', '=', staff)
    .where('role', '=', role)
    .orderBy('project')
    .execute();
  const projects = rows.map(({ project }) => project);
  return projects.includes('*') ? '*' : projects;
}

async function homeOfResident(db: Kysely<Database>, id: string): Promise<string | null> {
  const row = await db.selectFrom('resident').select('household').where('id', '=', id).executeTakeFirst();
  return row?.household ?? null;
}

/** Ids of the keys of a member of staff. */
export async function keyIdsOf(db: Kysely<Database>, staff: string): Promise<string[]> {
  const rows = await db.selectFrom('api_key').select('id').where('staff', '=', staff).execute();
  return rows.map(({ id }) => id);
}

/** Ids of the keys of a resident. */
export async function keyIdsOfResident(db: Kysely<Database>, resident: string): Promise<string[]> {
  const rows = await db.selectFrom('api_key').select('id').where('resident', '=', resident).execute();
  return rows.map(({ id }) => id);
}

/** A key as it may be listed: nobody reads its hash. */
export type ListedKey = Omit<ApiKey, 'hash'>;

export interface KeyFilter {
  readonly ids?: readonly string[];
  /** Keys that reach nowhere else. */
  readonly projects: ProjectScope;
  readonly staff?: string;
  readonly revoked?: boolean;
}

const LISTED = [
  'id',
  'label',
  'role',
  'staff',
  'resident',
  'household',
  'projects',
  'created_at',
  'created_by',
  'expires_at',
  'revoked_at',
  'last_used_at',
] as const;

/** Newest first. @throws CursorError. */
export async function pageKeys(
  db: Kysely<Database>,
  query: PageRequest & { readonly filter: KeyFilter },
): Promise<Page<ListedKey>> {
  const { filter, limit, cursor } = query;
  const found = db
    .selectFrom('api_key')
    .where(within(filter.projects))
    .$if(filter.ids !== undefined, (all) => all.where(oneOf(sql.ref('id'), filter.ids ?? [])))
    .$if(filter.staff !== undefined, (all) => all.where('staff', '=', filter.staff ?? null))
    .$if(filter.revoked !== undefined, (all) => all.where('revoked_at', filter.revoked ? 'is not' : 'is', null));
  const [total, rows] = await Promise.all([
    countFound(db, found),
    found
      .select(LISTED)
      .$if(!!cursor, (all) => {
        const values = cursor ? [timeOf(cursorInstant(cursor)), cursor.id] : [];
        return all.where(beyond([sql.ref('created_at'), sql.ref('id')], values, true));
      })
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute(),
  ]);
  return pageOf(rows, limit, total, listedKey, (last) => ({ sort: [instantOf(last.created_at)], id: last.id }));
}

function within(projects: ProjectScope): Expression<SqlBool> {
  return projects === '*' ? sql<boolean>`true` : sql<boolean>`projects <@ ${[...projects]}::text[]`;
}

function listedKey(row: Pick<Selectable<ApiKeyTable>, (typeof LISTED)[number]>): ListedKey {
  const { id, label, role, staff, resident, household } = row;
  return {
    ...{ id, label, role, staff, resident, household },
    projects: row.projects ?? '*',
    createdAt: instantOf(row.created_at),
    createdBy: row.created_by,
    expiresAt: instantOf(row.expires_at),
    revokedAt: instantOf(row.revoked_at),
    lastUsedAt: instantOf(row.last_used_at),
  };
}
