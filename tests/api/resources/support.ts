import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import pino from 'pino';
import { createAuthenticate } from '../../../api/authenticate';
import { createSessions } from '../../../api/auth/sessions';
import { createTokens } from '../../../api/auth/tokens';
import type { ApiDeps } from '../../../api/deps';
import { StoreAwayError, type FileStore } from '../../../common/files/file-store';
import { folderStore } from '../../../common/files/store';
import { Directory } from '../../../api/directory';
import { Reads } from '../../../api/reads';
import { Feed, type FeedOptions } from '../../../api/feed/feed';
import { createHttpApp } from '../../../api/http/app';
import { createCursorCodec } from '../../../api/http/cursor';
import { problem } from '../../../api/http/problem';
import type { Route } from '../../../api/http/route';
import { createHttpServer } from '../../../api/http/server';
import { apiKeyRoutes } from '../../../api/routes/api-keys';
import { assetRoutes } from '../../../api/routes/assets';
import { cadenceRoutes } from '../../../api/routes/cadences';
import { auditRoutes } from '../../../api/routes/audit';
import { codecRoutes } from '../../../api/routes/codec';
import { contactRoutes } from '../../../api/routes/contacts';
import { draftRoutes } from '../../../api/routes/drafts';
import { fileRoutes } from '../../../api/routes/files';
import { handoverRoutes } from '../../../api/routes/handovers';
import { healthRoutes } from '../../../api/routes/health';
import { householdRoutes } from '../../../api/routes/households';
import { importRoutes } from '../../../api/routes/imports';
import { identityRoutes } from '../../../api/routes/identities';
import { meRoutes } from '../../../api/routes/me';
import { notificationRoutes } from '../../../api/routes/notifications';
import { placeRoutes } from '../../../api/routes/places';
import { policyRoutes } from '../../../api/routes/policies';
import { projectRoutes } from '../../../api/routes/projects';
import { residentRoutes } from '../../../api/routes/residents';
import { rosterRoutes } from '../../../api/routes/roster';
import { sessionRoutes } from '../../../api/routes/sessions';
import { staffRoutes } from '../../../api/routes/staff';
import { streamRoutes } from '../../../api/routes/stream';
import { DEFAULT_LINKS } from '../../../common/config-links';
import type { IdentityConfig } from '../../../common/config-identity';
import { createBlindIndex } from '../../../common/crypto/blind-index';
import { createPayloadCodec } from '../../../common/crypto/codec';
import { createLinkTokens } from '../../../common/crypto/link-token';
import { createSealer } from '../../../common/crypto/sealer';
import { createIds } from '../../../common/ids';
import { createLogger } from '../../../common/logger';
import { createMetrics } from '../../../common/metrics';
import { createDatabase, isTransient } from '../../../db/database';
import { createCompany } from '../../../db/queries/company';
import { publishDefaultPolicies } from '../../../db/queries/policies';
import { keyringOf } from '../../common/keys';
import { createTestDatabase, setDatabase, testFolder } from '../../support/servers';
import { COMPANY, KEYS, type Caller } from './company';

export const UI = 'http://127.0.0.1:8233';
/** 2026-11-23 09:00 in Shanghai. */
export const MONDAY = Date.UTC(2026, 10, 23, 1, 0);

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // Bodies are asserted on field by field; their shape is what the tests are about.
  readonly body: Json;
}
export type Json = Readonly<Record<string, unknown>> & { readonly items?: readonly Json[] };

