import pino from 'pino';
import { createBlindIndex } from '../../common/crypto/blind-index';
import { createSealer } from '../../common/crypto/sealer';
import { createIds } from '../../common/ids';
import { createDatabase, type DatabaseHandle, type DatabaseOptions } from '../../db/database';
import { keyringOf } from '../common/keys';
import { createTestDatabase } from '../support/servers';

export const silent = pino({ level: 'silent' });
export const sealer = createSealer(keyringOf('k1'));
const indexKey = Buffer.alloc(32, 7);
export const index = createBlindIndex(indexKey);
export const ids = createIds(indexKey);
/** 2026-11-23 09:00 in Shanghai. */
export const clock = { now: () => Date.UTC(2026, 10, 23, 1, 0) };

/** PostgreSQL takes its time to let somebody in while the machine is busy. Milliseconds. */
const PATIENT = 15_000;

export interface OpenDatabase extends DatabaseHandle {
  readonly url: string;
  /** Closes it and drops the database. */
  drop(): Promise<void>;
}

/** A fresh migrated database for one suite. */
export async function openTestDatabase(
  options: { empty?: boolean } & Partial<DatabaseOptions> = {},
): Promise<OpenDatabase> {
  const { url, drop } = await createTestDatabase({ empty: options.empty });
  const handle = createDatabase(url, { logger: silent, connectTimeoutMs: PATIENT, ...options });
  return {
    ...handle,
    url,
    drop: async () => {
      await handle.close();
      await drop();
    },
  };
}
