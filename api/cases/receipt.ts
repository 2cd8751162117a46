import { isTransient } from '../../db/database';
import { findReceipt } from '../../db/queries/cases';
import type { CaseSnapshot } from '../../domain/projection';
import type { CommandReceipt } from '../../workflows/contracts/journal';
import type { ApiDeps } from '../deps';
import type { Idempotency } from '../http/idempotency';
import { problem } from '../http/problem';

/**
 * The answer that a command with this key got before; null when it is to be sent to the workflow, which knows its last
 * commands itself.
 *
 * A receipt comes into the database a moment before Temporal has taken the workflow task in which the command was done.
 * A worker that dies in between leaves a receipt of something that never happened, and the task that takes its place
 * may do something else. So a receipt counts only when the workflow knows that it was written, or has ended.
 *
 * @throws Problem idempotency-mismatch; engine-unavailable when nobody can say.
 */
export async function answeredBefore(
  deps: Pick<ApiDeps, 'database' | 'engine' | 'reads'>,
  no: string,
  { key, requestHash }: Idempotency,
): Promise<CaseSnapshot | null> {
  const receipt = await receiptOf(deps, no, key);
  if (!receipt) return null;
  if (receipt.bodyHash !== requestHash) throw problem('idempotency-mismatch');
  const known = await deps.engine.read(no);
  if (known && !(known.written >= receipt.seq)) return null;
  // What the workflow has written since may have taken its place.
  const still = await receiptOf(deps, no, key);
  return still?.seq === receipt.seq ? still.answer.snapshot : null;
}

async function receiptOf(
  { database, reads }: Pick<ApiDeps, 'database' | 'reads'>,
  no: string,
  key: string,
): Promise<CommandReceipt | null> {
  try {
    return await reads.ask(() => findReceipt(database.db, no, key));
  } catch (error) {
    if (isTransient(error)) return null;
    throw error;
  }
}
