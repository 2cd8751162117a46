import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import { shortId } from '../../common/ids';
import { lockMaking, madeBefore } from '../../db/queries/api-audit';
import type { Database } from '../../db/schema';
import type { ApiDeps } from '../deps';
import type { Idempotency } from '../http/idempotency';
import { problem } from '../http/problem';
import { recordDeed, type By } from './record';

export interface Making extends By {
  readonly idempotency: Idempotency | null;
  /** `staff`: the subject of the audit entry is `staff/<id>`, its action `staff.create`. */
  readonly kind:
    | 'staff'
    | 'household'
    | 'resident'
    | 'endpoint'
    | 'resend'
    | 'file'
    | 'project'
    | 'asset'
    | 'import'
    | 'roster-line'
    | 'substitute'
    | 'resident-link';
  /** Of the new id: `s` makes `s-4f0c…`. */
  readonly letter?: string;
  /** Where whoever asks chose it; `make` says when it is taken. */
  readonly id?: string | undefined;
  readonly project: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}

const ID_DIGITS = 16;

/**
 * Makes something once per idempotency key: the id is a digest of caller and key, and the audit entry keeps a keyed
 * hash of what was asked for.
 * @param make puts it in under this id; only when it is not there.
 * @returns the id, of now or of the first time.
 * @throws Problem idempotency-mismatch; conflict where the id was chosen and is taken by something else
 */
export async function makeOnce(
  deps: ApiDeps,
  making: Making,
  make: (trx: Kysely<Database>, id: string) => Promise<void>,
): Promise<string> {
  const { principal, idempotency, kind, now, project, details } = making;
  const id = making.id ?? idOf(deps, making);
  const subject = `${kind}/${id}`;
  const action = `${kind}.create`;
  // Keyed, since bodies have names and numbers that could be guessed from a plain hash.
  const request = idempotency && deps.blindIndex.name('request', idempotency.requestHash);
  return deps.database.db.transaction().execute(async (trx) => {
    if (idempotency) {
      await lockMaking(trx, subject);
      const before = await madeBefore(trx, subject, action);
      if (before && before.request !== request) {
        throw problem(making.id === undefined ? 'idempotency-mismatch' : 'conflict');
      }
      if (before) return id;
    }
    await make(trx, id);
    const deed = { action, subject, project, details: { ...details, ...(request ? { request } : {}) } };
    await recordDeed(trx, { principal, now }, deed);
    return id;
  });
}

function idOf(deps: ApiDeps, { principal, idempotency, kind, letter = kind }: Making): string {
  if (!idempotency) return shortId(deps.ids, letter);
  const name = JSON.stringify(['made/v1', kind, principal.id, idempotency.key]);
  return `${letter}-${createHash('sha256').update(name).digest('hex').slice(0, ID_DIGITS)}`;
}
