import { sql, type Kysely } from 'kysely';
import { digestText, type Sealer } from '../../common/crypto/sealer';
import type { TextRef } from '../../domain/event';
import type { Instant } from '../../domain/instant';
import type { Database } from '../schema';
import { timeOf } from '../time';

/** Whose data key a text is encrypted under. */
export interface Subject {
  readonly kind: 'case' | 'file' | 'staff' | 'household' | 'resident' | 'endpoint';
  readonly id: string;
}

export interface PlainEntry {
  /** UUID. */
  readonly ref: string;
  readonly plain: string;
}

/** A text whose digest stands in a journal already. */
export interface OpenedEntry extends PlainEntry {
  readonly salt: string;
}

/** Something sealed for another case, or altered: it can never be stored. */
export class SealedTextError extends Error {
  override readonly name = 'SealedTextError';
}

/** Stands in the place of a text that was erased. */
export const ERASED = '[erased]';

/** The reference stands for another text already. */
export class TextRefTakenError extends Error {
  override readonly name = 'TextRefTakenError';
}

/**
 * Encrypts texts under their subject's data key and stores them. Stored once: the same text under the same ref is left
 * as it is, and has the digest that it got the first time.
 * @returns one reference per text, in their order.
 * @throws TextRefTakenError when a ref stands for another text.
 */
export async function putTexts(
  db: Kysely<Database>,
  sealer: Sealer,
  subject: Subject,
  entries: readonly PlainEntry[],
  at: Instant,
): Promise<TextRef[]> {
  if (entries.length === 0) return [];
  for (;;) {
    const known = await findDataKey(db, subject);
    const key = { wrapped: known ?? sealer.newDataKey().wrapped, isNew: known === null };
    const rows = encrypted(sealer, key.wrapped, subject, entries, at);
    const { keyIsThere, made } = await insertTexts(db, subject, key, rows, at);
    // Made by somebody else, or erased, between looking for the key and using it: looked for again.
    if (!keyIsThere) continue;
    const digests = new Map(made.map(({ ref, digest }) => [ref, digest]));
    const others = entries.filter(({ ref }) => !digests.has(ref));
    for (const { ref, digest } of await sameTexts(db, sealer, subject, others)) digests.set(ref, digest);
    return rows.map(({ ref, digest }) => ({ ref, digest: digests.get(ref) ?? digest }));
  }
}

type TextRow = ReturnType<typeof encrypted>[number];

/**
 * Only while the key that the texts are encrypted under is there, which it then is until they are stored: no text is
 * left behind that nobody can open and that no erasure has found. A new key comes with its texts: a case is started after
 * one commit and not after two.
 */
async function insertTexts(
  db: Kysely<Database>,
  { kind, id }: Subject,
  { wrapped, isNew }: { readonly wrapped: string; readonly isNew: boolean },
  rows: readonly TextRow[],
  at: Instant,
) {
  const key = isNew
    ? sql`insert into vault_key (subject_kind, subject_id, wrapped, created_at)
          values (${kind}, ${id}, ${wrapped}, ${timeOf(at)})
          on conflict (subject_kind, subject_id) do nothing returning 1`
    : sql`select 1 from vault_key where subject_kind = ${kind} and subject_id = ${id} and wrapped = ${wrapped} for share`;
  const made = await sql<{ ref: string | null; digest: string | null }>`
    with key as (${key}), made as (
      insert into vault_text (ref, subject_kind, subject_id, cipher, salt, digest, created_at)
      select ref, subject_kind, subject_id, cipher, salt, digest, created_at
      from key, jsonb_populate_recordset(null::vault_text, ${JSON.stringify(rows)}::jsonb)
      on conflict (ref) do nothing returning ref, digest
    )
    select ref, digest from key left join made on true`.execute(db);
  return {
    keyIsThere: made.rows.length > 0,
    made: made.rows.flatMap(({ ref, digest }) => (ref === null || digest === null ? [] : [{ ref, digest }])),
  };
}

/**
 * Those of the sealed texts that the vault doesn't have yet. One that it has is left alone when it comes again: a text
 * whose key was deleted must not be brought back from a history.
 */
export async function notStored(
  db: Kysely<Database>,
  texts: readonly Required<TextRef>[],
): Promise<Required<TextRef>[]> {
  if (texts.length === 0) return [];
  const refs = texts.map(({ ref }) => ref);
  const rows = await db.selectFrom('vault_text').select(['ref', 'digest']).where('ref', 'in', refs).execute();
  return texts.filter(({ ref, digest }) => !rows.some((row) => row.ref === ref && row.digest === digest));
}

/**
 * Stores what was sealed. The journal has its digest, so it takes the place of what is under its ref in this case; of a
 * text that was erased it takes it never.
 */
export async function putOpened(
  db: Kysely<Database>,
  sealer: Sealer,
  caseNo: string,
  entries: readonly OpenedEntry[],
  at: Instant,
): Promise<void> {
  if (entries.length === 0) return;
  const subject = { kind: 'case', id: caseNo } as const;
  const rows = encrypted(sealer, await dataKeyOf(db, sealer, subject, at), subject, entries, at);
  await db
    .insertInto('vault_text')
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .column('ref')
        .doUpdateSet((eb) => ({
          cipher: eb.ref('excluded.cipher'),
          salt: eb.ref('excluded.salt'),
          digest: eb.ref('excluded.digest'),
        }))
        .whereRef('vault_text.subject_kind', '=', 'excluded.subject_kind')
        .whereRef('vault_text.subject_id', '=', 'excluded.subject_id')
        .where('vault_text.erased_at', 'is', null),
    )
    .execute();
}

