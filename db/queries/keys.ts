import { sql, type Kysely, type Selectable } from 'kysely';
import type { Role } from '../../domain/actor';
import { MINUTE, type Instant } from '../../domain/instant';
import type { Database } from '../schema';
import type { ApiKeyTable } from '../schema/api-key';
import { instantOf, timeOf } from '../time';
import type { ProjectScope } from './lists';

export interface ApiKey {
  readonly id: string;
  /** SHA-256 of the secret, hex. */
  readonly hash: string;
  readonly label: string;
  readonly role: Role;
  readonly staff: string | null;
  readonly resident: string | null;
  readonly household: string | null;
  readonly projects: ProjectScope;
  readonly createdAt: Instant;
  readonly createdBy: string;
  readonly expiresAt: Instant | null;
  readonly revokedAt: Instant | null;
  readonly lastUsedAt: Instant | null;
}

export type NewApiKeyRow = Omit<ApiKey, 'revokedAt' | 'lastUsedAt'>;

/** A key with what is known of its holder now. */
export interface KeyHolder extends ApiKey {
  readonly department: string | null;
  /** False when the member of staff has left. */
  readonly active: boolean;
  /** Blind index of the household's room, which its cases carry. */
  readonly roomIndex: string | null;
}

/** How old `lastUsedAt` may be: writing it with every request would be most of what a request writes. */
const USED_EVERY = MINUTE;

/** A key that is there already is left as it is. @returns whether it was made. */
export async function insertKey(db: Kysely<Database>, key: NewApiKeyRow): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('api_key')
    .values({
      id: key.id,
      hash: key.hash,
      label: key.label,
      role: key.role,
      staff: key.staff,
      resident: key.resident,
      household: key.household,
      projects: key.projects === '*' ? null : [...key.projects],
      created_at: timeOf(key.createdAt),
      created_by: key.createdBy,
      expires_at: timeOf(key.expiresAt),
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** The key by its id, whatever its state: the caller compares the hash and looks at the instants. */
export async function findKey(db: Kysely<Database>, id: string): Promise<KeyHolder | null> {
  const row = await db
    .selectFrom('api_key as k')
    .leftJoin('staff as s', 's.id', 'k.staff')
    .leftJoin('household as h', 'h.id', 'k.household')
    .selectAll('k')
    .select(['s.department', 's.active', 'h.room_index'])
    .where('k.id', '=', id)
    .executeTakeFirst();
  if (!row) return null;
  return { ...apiKey(row), department: row.department, active: row.active ?? true, roomIndex: row.room_index };
}

/** The first revocation stays. @returns false when there is no such key. */
export async function revokeKey(db: Kysely<Database>, id: string, at: Instant): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('api_key')
    .set((eb) => ({ revoked_at: eb.fn.coalesce('revoked_at', eb.val(timeOf(at))) }))
    .where('id', '=', id)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export async function touchKey(db: Kysely<Database>, id: string, at: Instant): Promise<void> {
  await db
    .updateTable('api_key')
    .set({ last_used_at: timeOf(at) })
    .where('id', '=', id)
    .where(sql<boolean>`(last_used_at is null or last_used_at < ${timeOf(at - USED_EVERY)})`)
    .execute();
}

function apiKey(row: Selectable<ApiKeyTable>): ApiKey {
  return {
    id: row.id,
    hash: row.hash,
    label: row.label,
    role: row.role,
    staff: row.staff,
    resident: row.resident,
    household: row.household,
    projects: row.projects ?? '*',
    createdAt: instantOf(row.created_at),
    createdBy: row.created_by,
    expiresAt: instantOf(row.expires_at),
    revokedAt: instantOf(row.revoked_at),
    lastUsedAt: instantOf(row.last_used_at),
  };
}
