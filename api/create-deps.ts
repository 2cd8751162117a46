import { hkdfSync } from 'node:crypto';
import type { Clock } from '../common/clock';
import { UNMASKS_PER_HOUR, type Config } from '../common/config';
import { DEFAULT_LINKS } from '../common/config-links';
import { createBlindIndex } from '../common/crypto/blind-index';
import { createDataConverter, createPayloadCodec } from '../common/crypto/codec';
import { parseKey, parseKeyring } from '../common/crypto/keyring';
import { observedSealer } from '../common/crypto/observed-sealer';
import { createLinkTokens } from '../common/crypto/link-token';
import { createSealer } from '../common/crypto/sealer';
import { createIds, type Ids } from '../common/ids';
import type { Logger } from '../common/logger';
import { createMetrics, setByKind, watchPool, type Metrics, type Service } from '../common/metrics';
import { reportMissingKeys } from '../common/missing-keys';
import { createTracer } from '../common/create-tracer';
import { connectTemporal, pingTemporal } from '../common/temporal';
import { createDatabase } from '../db/database';
import { createTokens } from './auth/tokens';
import type { ApiDeps } from './deps';
import { Directory } from './directory';
import { Engine } from './engine';
import { createFileStore } from '../common/files/store';
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
  /** Only the metrics of this program are shown; those of all when left out. */
  readonly service?: Service;
}

/** What the API is made of, from its configuration. Nothing connects before it is used. */
export async function createApiDeps(
  config: Config,
  { clock, logger, ids, service }: DepsOptions,
): Promise<{ readonly deps: ApiDeps; close(): Promise<void> }> {
  const metrics = createMetrics({ service });
  const onMissing = reportMissingKeys({ logger, metrics, clock });
  const codecKeys = parseKeyring(config.codecKeys, 'GUANJIA_CODEC_KEYS', onMissing);
  const indexKey = parseKey(config.indexKey, 'GUANJIA_INDEX_KEY');
  const database = createDatabase(config.databaseUrl, {
    logger,
    applicationName: 'guanjia-api',
    connectTimeoutMs: CONNECT,
  });
  const tracer = await createTracer(config, { service: 'api', logger, metrics });
  watchPool(metrics, database.pool);
  const temporal = await connectTemporal(config.temporal, createDataConverter(codecKeys));
  const engine = new Engine(temporal.connection, temporal.client, config.temporal.taskQueue, metrics);
  watchPollers(metrics, engine, clock);
  const reads = new Reads(clock);
  const deps: ApiDeps = {
    clock,
    ids: ids ?? createIds(indexKey),
    database,
    engine,
    reads,
    directory: new Directory(database.db, clock, reads),
    sealer: observedSealer(createSealer(parseKeyring(config.vaultKeys, 'GUANJIA_VAULT_KEYS', onMissing)), metrics),
    blindIndex: createBlindIndex(indexKey),
    cursors: createCursorCodec(cursorKey(indexKey)),
    // Payloads that people send to be decoded name any key they like: nobody is alarmed by those.
    codec: createPayloadCodec(parseKeyring(config.codecKeys, 'GUANJIA_CODEC_KEYS')),
    files: createFileStore(config.files, clock),
    maxFileBytes: config.files.maxBytes,
    unmasksPerHour: config.unmasksPerHour ?? UNMASKS_PER_HOUR,
    rules: config.rules,
    links: config.links ?? DEFAULT_LINKS,
    linkTokens: createLinkTokens(indexKey),
    tokens: config.identity ? createTokens(config.identity, { clock, logger }) : null,
    outbound: config.delivery?.outbound,
    logger,
    metrics,
    tracer,
    temporalUiUrl: config.temporal.uiUrl,
    temporalNamespace: config.temporal.namespace,
    pingTemporal: () => pingTemporal(temporal.connection, PING),
  };
  return {
    deps,
    close: async () => {
      await tracer?.close();
      await database.close();
      await temporal.close();
    },
  };
}

/** A case whose task nobody asks for stands still, and no worker is left to say so. */
function watchPollers(metrics: Metrics, engine: Engine, clock: Clock): void {
  metrics.onScrape(async () => {
    const counts = await engine.pollers(clock.now()).catch(() => ({}));
    setByKind(metrics.pollers, counts);
  });
}

/** Cursors are signed with a key of their own, made from the index key, so that all API processes agree. */
export function cursorKey(indexKey: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', indexKey, Buffer.alloc(0), 'guanjia/cursor/v1', 32));
}
