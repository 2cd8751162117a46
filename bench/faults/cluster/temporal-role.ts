import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { withTimeout } from '../../../common/temporal';
import { ChildError, earlyEnd, spawnChild } from '../../../stack/child';
import type { Home } from '../../../stack/home';
import { freePort } from '../../../stack/ports';
import type { Service } from '../../../stack/supervisor';
import { until } from '../../../stack/until';
import { membershipPort } from './ports';

export type Role = 'frontend' | 'history' | 'matching' | 'worker';

/** One process of the Temporal cluster. */
export interface RoleProcess {
  /** `temporal-history-2` */
  readonly name: string;
  readonly role: Role;
  readonly grpcPort: number;
  readonly membershipPort: number;
}

export interface ClusterSettings {
  readonly home: Home;
  readonly root: string;
  /** Path of the Temporal server. */
  readonly binary: string;
  readonly postgresPort: number;
  readonly postgresPassword: string;
  /** For ever: the number can't be changed once there is data. */
  readonly shards: number;
  /** Most connections of one process to its two databases. */
  readonly connections: { readonly store: number; readonly visibility: number };
  /** gRPC port of the frontend, which every other role has to know. */
  readonly frontendPort: number;
}

const HOST = '127.0.0.1';
const READY_WITHIN_MS = 60_000;
const ASK_WITHIN_MS = 1_000;
const STOP_WITHIN_MS = 15_000;
/** gRPC's own first pause between two attempts is a second. */
const IMPATIENT = { 'grpc.initial_reconnect_backoff_ms': 50, 'grpc.max_reconnect_backoff_ms': 200 };

/** Of `grpc.health.v1`. */
const SERVING = 1;

/** What each role's own health service calls itself; the others answer for the whole process. */
const HEALTH_OF: Readonly<Record<Role, string>> = {
  frontend: 'temporal.api.workflowservice.v1.WorkflowService',
  history: 'temporal.api.workflowservice.v1.HistoryService',
  matching: 'temporal.api.workflowservice.v1.MatchingService',
  worker: '',
};

/** Free ports for a process of the cluster: one for calls, one by which the processes know each other. */
export async function roleProcess(name: string, role: Role): Promise<RoleProcess> {
  return { name, role, grpcPort: await freePort(), membershipPort: await membershipPort() };
}

/** One role of the server as a service. Ready means: its own health service says that it serves. */
export function roleService(settings: ClusterSettings, process: RoleProcess): Service {
  const { home, binary } = settings;
  return {
    name: process.name,
    start: async (onSpawn) => {
      const child = await spawnChild(home, process.name, binary, ['start', '--service', process.role], {
        env: environmentOf(settings, process),
        cwd: home.folder,
        signal: 'SIGTERM',
        graceMs: STOP_WITHIN_MS,
      });
      onSpawn(child);
      const ready = await until(async () => child.hasExited() || (await serves(process)), READY_WITHIN_MS, 100);
      if (child.hasExited()) throw earlyEnd(child, await child.exited);
      if (ready) return child;
      await child.stop();
      throw new ChildError(`${process.name} didn't serve within ${READY_WITHIN_MS / 1000} s.\n${child.lastLines()}`);
    },
  };
}

/** The variables of `docker-compose.yml`, and what several processes on one address need besides. */
function environmentOf(settings: ClusterSettings, { role, grpcPort, membershipPort }: RoleProcess) {
  const { root, postgresPort, postgresPassword, shards, connections, frontendPort } = settings;
  const mine = role.toUpperCase();
  return {
    DB: 'postgres12',
    DB_PORT: String(postgresPort),
    POSTGRES_SEEDS: HOST,
    POSTGRES_USER: 'temporal',
    POSTGRES_PWD: postgresPassword,
    NUM_HISTORY_SHARDS: String(shards),
    SQL_MAX_CONNS: String(connections.store),
    SQL_MAX_IDLE_CONNS: String(connections.store),
    SQL_VIS_MAX_CONNS: String(connections.visibility),
    SQL_VIS_MAX_IDLE_CONNS: String(connections.visibility),
    BIND_ON_IP: HOST,
    TEMPORAL_BROADCAST_ADDRESS: HOST,
    LOG_LEVEL: 'warn',
    DYNAMIC_CONFIG_FILE_PATH: join(root, 'deploy', 'temporal-dynamic.yaml'),
    TEMPORAL_ALLOW_NO_AUTH: 'true',
    FRONTEND_GRPC_PORT: String(frontendPort),
    FRONTEND_HTTP_PORT: '0',
    [`${mine}_GRPC_PORT`]: String(grpcPort),
    [`${mine}_MEMBERSHIP_PORT`]: String(membershipPort),
    PUBLIC_FRONTEND_ADDRESS: `${HOST}:${frontendPort}`,
    PATH: '/usr/local/bin:/usr/bin:/bin',
    TZ: 'UTC',
  };
}

async function serves({ role, grpcPort }: RoleProcess): Promise<boolean> {
  const connection = Connection.lazy({ address: `${HOST}:${grpcPort}`, channelArgs: IMPATIENT, interceptors: [] });
  try {
    const { status } = await withTimeout(connection, ASK_WITHIN_MS, () =>
      connection.healthService.check({ service: HEALTH_OF[role] }),
    );
    return Number(status) === SERVING;
  } catch {
    return false;
  } finally {
    await connection.close();
  }
}
