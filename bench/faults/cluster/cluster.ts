import { resolve } from 'node:path';
import { stackEnvironment } from '../../../common/config';
import { newApiKey } from '../../../common/crypto/api-key';
import { ROLES, type Role } from '../../../domain/actor';
import { prepareHome, type Home } from '../../../stack/home';
import { runProgram, type Programs } from '../../../stack/node-service';
import { initialisePostgres, postgresUrl } from '../../../stack/postgres';
import type { Service } from '../../../stack/supervisor';
import { prepareTemporal } from '../../../stack/temporal-server';
import { until } from '../../../stack/until';
import { seedQuickCompany } from '../harness/company';
import type { EmbeddedOptions } from '../harness/embedded';
import { ServiceVictim } from '../harness/process';
import type { Part, Topology } from '../harness/topology';
import { resolveServer } from './binaries';
import { createUsers, makeNamespace, makeSchema } from './database';
import { NAMESPACE, planCluster, type Plan } from './services';

/** A frontend looks every few seconds which namespaces there are. */
const KNOWN_WITHIN_MS = 30_000;
const NOT_FOUND = 5;
const ROOT = resolve(__dirname, '../../..');

/**
 * The product as it grows past one machine: Temporal's roles as processes of their own, history twice, on PostgreSQL;
 * two workers and two APIs.
 * @throws StackError that says how to build Temporal's server where it is missing.
 */
export async function startCluster({ folder, temporalCli, compiled }: EmbeddedOptions): Promise<Topology> {
  const binaries = await resolveServer(stackEnvironment());
  const home = prepareHome(folder);
  const programs: Programs = { root: ROOT, compiled };
  const plan = await planCluster({ home, programs, binaries });
  const apiKeys = Object.fromEntries(ROLES.map((role) => [role, newApiKey().plain]));
  const victims: ServiceVictim[] = [];
  const stop = async (): Promise<void> => {
    for (const victim of [...victims].reverse()) await victim.kill9();
  };
  const start = async (part: Part, services: readonly Service[]): Promise<void> => {
    const started = services.map((service) => new ServiceVictim(service, part));
    victims.push(...started);
    await Promise.all(started.map((victim) => victim.start()));
  };
  try {
    await build({ home, programs, plan, sqlTool: binaries.sqlTool, cli: temporalCli, apiKeys, start });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    name: 'cluster',
    apiUrls: plan.apiUrls,
    databaseUrl: postgresUrl(plan.postgres),
    temporal: { address: plan.temporalAddress, namespace: NAMESPACE, taskQueue: plan.env.GUANJIA_TASK_QUEUE ?? '' },
    codecKeys: plan.env.GUANJIA_CODEC_KEYS ?? '',
    victims,
    key: (role: Role) => apiKeys[role] ?? '',
    stop,
  };
}

interface Building {
  readonly home: Home;
  readonly programs: Programs;
  readonly plan: Plan;
  readonly sqlTool: string;
  /** Path of the Temporal CLI. */
  readonly cli: string;
  /** Plain key by role. */
  readonly apiKeys: Readonly<Record<string, string>>;
  start(part: Part, services: readonly Service[]): Promise<void>;
}

/** The order of docker-compose.yml. */
async function build({ home, programs, plan, sqlTool, cli, apiKeys, start }: Building): Promise<void> {
  const { postgres, temporalPassword, appPassword, temporalAddress: address, env, services } = plan;
  await initialisePostgres(postgres);
  await start('postgres', [services.postgres]);
  await createUsers(postgresUrl(postgres), ROOT, { temporal: temporalPassword, app: appPassword });
  await makeSchema({ home, root: ROOT, sqlTool, postgresPort: postgres.port, postgresPassword: temporalPassword });
  // The first one writes who the cluster is, and whoever does so at the same time ends with an error.
  await start('temporal', [services.temporalFirst]);
  await start('temporal', services.temporal);
  await makeNamespace({ home, root: ROOT, cli, address, namespace: NAMESPACE });
  await runProgram(home, programs, { name: 'migrate', script: 'db/migrate', env }, () => undefined);
  if (!(await until(() => preparedIfKnown(address), KNOWN_WITHIN_MS))) throw new Error(`${NAMESPACE} is not known`);
  await seedQuickCompany(env, apiKeys);
  await start('worker', services.workers);
  await start('api', services.apis);
}

/** @returns false while the frontend does not know the namespace that was just made. */
async function preparedIfKnown(address: string): Promise<boolean> {
  try {
    await prepareTemporal(address, NAMESPACE);
    return true;
  } catch (error) {
    if ((error as { code?: number }).code === NOT_FOUND) return false;
    throw error;
  }
}