export interface Office {
  readonly url: string;
  readonly port: number;
  readonly deps: ApiDeps;
  readonly feed: Feed;
  readonly routes: readonly Route[];
  /** Every line that was logged, as text. */
  readonly logs: string[];
  /** Time of the injected clock. */
  now: number;
  temporal: 'up' | 'down' | 'silent';
  call(
    as: Caller | null,
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  /** The database refuses everybody and throws out who is there, or takes them again. */
  database(state: 'away' | 'back'): Promise<void>;
  stop(): Promise<void>;
}

export interface OfficeOptions {
  /** The company's identity provider. */
  readonly identity?: IdentityConfig;
  readonly files?: FileStore;
}

/** The routes of this folder over real HTTP and a real PostgreSQL, with a company of two projects. */
export async function startOffice(
  feedOptions: FeedOptions = {},
  { identity, files }: OfficeOptions = {},
): Promise<Office> {
  const { url: databaseUrl, drop } = await createTestDatabase();
  const logs: string[] = [];
  const logger = createLogger('info', { service: 'test' }, { destination: { write: (line) => void logs.push(line) } });
  const database = createDatabase(databaseUrl, { logger: pino({ level: 'silent' }), connectTimeoutMs: 1_000 });
  const clock = { now: () => office.now };
  const indexKey = Buffer.alloc(32, 7);
  const reads = new Reads(clock);
  const deps: ApiDeps = {
    clock,
    ids: createIds(indexKey),
    database,
    // None of these routes asks a workflow anything.
    engine: {} as ApiDeps['engine'],
    ...{ reads, directory: new Directory(database.db, clock, reads) },
    sealer: createSealer(keyringOf('k1')),
    blindIndex: createBlindIndex(indexKey),
    cursors: createCursorCodec(Buffer.alloc(32, 9)),
    codec: createPayloadCodec(keyringOf('k2')),
    files: files ?? folderStore({ folder: testFolder() }),
    maxFileBytes: 64 * 1024,
    unmasksPerHour: 60,
    ...{ links: DEFAULT_LINKS, linkTokens: createLinkTokens(indexKey) },
    tokens: identity ? createTokens(identity, { clock, logger }) : null,
    logger,
    metrics: createMetrics({ processMetrics: false }),
    temporalUiUrl: `${UI}/`,
    temporalNamespace: 'default',
    pingTemporal: async () => {
      if (office.temporal === 'down') throw new Error('UNAVAILABLE');
      if (office.temporal === 'silent') await new Promise(() => undefined);
    },
  };
  const feed = new Feed(deps, feedOptions);
  const routes = routesOf(deps, feed);
  const app = createHttpApp({
    routes,
    version: '1.2.3',
    checkReplies: true,
    limits: { address: null, principal: null, guesses: null, links: null },
    deps: {
      ...deps,
      authenticate: createAuthenticate(deps),
      session: createSessions(deps),
      mapError: (error) => {
        if (error instanceof StoreAwayError) return problem('file-store-away');
        return isTransient(error) ? problem('database-unavailable') : null;
      },
    },
  });
  const server = createHttpServer(app);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const office: Office = {
    ...{ url, port, deps, feed, routes, logs },
    now: MONDAY,
    temporal: 'up',
    call: async (as, method, path, body, headers = {}) => {
      const answer = await fetch(url + path, {
        method,
        headers: {
          ...(as === null ? {} : { authorization: `Bearer ${KEYS[as]}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: Buffer.isBuffer(body) ? body : JSON.stringify(body) }),
      });
      const bytes = Buffer.from(await answer.arrayBuffer());
      const text = bytes.toString();
      const isJson = answer.headers.get('content-type')?.includes('json');
      return {
        status: answer.status,
        headers: answer.headers,
        body: (isJson ? JSON.parse(text) : { text, bytes }) as Json,
      };
    },
    database: (state) => setDatabase(databaseUrl, state),
    stop: async () => {
      await feed.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await database.close();
      await drop();
    },
  };
  await createCompany(database.db, COMPANY, { ...deps, index: deps.blindIndex });
  await publishDefaultPolicies(database.db, clock);
  return office;
}

function routesOf(deps: ApiDeps, feed: Feed): Route[] {
  return [
    ...meRoutes(deps, '1.2.3'),
    ...projectRoutes(deps),
    ...residentRoutes(deps),
    ...contactRoutes(deps),
    ...placeRoutes(deps),
    ...rosterRoutes(deps),
    ...handoverRoutes(deps),
    ...assetRoutes(deps),
    ...cadenceRoutes(deps),
    ...importRoutes(deps),
    ...sessionRoutes(deps),
    ...staffRoutes(deps),
    ...householdRoutes(deps),
    ...identityRoutes(deps),
    ...apiKeyRoutes(deps),
    ...policyRoutes(deps),
    ...notificationRoutes(deps),
    ...draftRoutes(deps),
    ...fileRoutes(deps),
    ...healthRoutes(deps),
    ...codecRoutes(deps),
    ...auditRoutes(deps),
    ...streamRoutes(deps, feed),
  ];
}

/** Tries until it holds; real servers take their time. */
export async function until<T>(look: () => T | Promise<T>, withinMs = 10_000): Promise<NonNullable<T>> {
  const end = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (performance.now() > end) throw new Error(`not within ${withinMs} ms: ${look.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
