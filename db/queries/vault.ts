import type { Kysely } from 'kysely';
import { digestText, type Sealer } from '../../common/crypto/sealer';
import type { TextRef } from '../../domain/event';
import type { Instant } from '../../domain/instant';
import type { Database } from '../schema';
import { timeOf } from '../time';

/** Whose data key a text is encrypted under. */
export interface Subject {
  readonly kind: 'case' | 'staff' | 'household' | 'resident';
  readonly id: string;
}

export interface PlainEntry {
  /** UUID. */
  readonly ref: string;
  readonly plain: string;
  /** Given when the digest is known already. */
  readonly salt?: string;
}

/** Something sealed for another case, or altered: it can never be stored. */
export class SealedTextError extends Error {
  override readonly name = 'SealedTextError';
}

/**
 * Encrypts texts under their subject's data key and stores them. A ref that is there already is left as it is.
 * @returns one reference per text, in their order.
 */
export async function putTexts(
  db: Kysely<Database>,
  sealer: Sealer,
  subject: Subject,
  entries: readonly PlainEntry[],
  at: Instant,
): Promise<TextRef[]> {
  if (entries.length === 0) return [];
  const key = await dataKeyOf(db, sealer, subject, at);
  const rows = entries.map(({ ref, plain, salt }) => ({
    ref,
    subject_kind: subject.kind,
    subject_id: subject.id,
    cipher: sealer.encryptText(key, plain, placeOf(subject.kind, subject.id, ref)),
    ...digestText(plain, salt),
    created_at: timeOf(at),
  }));
  await db
    .insertInto('vault_text')
    .values(rows)
    .onConflict((conflict) => conflict.column('ref').doNothing())
    .execute();
  return rows.map(({ ref, digest }) => ({ ref, digest }));
}

/**
 * @returns the texts by ref. What is not there, or was made unreadable by deleting its subject's key, is missing.
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
    .innerJoin('vault_key as k', (join) =>
      join.onRef('k.subject_kind', '=', 't.subject_kind').onRef('k.subject_id', '=', 't.subject_id'),
    )
    .select(['t.ref', 't.subject_kind', 't.subject_id', 't.cipher', 'k.wrapped'])
    .where('t.ref', 'in', [...refs])
    .execute();
  return new Map(
    rows.map((row) => {
      const place = placeOf(row.subject_kind, row.subject_id, row.ref);
      return [row.ref, sealer.decryptText(sealer.unwrap(row.wrapped), row.cipher, place)];
    }),
  );
}

/** Deletes the data key: the texts of this subject can never be read again (crypto-shredding). */
export async function shred(db: Kysely<Database>, subject: Subject): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('vault_key')
    .where('subject_kind', '=', subject.kind)
    .where('subject_id', '=', subject.id)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

/** A text of a case on its way while the database is away. The journal puts it into the vault (`openSealed`). */
export function sealText(sealer: Sealer, caseNo: string, ref: string, plain: string): Required<TextRef> {
  const { salt, digest } = digestText(plain);
  return { ref, digest, sealed: sealer.seal(JSON.stringify([salt, plain]), sealedPlaceOf(caseNo, ref)) };
}

/** @throws SealedTextError when it isn't the text that the digest stands for; DecryptionError, MissingKeyError. */
export function openSealed(sealer: Sealer, caseNo: string, text: Required<TextRef>): PlainEntry {
  const [salt, plain] = JSON.parse(sealer.unseal(text.sealed, sealedPlaceOf(caseNo, text.ref))) as [string, string];
  if (digestText(plain, salt).digest !== text.digest) throw new SealedTextError(`text ${text.ref} has another digest`);
  return { ref: text.ref, plain, salt };
}

/** The subject's data key, made when he has none. Two who make it at once get the same one. */
async function dataKeyOf(db: Kysely<Database>, sealer: Sealer, subject: Subject, at: Instant): Promise<Buffer> {
  const find = () =>
    db
      .selectFrom('vault_key')
      .select('wrapped')
      .where('subject_kind', '=', subject.kind)
      .where('subject_id', '=', subject.id)
      .executeTakeFirst();
  const known = await find();
  if (known) return sealer.unwrap(known.wrapped);
  const fresh = sealer.newDataKey();
  const made = await db
    .insertInto('vault_key')
    .values({ subject_kind: subject.kind, subject_id: subject.id, wrapped: fresh.wrapped, created_at: timeOf(at) })
    .onConflict((conflict) => conflict.columns(['subject_kind', 'subject_id']).doNothing())
    .returning('wrapped')
    .executeTakeFirst();
  const row = made ?? (await find());
  if (!row) throw new Error(`the data key of ${subject.kind} ${subject.id} vanished`);
  return sealer.unwrap(row.wrapped);
}

/** Associated data: a text copied into another row doesn't open. */
function placeOf(kind: string, id: string, ref: string): string {
  return `${kind}/${id}/${ref}`;
}

function sealedPlaceOf(caseNo: string, ref: string): string {
  return `case/${caseNo}/${ref}`;
}
