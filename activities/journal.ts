import type { Sealer } from '../common/crypto/sealer';
import type { DatabaseHandle } from '../db/database';
import { writeBatch } from '../db/queries/journal';
import type { JournalActivities } from '../workflows/contracts/journal';
import { untilItSucceeds } from './permanent';

export interface JournalDeps {
  readonly database: DatabaseHandle;
  readonly sealer: Sealer;
}

export function createJournalActivities({ database, sealer }: JournalDeps): JournalActivities {
  return {
    writeJournal: (batch) =>
      untilItSucceeds(async () => {
        await writeBatch(database, batch, { sealer });
      }),
  };
}
