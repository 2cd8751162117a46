import { sql, type Kysely, type Selectable } from 'kysely';
import type { Instant } from '../../domain/instant';
import type { Database } from '../schema';
import type { FileTable } from '../schema/file';
import { instantOf, timeOf } from '../time';
import { oneOf } from './lists';
import { shred } from './vault';

/** What is known of a photo. */
export interface StoredFile {
  readonly id: string;
  readonly project: string;
  /** Null until a command names it. */
  readonly caseNo: string | null;
  readonly by: string;
  readonly type: string;
  /** Bytes, in the clear. */
  readonly size: number;
  /** Hex. */
  readonly sha256: string;
  readonly storeKey: string;
  readonly createdAt: Instant;
}

/** With the data key that opens it, wrapped; erased ones have none. */
export interface FoundFile extends StoredFile {
  readonly wrapped: string | null;
}

export async function insertFile(db: Kysely<Database>, file: StoredFile, wrapped: string): Promise<void> {
  const at = timeOf(file.createdAt);
  await db
    .insertInto('vault_key')
    .values({ subject_kind: 'file', subject_id: file.id, wrapped, created_at: at })
    .execute();
  await db
    .insertInto('file')
    .values({
      ...{ id: file.id, project: file.project, case_no: file.caseNo, by_id: file.by, type: file.type },
      ...{ size: file.size, sha256: file.sha256, store_key: file.storeKey, created_at: at },
    })
    .execute();
}

/** In no order; those that are not there are missing. */
export async function findFiles(db: Kysely<Database>, ids: readonly string[]): Promise<FoundFile[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .selectFrom('file as f')
    .leftJoin('vault_key as k', (join) => join.on('k.subject_kind', '=', 'file').onRef('k.subject_id', '=', 'f.id'))
    .selectAll('f')
    .select('k.wrapped')
    .where(oneOf(sql.ref('f.id'), ids))
    .execute();
  return rows.map((row) => ({ ...storedFile(row), wrapped: row.erased_at === null ? row.wrapped : null }));
}

/** How many of somebody's files no command has named. */
export async function countLoose(db: Kysely<Database>, by: string): Promise<number> {
  const { total } = await db
    .selectFrom('file')
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .where('by_id', '=', by)
    .where('case_no', 'is', null)
    .where('erased_at', 'is', null)
    .executeTakeFirstOrThrow();
  return total;
}

/** What belongs to a case already is left as it is. */
export async function attachFiles(
  db: Kysely<Database>,
  { ids, caseNo, at }: { readonly ids: readonly string[]; readonly caseNo: string; readonly at: Instant },
): Promise<void> {
  if (ids.length === 0) return;
  await db
    .updateTable('file')
    .set({ case_no: caseNo, attached_at: timeOf(at) })
    .where(oneOf(sql.ref('id'), ids))
    .where('case_no', 'is', null)
    .execute();
}

/** Of a case: with it go its photos. Of a resident: those that he sent and no case has. In a transaction. */
export async function shredFiles(
  db: Kysely<Database>,
  of: { readonly caseNo: string } | { readonly looseBy: string },
  at: Instant,
): Promise<void> {
  const chosen = db
    .updateTable('file')
    .set({ sha256: '', erased_at: timeOf(at) })
    .where('erased_at', 'is', null)
    .returning('id');
  const rows = await (
    'caseNo' in of
      ? chosen.where('case_no', '=', of.caseNo)
      : chosen.where('case_no', 'is', null).where('by_id', '=', of.looseBy)
  ).execute();
  for (const { id } of rows) await shred(db, { kind: 'file', id }, at);
}

function storedFile(row: Selectable<FileTable>): StoredFile {
  return {
    ...{ id: row.id, project: row.project, caseNo: row.case_no, by: row.by_id, type: row.type, size: row.size },
    ...{ sha256: row.sha256, storeKey: row.store_key, createdAt: instantOf(row.created_at) },
  };
}
