import type { Kysely } from 'kysely';
import { appendAudits } from '../../db/queries/audit';
import type { Database } from '../../db/schema';
import type { Principal } from '../http/access';

export interface Deed {
  /** `key.revoke` */
  readonly action: string;
  /** `api-key/1f…` */
  readonly subject: string;
  /** null: concerns the company. */
  readonly project: string | null;
  /** Codes and ids, never personal data. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Who does something, and when. */
export interface By {
  readonly principal: Principal;
  readonly now: number;
}

/** Writes down who did what, in the same transaction as the deed itself. */
export async function recordDeed(db: Kysely<Database>, by: By, deed: Deed): Promise<void> {
  await recordDeeds(db, by, [deed]);
}

/** Several of one request, in their order. */
export async function recordDeeds(db: Kysely<Database>, { principal, now }: By, deeds: readonly Deed[]): Promise<void> {
  const { id: actor, role, keyId } = principal;
  const entries = deeds.map(({ action, subject, project, details = {} }) => {
    return { at: now, actor, role, action, subject, project, details: { ...details, keyId } };
  });
  await appendAudits(db, entries);
}
