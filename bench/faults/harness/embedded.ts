import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { Environment } from '../../../common/config';
import { newApiKey } from '../../../common/crypto/api-key';
import { ROLES, type Role } from '../../../domain/actor';
import { prepareHome, type Home } from '../../../stack/home';
import { nodeService, runProgram, type Programs } from '../../../stack/node-service';
import { freePort } from '../../../stack/ports';
import { initialisePostgres, postgresService, postgresUrl } from '../../../stack/postgres';
import { prepareTemporal, temporalAddress, temporalService } from '../../../stack/temporal-server';
import { seedQuickCompany } from './company';
import { ServiceVictim } from './process';
import type { Part, Topology } from './topology';

export interface EmbeddedOptions {
  /** An empty folder for data, logs and records; other users may pass through it. */
  readonly folder: string;
  /** Path of the Temporal CLI. */
  readonly temporalCli: string;
  /** Runs dist/ instead of the sources: starts are a second faster. */
  readonly compiled: boolean;
  /** See Programs. */
  readonly typescript?: readonly string[];
}

const ROOT = resolve(__dirname, '../../..');
const NAMESPACE = 'default';
const QUEUE = 'guanjia';
const TWO = [1, 2] as const;

/** The embedded servers as `npm start` has them, with two workers and two APIs. */
export async function startEmbedded(options: EmbeddedOptions): Promise<Topology> {
  const home = prepareHome(options.folder);
  const victims: ServiceVictim[] = [];
  const stop = async (): Promise<void> => {
    for (const victim of [...victims].reverse()) await victim.kill9();
  };
  try {
    return await start(home, options, victims, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  home: Home,
  options: EmbeddedOptions,
  victims: ServiceVictim[],
  stop: () => Promise<void>,
): Promise<Topology> {
  const { compiled, typescript } = options;
  const programs: Programs = { root: ROOT, compiled, typescript };
  const postgres = { home, port: await freePort(), password: secret(), database: 'guanjia', durable: false };
  const temporal = { port: await freePort(), uiPort: await freePort(), dbFile: join(home.folder, 'temporal.db') };
  const address = temporalAddress(temporal);
  const env = environment(postgresUrl(postgres), address);
  const apiKeys = Object.fromEntries(ROLES.map((role) => [role, newApiKey().plain]));

  const add = async (part: Part, service: ConstructorParameters<typeof ServiceVictim>[0]): Promise<void> => {
    const victim = new ServiceVictim(service, part);
    victims.push(victim);
    await victim.start();
  };
  await initialisePostgres(postgres);
  const server = { home, binary: options.temporalCli, namespace: NAMESPACE, ...temporal };
  await Promise.all([add('postgres', postgresService(postgres)), add('temporal', temporalService(server))]);
  await Promise.all([
    runProgram(home, programs, { name: 'migrate', script: 'db/migrate', env }, () => undefined),
    prepareTemporal(address, NAMESPACE),
  ]);
  await seedQuickCompany(env, apiKeys);

  const apiPorts = [await freePort(), await freePort()];
  const apiUrls = apiPorts.map((port) => `http://127.0.0.1:${port}`);
  for (const number of TWO) {
    const port = String(await freePort());
    await add('worker', nodeService(home, programs, workerProgram(number, port, env)));
  }
  for (const number of TWO) {
    await add('api', nodeService(home, programs, apiProgram(number, apiUrls[number - 1] ?? '', env)));
  }
  return {
    name: 'embedded',
    apiUrls,
    databaseUrl: postgresUrl(postgres),
    temporal: { address, namespace: NAMESPACE, taskQueue: QUEUE },
    codecKeys: env.GUANJIA_CODEC_KEYS ?? '',
    victims,
    key: (role: Role) => apiKeys[role] ?? '',
    stop,
  };
}

export function workerProgram(number: number, port: string, env: Environment) {
  const url = `http://127.0.0.1:${port}`;
  return { name: `worker-${number}`, script: 'worker/main', url, env: { ...env, GUANJIA_WORKER_PORT: port } };
}

export function apiProgram(number: number, url: string, env: Environment) {
  return { name: `api-${number}`, script: 'api/main', url, env: { ...env, GUANJIA_API_PORT: new URL(url).port } };
}

/** What worker, API and migration are started with: all that they need, nothing of the caller's. */
export function environment(databaseUrl: string, temporal: string): Environment {
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    TZ: 'UTC',
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: temporal,
    TEMPORAL_NAMESPACE: NAMESPACE,
    GUANJIA_TASK_QUEUE: QUEUE,
    GUANJIA_CODEC_KEYS: `k1:${secret()}`,
    GUANJIA_VAULT_KEYS: `k1:${secret()}`,
    GUANJIA_INDEX_KEY: secret(),
    GUANJIA_LOG_LEVEL: 'info',
  };
}

function secret(): string {
  return randomBytes(32).toString('base64');
}
