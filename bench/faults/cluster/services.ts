import { randomBytes } from 'node:crypto';
import type { Environment } from '../../../common/config';
import type { Home } from '../../../stack/home';
import { nodeService, type Programs } from '../../../stack/node-service';
import { freePort } from '../../../stack/ports';
import { postgresService, postgresUrl, type PostgresOptions } from '../../../stack/postgres';
import type { Service } from '../../../stack/supervisor';
import { apiProgram, environment, workerProgram } from '../harness/embedded';
import type { ServerBinaries } from './binaries';
import { APP_USER } from './database';
import { roleProcess, roleService, type ClusterSettings, type Role } from './temporal-role';

export const NAMESPACE = 'guanjia';

/** The one of Temporal's processes that needs no other to be ready. */
const FIRST = ['temporal-history-1', 'history'] as const;
/** With it, two of what is several in production. */
const ROLES: readonly (readonly [name: string, role: Role])[] = [
  ['temporal-frontend', 'frontend'],
  ['temporal-history-2', 'history'],
  ['temporal-matching', 'matching'],
  ['temporal-worker', 'worker'],
];
const TWO = [1, 2] as const;

/** As many as the compose file has. */
const SHARDS = 64;
/** Of each Temporal process. With all of ours it stays below the 200 that PostgreSQL lets in: docs/scaling.md. */
const CONNECTIONS = { store: 15, visibility: 5 };

/** Everything that the cluster is made of, not started yet; ports and passwords are settled. */
export interface Plan {
  readonly postgres: PostgresOptions;
  readonly temporalPassword: string;
  /** Of the user that API and workers are. */
  readonly appPassword: string;
  readonly temporalAddress: string;
  readonly apiUrls: readonly string[];
  /** What the migration is started with, by the owner of the tables; API and workers are another user. */
  readonly env: Environment;
  readonly services: {
    readonly postgres: Service;
    readonly temporalFirst: Service;
    readonly temporal: readonly Service[];
    readonly workers: readonly Service[];
    readonly apis: readonly Service[];
  };
}

export interface PlanSettings {
  readonly home: Home;
  readonly programs: Programs;
  readonly binaries: ServerBinaries;
}

export async function planCluster({ home, programs, binaries }: PlanSettings): Promise<Plan> {
  const postgres = { home, port: await freePort(), password: password(), database: 'guanjia' };
  const [temporalPassword, appPassword] = [password(), password()];
  const frontendPort = await freePort();
  const temporalAddress = `127.0.0.1:${frontendPort}`;
  const env = { ...environment(postgresUrl(postgres), temporalAddress), TEMPORAL_NAMESPACE: NAMESPACE };
  const asApp = { ...env, DATABASE_URL: urlOf(APP_USER, appPassword, postgresUrl(postgres)) };
  const cluster: ClusterSettings = {
    ...{ home, root: programs.root, binary: binaries.server, frontendPort },
    ...{ postgresPort: postgres.port, postgresPassword: temporalPassword, shards: SHARDS, connections: CONNECTIONS },
  };
  const workers = await Promise.all(TWO.map(async (number) => workerProgram(number, String(await freePort()), asApp)));
  const apis = await Promise.all(
    TWO.map(async (number) => apiProgram(number, `http://127.0.0.1:${await freePort()}`, asApp)),
  );
  return {
    ...{ postgres, temporalPassword, appPassword, temporalAddress, env },
    apiUrls: apis.map(({ url }) => url),
    services: {
      postgres: postgresService(postgres),
      temporalFirst: await temporalService(cluster, ...FIRST),
      temporal: await Promise.all(ROLES.map(([name, role]) => temporalService(cluster, name, role))),
      workers: workers.map((program) => nodeService(home, programs, program)),
      apis: apis.map((program) => nodeService(home, programs, program)),
    },
  };
}

async function temporalService(cluster: ClusterSettings, name: string, role: Role): Promise<Service> {
  const process = await roleProcess(name, role);
  return roleService(cluster, role === 'frontend' ? { ...process, grpcPort: cluster.frontendPort } : process);
}

function urlOf(user: string, userPassword: string, ownerUrl: string): string {
  return Object.assign(new URL(ownerUrl), { username: user, password: userPassword }).href;
}

function password(): string {
  return randomBytes(24).toString('hex');
}
