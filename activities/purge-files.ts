import type { Kysely } from 'kysely';
import type { Clock } from '../common/clock';
import { StoreAwayError, type FileStore } from '../common/files/file-store';
import type { Logger } from '../common/logger';
import { erasedFiles, forgetFile, shredLoose } from '../db/queries/files';
import type { Database } from '../db/schema';
import type { Millis } from '../domain/instant';

/** Photos that no command has named. */
export interface LooseFiles {
  readonly store: FileStore;
  /** From when they came, or were named by a command that was not taken. */
  readonly keptFor: Millis;
}

export interface PurgeDeps {
  readonly database: { readonly db: Kysely<Database> };
  readonly clock: Clock;
  readonly logger: Logger;
  readonly looseFiles?: LooseFiles;
}

/** In one round; the next comes in minutes. */
const LIMIT = 500;

/**
 * The auditor's part in photos: those that nobody named go, first their keys and then what lies in the store. With whoever was
 * erased the keys of his photos and of those in his cases have gone; here their bytes follow. In between nobody can open
 * or name them. While the store is away their rows wait for it.
 */
export async function purgeFiles({ database: { db }, clock, logger, looseFiles }: PurgeDeps): Promise<void> {
  if (!looseFiles) return;
  const { store, keptFor } = looseFiles;
  const now = clock.now();
  const shredded = await shredLoose(db, { unnamedSince: now - keptFor, at: now, limit: LIMIT });
  if (shredded > 0) logger.info({ count: shredded }, 'photos that no command named are gone');
  try {
    for (const { id, storeKey } of await erasedFiles(db, LIMIT)) {
      await store.remove(storeKey);
      await forgetFile(db, id, now);
    }
  } catch (error) {
    if (!(error instanceof StoreAwayError)) throw error;
    logger.warn({ error }, 'photos stay in their store until it is back');
  }
}
