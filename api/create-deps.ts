import { hkdfSync } from 'node:crypto';
import type { Clock } from '../common/clock';
import type { Config } from '../common/config';
import { createBlindIndex } from '../common/crypto/blind-index';
import { createDataConverter, createPayloadCodec } from '../common/crypto/codec';
import { parseKey, parseKeyring } from '../common/crypto/keyring';
import { createSealer } from '../common/crypto/sealer';
import { createIds, type Ids } from '../common/ids';
import type { Logger } from '../common/logger';
import { createMetrics } from '../common/metrics';
import { connectTemporal, pingTemporal } from '../common/temporal';
import { createDatabase } from '../db/database';
import type { ApiDeps } from './deps';
import { Directory } from './directory';
import { Engine } from './engine';
import { Reads } from './reads';
import { createCursorCodec } from './http/cursor';

/** How long a readiness question may take. Milliseconds. */
const PING = 2_000;
/** A database that is away must not hold up a command. Milliseconds. */
const CONNECT = 1_000;

export interface DepsOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Random ones where it is left out. */
  readonly ids?: Ids;
}

/** What the API is made of, from its configuration. Nothing connects before it is used. */
export async function createApiDeps(
  config: Config,
  { clock, logger, ids }: DepsOptions,
): Promise<{ readonly deps: ApiDeps; close(): Promise<void> }> {
  const codecKeys = parseKeyring(config.codecKeys, 'GUANJIA_CODEC_KEYS');
  const indexKey = parseKey(config.indexKey, 'GUANJIA_INDEX_KEY');
  const database = createDatabase(config.databaseUrl, {
    logger,
    applicationName: 'guanjia-api',
    connectTimeoutMs: CONNECT,
  });
  const temporal = await connectTemporal(config.temporal, createDataConverter(codecKeys));
  const reads = new Reads(clock);
  const deps: ApiDeps = {
    clock,
    ids: ids ?? createIds(indexKey),
    database,
    engine: new Engine(temporal.connection, temporal.client, config.temporal.taskQueue),
    reads,
    directory: new Directory(database.db, clock, reads),
    sealer: createSealer(parseKeyring(config.vaultKeys, 'GUANJIA_VAULT_KEYS')),
    blindIndex: createBlindIndex(indexKey),
    cursors: createCursorCodec(cursorKey(indexKey)),
    codec: createPayloadCodec(codecKeys),
    logger,
    metrics: createMetrics(),
    temporalUiUrl: config.temporal.uiUrl,
    temporalNamespace: config.temporal.namespace,
    pingTemporal: () => pingTemporal(temporal.connection, PING),
  };
  return {
    deps,
    close: async () => {
      await database.close();
      await temporal.close();
    },
  };
}

/** Cursors are signed with a key of their own, made from the index key, so that all API processes agree. */
export function cursorKey(indexKey: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', indexKey, Buffer.alloc(0), 'guanjia/cursor/v1', 32));
}
