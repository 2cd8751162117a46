import type { Kysely, Selectable } from 'kysely';
import type { Role } from '../../domain/actor';
import type { Instant } from '../../domain/instant';
import type { LinkRight } from '../../domain/resident';
import type { Database } from '../schema';
import type { ResidentLinkTable } from '../schema/resident-link';
import { instantOf, timeOf } from '../time';

/** A link with which whoever has it sees one case, and acts on it as its resident. */
export interface ResidentLink {
  readonly id: string;
  /** SHA-256 of its secret, hex. */
  readonly hash: string;
  readonly caseNo: string;
  readonly project: string;
  readonly rights: readonly LinkRight[];
  /** Made by the system, for the messages of the case. */
  readonly forMessages: boolean;
  readonly madeBy: string;
  readonly madeInRole: Role;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  readonly revokedAt: Instant | null;
  readonly revokedBy: string | null;
}

export async function insertLink(
  db: Kysely<Database>,
  link: Omit<ResidentLink, 'revokedAt' | 'revokedBy'>,
): Promise<void> {
  await db
    .insertInto('resident_link')
    .values({
      ...{ id: link.id, hash: link.hash, case_no: link.caseNo, project: link.project, rights: [...link.rights] },
      ...{ for_messages: link.forMessages, made_by: link.madeBy, made_in_role: link.madeInRole },
      ...{ created_at: timeOf(link.createdAt), expires_at: timeOf(link.expiresAt) },
    })
    .execute();
}

/** @param which by its secret, or by its id. */
export async function findLink(
  db: Kysely<Database>,
  which: { readonly hash: string } | { readonly id: string },
): Promise<ResidentLink | null> {
  const [column, value] = 'hash' in which ? (['hash', which.hash] as const) : (['id', which.id] as const);
  const row = await db.selectFrom('resident_link').selectAll().where(column, '=', value).executeTakeFirst();
  return row ? link(row) : null;
}

/** Newest first. */
export async function linksOf(db: Kysely<Database>, caseNo: string): Promise<ResidentLink[]> {
  const rows = await db
    .selectFrom('resident_link')
    .selectAll()
    .where('case_no', '=', caseNo)
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .execute();
  return rows.map(link);
}

/** The newest for messages that is not revoked and lasts until `until`; null when one has to be made. */
export async function linkForMessages(
  db: Kysely<Database>,
  caseNo: string,
  until: Instant,
): Promise<ResidentLink | null> {
  const row = await db
    .selectFrom('resident_link')
    .selectAll()
    .where('case_no', '=', caseNo)
    .where('for_messages', '=', true)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>=', timeOf(until))
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  return row ? link(row) : null;
}

/** The first revocation counts. @returns false when the case has no such link, or it was revoked before. */
export async function revokeLink(
  db: Kysely<Database>,
  { id, caseNo, by, at }: { readonly id: string; readonly caseNo: string; readonly by: string; readonly at: Instant },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('resident_link')
    .set({ revoked_at: timeOf(at), revoked_by: by })
    .where('id', '=', id)
    .where('case_no', '=', caseNo)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** All of a case, whose texts are being erased. */
export async function revokeLinksOf(db: Kysely<Database>, caseNo: string, by: string, at: Instant): Promise<void> {
  await db
    .updateTable('resident_link')
    .set({ revoked_at: timeOf(at), revoked_by: by })
    .where('case_no', '=', caseNo)
    .where('revoked_at', 'is', null)
    .execute();
}

function link(row: Selectable<ResidentLinkTable>): ResidentLink {
  return {
    ...{ id: row.id, hash: row.hash, caseNo: row.case_no, project: row.project, rights: row.rights },
    ...{ forMessages: row.for_messages, madeBy: row.made_by, madeInRole: row.made_in_role },
    ...{ createdAt: instantOf(row.created_at), expiresAt: instantOf(row.expires_at) },
    ...{ revokedAt: instantOf(row.revoked_at), revokedBy: row.revoked_by },
  };
}
