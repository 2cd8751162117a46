import type { Kysely } from 'kysely';
import { digestText, type Sealer } from '../../common/crypto/sealer';
import type { Instant } from '../../domain/instant';
import type { Database } from '../schema';
import { timeOf } from '../time';
import { insertMany } from './insert-many';
import { placeOf, type PlainEntry, type Subject } from './vault';

/** Texts of somebody or something that is made in this very transaction. */
export interface FreshTexts {
  readonly subject: Subject;
  readonly entries: readonly PlainEntry[];
}

/** Many new subjects at once, each with a data key of its own. They must have none yet. */
export async function putFreshTexts(
  trx: Kysely<Database>,
  sealer: Sealer,
  fresh: readonly FreshTexts[],
  at: Instant,
): Promise<void> {
  const keys: object[] = [];
  const texts: object[] = [];
  for (const { subject, entries } of fresh) {
    const { plain: key, wrapped } = sealer.newDataKey();
    const about = { subject_kind: subject.kind, subject_id: subject.id, created_at: timeOf(at) };
    keys.push({ ...about, wrapped });
    for (const { ref, plain } of entries) {
      const cipher = sealer.encryptText(key, plain, placeOf(subject.kind, subject.id, ref));
      texts.push({ ...about, ref, cipher, ...digestText(plain) });
    }
  }
  await insertMany(trx, 'vault_key', keys);
  await insertMany(trx, 'vault_text', texts);
}
