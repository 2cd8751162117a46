import { sql, type Kysely, type Selectable } from 'kysely';
import type { PoolClient } from 'pg';
import type { Instant } from '../../domain/instant';
import type { Database } from '../schema';
import type { FileTable } from '../schema/file';
import { instantOf, timeOf } from '../time';
import { appendAudits } from './audit';
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

/**
 * A command is about to name them: whoever purges what nobody named leaves these alone from now on, and what he has
 * already is found erased.
 */
export async function markNamed(db: Kysely<Database>, ids: readonly string[], at: Instant): Promise<void> {
  await db
    .updateTable('file')
    .set({ named_at: timeOf(at) })
    .where(oneOf(sql.ref('id'), ids))
    .where('case_no', 'is', null)
    .where('erased_at', 'is', null)
    .execute();
}

/** For the journal: what its events name is part of the case. What belongs to a case already is left as it is. */
export async function attachFiles(
  client: Pick<PoolClient, 'query'>,
  { ids, caseNo, at }: { readonly ids: readonly string[]; readonly caseNo: string; readonly at: Instant },
): Promise<void> {
  const text = 'update file set case_no = $1, attached_at = $2 where id = any($3) and case_no is null';
  await client.query(text, [caseNo, timeOf(at), ids]);
}

/**
 * Nobody can open or name them any more: photos that are in no case, came before `unnamedSince` and were named by no
 * command since. The audit log has each.
 * @returns how many.
 */
export async function shredLoose(
  db: Kysely<Database>,
  { unnamedSince, at, limit }: { readonly unnamedSince: Instant; readonly at: Instant; readonly limit: number },
): Promise<number> {
  const before = timeOf(unnamedSince);
  return db.transaction().execute(async (trx) => {
    const found = trx.selectFrom('file').select('id').where('erased_at', 'is', null).where('case_no', 'is', null);
    const rows = await found
      .where('created_at', '<', before)
      .where((eb) => eb.or([eb('named_at', 'is', null), eb('named_at', '<', before)]))
      .orderBy('created_at')
      .limit(limit)
      // One that a command names, or the journal attaches, at this moment is not waited for.
      .forUpdate()
      .skipLocked()
      .execute();
    const ids = rows.map(({ id }) => id);
    const gone = await shredFiles(trx, { ids }, at);
    const deed = { at, actor: 'system', role: 'system', action: 'file.purge', details: {} };
    await appendAudits(
      trx,
      gone.map(({ id, project }) => ({ ...deed, subject: `file/${id}`, project })),
    );
    return gone.length;
  });
}

/** What is erased and may still lie in the store, longest erased first. */
export async function erasedFiles(
  db: Kysely<Database>,
  limit: number,
): Promise<{ readonly id: string; readonly storeKey: string }[]> {
  return db
    .selectFrom('file')
    .select(['id', 'store_key as storeKey'])
    .where('erased_at', 'is not', null)
    .where('removed_at', 'is', null)
    .orderBy('erased_at')
    .limit(limit)
    .execute();
}

/** Nothing of it is left in the store. What is part of a case keeps its row: the journal names it. */
export async function forgetFile(db: Kysely<Database>, id: string, at: Instant): Promise<void> {
  const loose = db.deleteFrom('file').where('id', '=', id).where('erased_at', 'is not', null);
  await loose.where('case_no', 'is', null).execute();
  const ofCase = db.updateTable('file').set({ removed_at: timeOf(at) });
  await ofCase.where('id', '=', id).where('erased_at', 'is not', null).execute();
}

/** Of a case: with it go its photos. Of a resident, or by id: those that no case has. In a transaction. */
export async function shredFiles(
  db: Kysely<Database>,
  of: { readonly caseNo: string } | { readonly looseBy: string } | { readonly ids: readonly string[] },
  at: Instant,
): Promise<{ readonly id: string; readonly project: string }[]> {
  const chosen = db
    .updateTable('file')
    .set({ sha256: '', erased_at: timeOf(at) })
    .where('erased_at', 'is', null)
    .returning(['id', 'project']);
  const loose = chosen.where('case_no', 'is', null);
  const which =
    'caseNo' in of
      ? chosen.where('case_no', '=', of.caseNo)
      : 'looseBy' in of
        ? loose.where('by_id', '=', of.looseBy)
        : loose.where(oneOf(sql.ref('id'), of.ids));
  const rows = await which.execute();
  for (const { id } of rows) await shred(db, { kind: 'file', id }, at);
  return rows;
}

function storedFile(row: Selectable<FileTable>): StoredFile {
  return {
    ...{ id: row.id, project: row.project, caseNo: row.case_no, by: row.by_id, type: row.type, size: row.size },
    ...{ sha256: row.sha256, storeKey: row.store_key, createdAt: instantOf(row.created_at) },
  };
}
