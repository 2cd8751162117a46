import { createHash } from 'node:crypto';
import { isTransient } from '../../db/database';
import { putTexts, sealText } from '../../db/queries/vault';
import type { ApiDeps } from '../deps';
import type { StoreTexts } from '../texts';

/**
 * Puts the texts of one request into the vault. Their references follow from case, key and body, so that the same
 * request sent fifty times stores each text once. While the database is away the references carry the texts sealed, and the
 * journal puts them into the vault later.
 */
export function textStore(deps: ApiDeps, requestId: string, at: number): StoreTexts {
  return async (caseNo, plain) => {
    const entries = plain.map((text, index) => ({ ref: refOf(`${caseNo}/${requestId}/${index}`), plain: text }));
    try {
      const subject = { kind: 'case', id: caseNo } as const;
      return await deps.reads.ask(() => putTexts(deps.database.db, deps.sealer, subject, entries, at));
    } catch (error) {
      if (!isTransient(error)) throw error;
      return entries.map((entry) => sealText(deps.sealer, caseNo, entry.ref, entry.plain));
    }
  };
}

/** A UUID (version 8) from a digest. */
function refOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
