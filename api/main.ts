import { systemClock } from '../common/clock';
import { loadConfig, type Config } from '../common/config';
import { createBlindIndex } from '../common/crypto/blind-index';
import { createDataConverter, createPayloadCodec } from '../common/crypto/codec';
import { parseKey, parseKeyring } from '../common/crypto/keyring';
import { createSealer } from '../common/crypto/sealer';
import { createIds } from '../common/ids';
import { createLogger } from '../common/logger';
import { createMetrics } from '../common/metrics';
import { connectTemporal, pingTemporal } from '../common/temporal';
import { createDatabase } from '../db/database';
import { createApi, cursorKey } from './app';
import type { ApiDeps } from './deps';
import { Directory } from './directory';
import { Engine } from './engine';
import { createCursorCodec } from './http/cursor';
import { createHttpServer } from './http/server';

/** How long a readiness question may take. Milliseconds. */
const PING = 2_000;
/** Requests in hand are finished at SIGTERM, but not for ever. Milliseconds. */
const DRAIN = 10_000;

async function main(): Promise<void> {
  const config = loadConfig();
  const { deps, close } = await createDeps(config);
  const server = createHttpServer(createApi(deps));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(config.api.port, config.api.host, resolve);
  });
  deps.logger.info({ endpoint: server.address() }, 'the API is up');
  const stop = (): void => {
    server.close(() => {
      void close().then(() => process.exit(0));
    });
    setTimeout(() => server.closeAllConnections(), DRAIN).unref();
  };
  process.once('SIGTERM', stop).once('SIGINT', stop);
}

async function createDeps(config: Config): Promise<{ deps: ApiDeps; close: () => Promise<void> }> {
  const logger = createLogger(config.logLevel, { service: 'api' });
  const codecKeys = parseKeyring(config.codecKeys, 'GUANJIA_CODEC_KEYS');
  const indexKey = parseKey(config.indexKey, 'GUANJIA_INDEX_KEY');
  const database = createDatabase(config.databaseUrl, {
    logger,
    applicationName: 'guanjia-api',
    connectTimeoutMs: 1_000,
  });
  const temporal = await connectTemporal(config.temporal, createDataConverter(codecKeys));
  const deps: ApiDeps = {
    clock: systemClock,
    ids: createIds(indexKey),
    database,
    engine: new Engine(temporal.connection, temporal.client, config.temporal.taskQueue),
    directory: new Directory(database.db, systemClock),
    sealer: createSealer(parseKeyring(config.vaultKeys, 'GUANJIA_VAULT_KEYS')),
    blindIndex: createBlindIndex(indexKey),
    cursors: createCursorCodec(cursorKey(indexKey)),
    codec: createPayloadCodec(codecKeys),
    logger,
    metrics: createMetrics(),
    temporalUiUrl: config.temporal.uiUrl,
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

main().catch((error: unknown) => {
  createLogger('error', { service: 'api' }).error({ error }, 'the API stopped');
  process.exit(1);
});
