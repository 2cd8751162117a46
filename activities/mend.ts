import type { Clock } from '../common/clock';
import type { Sealer } from '../common/crypto/sealer';
import type { DatabaseHandle } from '../db/database';
import { caseMarks } from '../db/queries/derived';
import { markRepaired } from '../db/queries/findings';
import { rewriteCase } from '../db/queries/journal';
import type { JournalBatch } from '../workflows/contracts/journal';

export interface MendDeps {
  readonly database: DatabaseHandle;
  readonly sealer: Sealer;
  readonly clock: Clock;
  /** Makes a case's whole journal anew from its Temporal histories; null when Temporal does not have it. */
  readonly replay: (no: string) => Promise<JournalBatch | null>;
}

/**
 * Writes what the read model has of a case anew from its histories. Messages, and texts that were not sealed into a
 * command, are not made from histories and stay as they are.
 * @returns `changed`: the case was written meanwhile, by its workflow; `gone`: Temporal does not have it.
 * @throws what replaying or writing throws.
 */
export async function mendCase(deps: MendDeps, no: string): Promise<'mended' | 'changed' | 'gone'> {
  const over = (await caseMarks(deps.database.db, [no])).get(no) ?? null;
  const batch = await deps.replay(no);
  if (!batch) return 'gone';
  const outcome = await rewriteCase(deps.database, batch, { sealer: deps.sealer, over });
  if (outcome === 'dropped') return 'changed';
  await markRepaired(deps.database.db, no, deps.clock.now());
  return 'mended';
}
