import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { systemClock } from '../../common/clock';
import { stackEnvironment } from '../../common/config';
import { createLogger } from '../../common/logger';
import { createDatabase } from '../../db/database';
import { migrateToLatest } from '../../db/migrate';
import { publishDefaultPolicies } from '../../db/queries/policies';
import { TEMPORAL_TEST_SERVER } from '../../stack/binaries';
import { prepareHome, stopLeftovers, type Home } from '../../stack/home';
import { isAbandoned, takeLock } from '../../stack/lock';
import { freePort } from '../../stack/ports';
import { initialisePostgres, postgresService, postgresUrl } from '../../stack/postgres';
import { resolveBinary } from '../../stack/temporal-binary';
import { terminalOn } from '../../stack/terminal';
import type { StoryEnv } from './world';

/** The servers that `npm run story` starts for itself, in a folder that goes away with it. */
export interface StoryServers extends Pick<StoryEnv, 'createDatabase' | 'testServer'> {
  readonly folder: string;
  stop(): Promise<void>;
}

const PREFIX = 'guanjia-story-';
const TEMPLATE = 'story_template';

/** @throws StackError when PostgreSQL can't be started or the test server can't be found. */
export async function startServers(): Promise<StoryServers> {
  await sweep();
  const home = prepareHome(mkdtempSync(join(tmpdir(), PREFIX)));
  const release = await takeLock(home.folder);
  const stop = async (): Promise<void> => {
    await stopLeftovers(home);
    release();
    rmSync(home.folder, { recursive: true, force: true });
  };
  try {
    const binary = { env: stackEnvironment(), terminal: terminalOn(process.stderr) };
    const [urlOf, { path }] = await Promise.all([startPostgres(home), resolveBinary(TEMPORAL_TEST_SERVER, binary)]);
    return { createDatabase: () => fromTemplate(urlOf), testServer: path, folder: home.folder, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type UrlOf = (database: string) => string;

async function startPostgres(home: Home): Promise<UrlOf> {
  const password = randomBytes(16).toString('hex');
  const options = { home, port: await freePort(), password, database: TEMPLATE, durable: false };
  await initialisePostgres(options);
  await postgresService(options).start(() => undefined);
  const urlOf: UrlOf = (database) => postgresUrl({ ...options, database });
  const template = createDatabase(urlOf(TEMPLATE), {
    logger: createLogger('error', { service: 'story' }),
    poolSize: 1,
  });
  try {
    await migrateToLatest(template.db);
    await publishDefaultPolicies(template.db, systemClock);
  } finally {
    await template.close();
  }
  return urlOf;
}

async function fromTemplate(urlOf: UrlOf): Promise<{ url: string; drop: () => Promise<void> }> {
  const name = `story_${randomBytes(6).toString('hex')}`;
  await onServer(urlOf, `create database ${name} template ${TEMPLATE}`);
  return { url: urlOf(name), drop: () => onServer(urlOf, `drop database if exists ${name} with (force)`) };
}

async function onServer(urlOf: UrlOf, statement: string): Promise<void> {
  const client = new Client({ connectionString: urlOf('postgres') });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Ends and removes what runs left that were killed themselves. */
async function sweep(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const folder = join(tmpdir(), name);
    if (!name.startsWith(PREFIX) || !isAbandoned(folder)) continue;
    await stopLeftovers(prepareHome(folder));
    rmSync(folder, { recursive: true, force: true });
  }
}
