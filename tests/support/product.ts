import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NativeConnection, Worker } from '@temporalio/worker';
import { createActivities } from '../../activities';
import { createApi, type Api } from '../../api/app';
import { createApiDeps } from '../../api/create-deps';
import type { ApiDeps } from '../../api/deps';
import { createHttpServer } from '../../api/http/server';
import { systemClock, type Clock } from '../../common/clock';
import type { Config } from '../../common/config';
import type { DeliveryConfig } from '../../common/config-delivery';
import { newApiKey } from '../../common/crypto/api-key';
import { createDataConverter } from '../../common/crypto/codec';
import { parseKeyring } from '../../common/crypto/keyring';
import { createLogger } from '../../common/logger';
import type { Tracer } from '../../common/telemetry';
import { connectTemporal, nativeConnection } from '../../common/temporal';
import { createCompany, type CompanySpec } from '../../db/queries/company';
import type { Role } from '../../domain/actor';
import type { NotificationPolicy } from '../../domain/delivery';
import { DAY } from '../../domain/instant';
import { makeBundle } from '../../worker/bundle';
import { replayCase } from '../../worker/replay';
import { createWorker } from '../../worker/worker';
import { createTestDatabase, devServer, setDatabase, testFolder } from './servers';

/** The whole product in one process on real servers: API over HTTP, worker, PostgreSQL, Temporal dev server. */
export interface Product {
  readonly url: string;
  readonly api: Api;
  readonly deps: ApiDeps;
  readonly temporalAddress: string;
  /** It is gone for everybody, or back. */
  database(state: 'away' | 'back'): Promise<void>;
  /** A fetch with the key of a role; `body` is sent as JSON. */
  call(as: string, method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** The plain key of a role, or of `role@project`. */
  key(as: string): string;
  stopWorker(): Promise<void>;
  startWorker(): Promise<void>;
  stop(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // Bodies are asserted on field by field; their shape is what the tests are about.
  readonly body: Body;
}
export type Body = Readonly<Record<string, unknown>>;

const ROLES_HERE: readonly Role[] = [
  ...(['customer_service', 'senior_cs_supervisor', 'engineering', 'security', 'finance', 'department_head'] as const),
  ...(['duty_manager', 'manager', 'general_manager', 'quality', 'ops', 'volunteer', 'owner_rep'] as const),
];
const TASK_QUEUE = 'test';
const newKey = () => `t1:${randomBytes(32).toString('base64')}`;

export interface ProductOptions {
  /** Refuse replies that a route does not declare (default: yes). */
  readonly checkReplies?: boolean;
  /** Keep Temporal's data in this file. */
  readonly temporalFile?: string;
  /** Where log lines go; nowhere by default. */
  readonly logTo?: { write(line: string): void };
  /** What the API takes for the time; the machine's by default. */
  readonly clock?: Clock;
  /** Where the API's spans go; nowhere by default. */
  readonly tracer?: Tracer;
  /** Where residents reach the API; messages carry no links by default. */
  readonly links?: Config['links'];
  /** The company's identity provider. */
  readonly identity?: Config['identity'];
  /** Mail server and receivers; none by default. */
  readonly delivery?: DeliveryConfig;
  /** Those of policies/ by default. */
  readonly notifications?: NotificationPolicy;
  /** Limits and proxies of the API; nothing is limited by default. */
  readonly api?: Parameters<typeof createApi>[1];
}

export async function startProduct(options: ProductOptions = {}): Promise<Product> {
  const [temporalServer, database, bundle] = await Promise.all([
    devServer({ dbFile: options.temporalFile }),
    createTestDatabase(),
    makeBundle(),
  ]);
  const { logTo } = options;
  const logger = createLogger(logTo ? 'debug' : 'silent', { service: 'test' }, logTo ? { destination: logTo } : {});
  const config: Config = {
    production: false,
    databaseUrl: database.url,
    temporal: { address: temporalServer.address, namespace: 'default', taskQueue: TASK_QUEUE, uiUrl: null },
    api: { host: '127.0.0.1', port: 0, trustedProxies: 0 },
    workerPort: 0,
    codecKeys: newKey(),
    vaultKeys: newKey(),
    indexKey: randomBytes(32).toString('base64'),
    logLevel: 'silent',
    files: { maxBytes: 1024 * 1024, looseFor: 7 * DAY, store: { folder: testFolder() } },
    identity: options.identity,
    links: options.links,
  };
  const { deps: made, close } = await createApiDeps(config, { clock: options.clock ?? systemClock, logger });
  const deps: ApiDeps = { ...made, tracer: options.tracer ?? made.tracer };
  const dataConverter = createDataConverter(parseKeyring(config.codecKeys, 'GUANJIA_CODEC_KEYS'));
  const { client, close: closeClient } = await connectTemporal(config.temporal, dataConverter);
  const { spec, keys } = company();
  await createCompany(deps.database.db, spec, { ...deps, index: deps.blindIndex });
  const activities = createActivities({
    ...deps,
    clock: systemClock,
    client,
    taskQueue: TASK_QUEUE,
    delivery: options.delivery,
    notifications: options.notifications,
    replay: (no) => replayCase({ client, dataConverter, bundle }, no),
  });

  let running: { worker: Worker; done: Promise<void>; native: NativeConnection } | null = null;
  const startWorker = async (): Promise<void> => {
    const native = await nativeConnection(config.temporal, { logger });
    const worker = await createWorker({
      ...{ connection: native, namespace: 'default', taskQueue: TASK_QUEUE },
      ...{ dataConverter, activities, bundle },
    });
    running = { worker, done: worker.run(), native };
  };
  const stopWorker = async (): Promise<void> => {
    if (!running) return;
    running.worker.shutdown();
    await running.done;
    await running.native.close();
    running = null;
  };
  await startWorker();
  const api = createApi(deps, {
    limits: { address: null, principal: null, guesses: null, links: null },
    checkReplies: options.checkReplies ?? true,
    ...options.api,
  });
  const server = createHttpServer(api.http);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const key = (as: string): string => {
    const found = keys.get(as);
    if (found === undefined) throw new Error(`no key for ${as}`);
    return found;
  };
  return {
    ...{ url, api, deps, key, startWorker, stopWorker },
    temporalAddress: temporalServer.address,
    database: (state) => setDatabase(database.url, state),
    call: (as, method, path, body, headers) => call(url, key(as), method, path, body, headers),
    stop: async () => {
      await api.feed.stop();
      await stopServer(server);
      await stopWorker();
      await closeClient();
      await close();
      await database.drop();
      await temporalServer.stop();
    },
  };
}

async function call(
  url: string,
  key: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(url + path, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(20_000),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: (text === '' ? null : JSON.parse(text)) as Body };
}

async function stopServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}

/** Two projects with one of staff per role; `riverside` has a clerk of its own. */
function company(): { spec: CompanySpec; keys: Map<string, string> } {
  const keys = new Map<string, string>();
  const specs: CompanySpec['keys'][number][] = [];
  const add = (as: string, key: Omit<CompanySpec['keys'][number], 'plain' | 'label'>): void => {
    const { plain } = newApiKey();
    keys.set(as, plain);
    specs.push({ plain, label: as, ...key });
  };
  for (const role of ROLES_HERE) add(role, { role, staff: `s-${role}`, projects: ['lakeside'] });
  add('customer_service@riverside', { role: 'customer_service', staff: 's-riverside', projects: ['riverside'] });
  add('resident', { role: 'resident', resident: 'r-1', household: 'h-1', projects: ['lakeside'] });
  const departments = ['customer_service', 'engineering', 'security', 'finance'].map((id) => ({ id, name: id }));
  const departmentOf = (role: Role): string | null =>
    departments.some(({ id }) => id === role) ? role : role === 'department_head' ? 'customer_service' : null;
  const homes = [
    {
      ...{ id: 'h-1', building: '3', unit: '2', room: '3-2-1501' },
      residents: [
        { id: 'r-1', name: '欧阳测试', phone: '13800009911' },
        { id: 'r-2', name: '同住人', phone: '13800009922' },
      ],
    },
  ];
  const zone = 'Asia/Shanghai';
  return {
    keys,
    spec: {
      id: 'test-company',
      name: 'Test',
      projects: [
        { id: 'lakeside', name: '湖畔花园', zone, departments, households: homes },
        { id: 'riverside', name: '江畔', zone, departments, households: [] },
      ],
      staff: [
        ...ROLES_HERE.map((role) => ({
          ...{ id: `s-${role}`, name: `职员${role}`, department: departmentOf(role) },
          roles: [{ project: 'lakeside', role }],
        })),
        {
          ...{ id: 's-riverside', name: '江边', department: 'customer_service' },
          roles: [{ project: 'riverside', role: 'customer_service' }],
        },
      ],
      keys: specs,
    },
  };
}
