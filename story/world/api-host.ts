import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApi, cursorKey } from '../../api/app';
import type { ApiDeps } from '../../api/deps';
import { Directory } from '../../api/directory';
import { Engine } from '../../api/engine';
import { createCursorCodec } from '../../api/http/cursor';
import { createHttpServer } from '../../api/http/server';
import type { Clock } from '../../common/clock';
import type { Config } from '../../common/config';
import { createBlindIndex } from '../../common/crypto/blind-index';
import { createDataConverter, createPayloadCodec } from '../../common/crypto/codec';
import { parseKey, parseKeyring } from '../../common/crypto/keyring';
import { createSealer } from '../../common/crypto/sealer';
import type { Ids } from '../../common/ids';
import { createLogger } from '../../common/logger';
import { createMetrics } from '../../common/metrics';
import { connectTemporal, pingTemporal } from '../../common/temporal';
import { createDatabase } from '../../db/database';

const PING = 2_000;

/** The real API on a port of its own, with the story's clock and ids. */
export class ApiHost {
  private constructor(
    private readonly server: Server,
    private readonly end: () => Promise<void>,
  ) {}

  /** @param port 0 for any. */
  static async start(config: Config, clock: Clock, ids: Ids, port: number): Promise<ApiHost> {
    const { deps, close } = await dependencies(config, clock, ids);
    const server = createHttpServer(createApi(deps, { checkReplies: true, limits: { address: null, principal: null } }));
    await new Promise<void>((done, failed) => server.once('error', failed).listen(port, '127.0.0.1', done));
    return new ApiHost(server, close);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((done) => this.server.close(() => done()));
    this.server.closeAllConnections();
    await closed;
    await this.end();
  }
}

async function dependencies(config: Config, clock: Clock, ids: Ids): Promise<{ deps: ApiDeps; close: () => Promise<void> }> {
  const logger = createLogger(config.logLevel, { service: 'api' });
  const codecKeys = parseKeyring(config.codecKeys, 'GUANJIA_CODEC_KEYS');
  const indexKey = parseKey(config.indexKey, 'GUANJIA_INDEX_KEY');
  const database = createDatabase(config.databaseUrl, { logger, applicationName: 'guanjia-api', connectTimeoutMs: 1_000 });
  const temporal = await connectTemporal(config.temporal, createDataConverter(codecKeys));
  const deps: ApiDeps = {
    clock,
    ids,
    database,
    engine: new Engine(temporal.connection, temporal.client, config.temporal.taskQueue),
    directory: new Directory(database.db, clock),
    sealer: createSealer(parseKeyring(config.vaultKeys, 'GUANJIA_VAULT_KEYS')),
    blindIndex: createBlindIndex(indexKey),
    cursors: createCursorCodec(cursorKey(indexKey)),
    codec: createPayloadCodec(codecKeys),
    logger,
    metrics: createMetrics(),
    temporalUiUrl: null,
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
