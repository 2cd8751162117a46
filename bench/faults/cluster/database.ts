import { mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { ChildError, spawnChild } from '../../../stack/child';
import type { Home } from '../../../stack/home';

export interface SchemaSettings {
  readonly home: Home;
  readonly root: string;
  readonly sqlTool: string;
  readonly postgresPort: number;
  readonly postgresPassword: string;
}

export interface NamespaceSettings {
  readonly home: Home;
  readonly root: string;
  /** Path of the Temporal CLI. */
  readonly cli: string;
  readonly address: string;
  readonly namespace: string;
}

const SYSTEM_PATH = '/usr/local/bin:/usr/bin:/bin';
const GRACE_MS = 5_000;

/** The user that API and workers are (docs/operations.md, "Users of the database"). */
export const APP_USER = 'guanjia_app';

/** The users that `deploy/postgres-init.sh` makes beside the owner of our tables, and what ours may do. */
export async function createUsers(
  ownerUrl: string,
  root: string,
  passwords: { readonly temporal: string; readonly app: string },
): Promise<void> {
  const client = new Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await client.query(`create role temporal login createdb password ${client.escapeLiteral(passwords.temporal)}`);
    await client.query(`create role ${APP_USER} login password ${client.escapeLiteral(passwords.app)}`);
    await client.query(readFileSync(join(root, 'deploy', 'database-roles.sql'), 'utf8'));
  } finally {
    await client.end();
  }
}

/** Temporal's two databases, by the script that the containers use. */
export function makeSchema({ home, root, sqlTool, postgresPort, postgresPassword }: SchemaSettings): Promise<void> {
  return runScript(home, join(root, 'deploy', 'temporal-schema.sh'), {
    PATH: SYSTEM_PATH,
    TEMPORAL_SQL_TOOL: sqlTool,
    SQL_PLUGIN: 'postgres12',
    SQL_HOST: '127.0.0.1',
    SQL_PORT: String(postgresPort),
    SQL_USER: 'temporal',
    SQL_PASSWORD: postgresPassword,
  });
}

/** The namespace, by the script that the containers use. It looks for `temporal` on PATH. */
export function makeNamespace({ home, root, cli, address, namespace }: NamespaceSettings): Promise<void> {
  const folder = join(home.folder, 'bin');
  mkdirSync(folder, { recursive: true });
  rmSync(join(folder, 'temporal'), { force: true });
  symlinkSync(cli, join(folder, 'temporal'));
  return runScript(home, join(root, 'deploy', 'temporal-namespace.sh'), {
    PATH: `${folder}:${SYSTEM_PATH}`,
    HOME: home.folder,
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: namespace,
    RETENTION: '72h',
  });
}

/** @throws ChildError with the end of its log when it fails. */
async function runScript(home: Home, script: string, env: Readonly<Record<string, string>>): Promise<void> {
  const child = await spawnChild(home, 'deploy', '/bin/sh', [script], {
    env,
    cwd: home.folder,
    signal: 'SIGTERM',
    graceMs: GRACE_MS,
  });
  const how = await child.exited;
  if (child.exitCode() === 0) return;
  throw new ChildError(`${script} failed (${how}).\n${child.lastLines()}\nAll of it: ${child.logFile}`);
}
