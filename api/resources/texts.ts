import type { Kysely } from 'kysely';
import { putTexts, readTexts, type Subject } from '../../db/queries/vault';

export { ERASED } from '../../db/queries/vault';
import type { Database } from '../../db/schema';
import type { ApiDeps } from '../deps';

/** Texts by reference, `ERASED` for what was erased. */
export function textsOf(
  deps: Pick<ApiDeps, 'database' | 'sealer'>,
  refs: readonly (string | null)[],
): Promise<Map<string, string>> {
  const known = refs.filter((ref) => ref !== null);
  return readTexts(deps.database.db, deps.sealer, [...new Set(known)]);
}

/** Puts one text of a subject into the vault. @returns its reference. */
export async function keepText(
  deps: Pick<ApiDeps, 'sealer' | 'ids'>,
  trx: Kysely<Database>,
  subject: Subject,
  plain: string,
  now: number,
): Promise<string> {
  const ref = deps.ids.uuid();
  await putTexts(trx, deps.sealer, subject, [{ ref, plain }], now);
  return ref;
}
