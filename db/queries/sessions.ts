import { sql, type Kysely, type Selectable } from 'kysely';
import type { Role } from '../../domain/actor';
import type { Instant } from '../../domain/instant';
import type { Database } from '../schema';
import type { SessionTable } from '../schema/session';
import { instantOf, timeOf } from '../time';

/** A login that a browser keeps. */
export interface Session {
  readonly id: string;
  /** SHA-256 of its secret, hex. */
  readonly hash: string;
  /** Id of the person. */
  readonly holder: string;
  /** What he logged in with: a key's id, or `identity:…`. */
  readonly keyId: string;
  readonly role: Role;
  readonly device: string;
  readonly createdAt: Instant;
  readonly seenAt: Instant;
  readonly endsAt: Instant;
  readonly endedAt: Instant | null;
}

export async function insertSession(db: Kysely<Database>, session: Session): Promise<void> {
  await db
    .insertInto('session')
    .values({
      ...{ id: session.id, hash: session.hash, holder: session.holder, key_id: session.keyId, role: session.role },
      ...{ device: session.device, created_at: timeOf(session.createdAt), seen_at: timeOf(session.seenAt) },
      ends_at: timeOf(session.endsAt),
    })
    .execute();
}

export async function findSession(db: Kysely<Database>, id: string): Promise<Session | null> {
  const row = await db.selectFrom('session').selectAll().where('id', '=', id).executeTakeFirst();
  return row ? session(row) : null;
}

/** Those of a person that are not over at `at`, newest first. */
export async function sessionsOf(
  db: Kysely<Database>,
  holder: string,
  { at, idle }: { readonly at: Instant; readonly idle: number },
): Promise<Session[]> {
  const rows = await db
    .selectFrom('session')
    .selectAll()
    .where('holder', '=', holder)
    .where('ended_at', 'is', null)
    .where('ends_at', '>', timeOf(at))
    .where('seen_at', '>', timeOf(at - idle))
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .execute();
  return rows.map(session);
}

/** The first end counts. @returns false when he has no such session, or it is over already. */
export async function endSession(db: Kysely<Database>, holder: string, id: string, at: Instant): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('session')
    .set({ ended_at: timeOf(at) })
    .where('id', '=', id)
    .where('holder', '=', holder)
    .where('ended_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export async function touchSession(db: Kysely<Database>, id: string, at: Instant): Promise<void> {
  await db
    .updateTable('session')
    .set({ seen_at: timeOf(at) })
    .where('id', '=', id)
    .where('seen_at', '<', timeOf(at))
    .execute();
}

/** Also clears away those that began before `stale`: nobody comes back from them. */
export async function insertAttempt(
  db: Kysely<Database>,
  {
    id,
    sealed,
    at,
    stale,
  }: { readonly id: string; readonly sealed: string; readonly at: Instant; readonly stale: Instant },
): Promise<void> {
  await db.deleteFrom('login_attempt').where('created_at', '<', timeOf(stale)).execute();
  await db
    .insertInto('login_attempt')
    .values({ id, sealed, created_at: timeOf(at) })
    .execute();
}

/** Each is taken once. @returns what was sealed; null when there is none, or it began before `stale`. */
export async function takeAttempt(db: Kysely<Database>, id: string, stale: Instant): Promise<string | null> {
  const row = await db
    .deleteFrom('login_attempt')
    .where('id', '=', id)
    .returning(['sealed', sql<boolean>`created_at >= ${timeOf(stale)}`.as('fresh')])
    .executeTakeFirst();
  return row?.fresh ? row.sealed : null;
}

function session(row: Selectable<SessionTable>): Session {
  return {
    ...{ id: row.id, hash: row.hash, holder: row.holder, keyId: row.key_id, role: row.role, device: row.device },
    ...{ createdAt: instantOf(row.created_at), seenAt: instantOf(row.seen_at), endsAt: instantOf(row.ends_at) },
    endedAt: instantOf(row.ended_at),
  };
}