function encrypted(
  sealer: Sealer,
  wrapped: string,
  { kind, id }: Subject,
  entries: readonly (PlainEntry & Partial<OpenedEntry>)[],
  at: Instant,
) {
  const key = sealer.unwrap(wrapped);
  return entries.map(({ ref, plain, salt }) => ({
    ref,
    subject_kind: kind,
    subject_id: id,
    cipher: sealer.encryptText(key, plain, placeOf(kind, id, ref)),
    ...digestText(plain, salt),
    created_at: timeOf(at),
  }));
}

/** The stored digests of texts that are there already. */
async function sameTexts(db: Kysely<Database>, sealer: Sealer, { kind, id }: Subject, entries: readonly PlainEntry[]) {
  if (entries.length === 0) return [];
  const refs = entries.map(({ ref }) => ref);
  const texts = await readTexts(db, sealer, refs);
  const rows = await db
    .selectFrom('vault_text')
    .select(['ref', 'digest'])
    .where('ref', 'in', refs)
    .where('subject_kind', '=', kind)
    .where('subject_id', '=', id)
    .execute();
  for (const { ref, plain } of entries) {
    const stored = texts.get(ref);
    // Of an erased text nobody can say any more whether it was this one.
    const isSame = (stored === plain || stored === ERASED) && rows.some((row) => row.ref === ref);
    if (!isSame) throw new TextRefTakenError(`reference ${ref} stands for another text`);
  }
  return rows;
}

/**
 * @returns the texts by ref, `ERASED` for those that were erased. What is not there is missing.
 * @throws DecryptionError, MissingKeyError.
 */
export async function readTexts(
  db: Kysely<Database>,
  sealer: Sealer,
  refs: readonly string[],
): Promise<Map<string, string>> {
  if (refs.length === 0) return new Map();
  const rows = await db
    .selectFrom('vault_text as t')
    .leftJoin('vault_key as k', (join) =>
      join.onRef('k.subject_kind', '=', 't.subject_kind').onRef('k.subject_id', '=', 't.subject_id'),
    )
    .select(['t.ref', 't.subject_kind', 't.subject_id', 't.cipher', 't.erased_at', 'k.wrapped'])
    .where('t.ref', 'in', [...refs])
    .execute();
  return new Map(
    rows.map((row) => {
      if (row.erased_at !== null || row.wrapped === null) return [row.ref, ERASED];
      const place = placeOf(row.subject_kind, row.subject_id, row.ref);
      return [row.ref, sealer.decryptText(sealer.unwrap(row.wrapped), row.cipher, place)];
    }),
  );
}

/**
 * Deletes the data key, so that no copy of the texts of this subject can be read again (crypto-shredding), and empties
 * them here: their digests, which the journal keeps, stand for nothing without the salt. Texts that he gets later are
 * kept under a new key. To be called in a transaction.
 */
export async function shred(db: Kysely<Database>, { kind, id }: Subject, at: Instant): Promise<void> {
  await db.deleteFrom('vault_key').where('subject_kind', '=', kind).where('subject_id', '=', id).execute();
  await db
    .updateTable('vault_text')
    .set({ cipher: '', salt: '', erased_at: timeOf(at) })
    .where('subject_kind', '=', kind)
    .where('subject_id', '=', id)
    .where('erased_at', 'is', null)
    .execute();
}

/** A text of a case on its way while the database is away. The journal puts it into the vault (`openSealed`). */
export function sealText(sealer: Sealer, caseNo: string, ref: string, plain: string): Required<TextRef> {
  const { salt, digest } = digestText(plain);
  return { ref, digest, sealed: sealer.seal(JSON.stringify([salt, plain]), sealedPlaceOf(caseNo, ref)) };
}

/** @throws SealedTextError when it isn't the text that the digest stands for; DecryptionError, MissingKeyError. */
export function openSealed(sealer: Sealer, caseNo: string, text: Required<TextRef>): OpenedEntry {
  const [salt, plain] = JSON.parse(sealer.unseal(text.sealed, sealedPlaceOf(caseNo, text.ref))) as [string, string];
  if (digestText(plain, salt).digest !== text.digest) throw new SealedTextError(`text ${text.ref} has another digest`);
  return { ref: text.ref, plain, salt };
}

/** The subject's data key as it is stored, made when he has none. Two who make it at once get the same one. */
async function dataKeyOf(db: Kysely<Database>, sealer: Sealer, subject: Subject, at: Instant): Promise<string> {
  const { kind, id } = subject;
  for (;;) {
    const known = await findDataKey(db, subject);
    if (known !== null) return known;
    const fresh = sealer.newDataKey();
    const made = await db
      .insertInto('vault_key')
      .values({ subject_kind: kind, subject_id: id, wrapped: fresh.wrapped, created_at: timeOf(at) })
      .onConflict((conflict) => conflict.columns(['subject_kind', 'subject_id']).doNothing())
      .returning('wrapped')
      .executeTakeFirst();
    // Neither found nor made: somebody made one, and it is looked for again; or it was erased since, and one is made.
    if (made) return made.wrapped;
  }
}

async function findDataKey(db: Kysely<Database>, { kind, id }: Subject): Promise<string | null> {
  const row = await db
    .selectFrom('vault_key')
    .select('wrapped')
    .where('subject_kind', '=', kind)
    .where('subject_id', '=', id)
    .executeTakeFirst();
  return row?.wrapped ?? null;
}

/** Associated data: a text copied into another row doesn't open. */
export function placeOf(kind: string, id: string, ref: string): string {
  return `${kind}/${id}/${ref}`;
}

function sealedPlaceOf(caseNo: string, ref: string): string {
  return `case/${caseNo}/${ref}`;
}
