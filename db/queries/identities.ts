import { type Kysely } from 'kysely';
import type { Instant } from '../../domain/instant';
import type { Database } from '../schema';
import { instantOf, timeOf } from '../time';
import { listStaff, type StaffMember } from './directory';

/** Somebody of an identity provider, and whom he is here. */
export interface Identity {
  /** Keyed index of issuer and subject. */
  readonly id: string;
  readonly issuer: string;
  readonly staff: string;
  readonly createdAt: Instant;
  readonly createdBy: string;
}

/** @returns false when it is somebody already; then it stays his. */
export async function insertIdentity(db: Kysely<Database>, identity: Identity): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('external_identity')
    .values({
      id: identity.id,
      issuer: identity.issuer,
      staff: identity.staff,
      created_at: timeOf(identity.createdAt),
      created_by: identity.createdBy,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** Of one member of staff, oldest first. */
export async function identitiesOf(db: Kysely<Database>, staff: string): Promise<Identity[]> {
  const rows = await db
    .selectFrom('external_identity')
    .selectAll()
    .where('staff', '=', staff)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    ...{ id: row.id, issuer: row.issuer, staff: row.staff },
    ...{ createdAt: instantOf(row.created_at), createdBy: row.created_by },
  }));
}

/** @returns false when he has no such identity. */
export async function deleteIdentity(db: Kysely<Database>, staff: string, id: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('external_identity')
    .where('staff', '=', staff)
    .where('id', '=', id)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

/** Whom somebody of an identity provider is here, with what he may do now; null when he is nobody. */
export async function memberByIdentity(db: Kysely<Database>, id: string): Promise<StaffMember | null> {
  const row = await db.selectFrom('external_identity').select('staff').where('id', '=', id).executeTakeFirst();
  if (!row) return null;
  return (await listStaff(db, { projects: '*', ids: [row.staff] }))[0] ?? null;
}
