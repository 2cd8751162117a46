import { join } from 'node:path';
import { isLoopback } from '../common/environment';
import { loadConfig, type Environment } from '../common/config';
import type { Clock } from '../common/clock';
import { announcement } from './announce';
import type { Child } from './child';
import { StackError } from './error';
import { homeFolder, openHome, stopLeftovers, writeEnvironmentFile, type Home } from './home';
import { nodeService, runProgram, type Programs } from './node-service';
import { choosePorts, type Ports } from './ports';
import { initialisePostgres, postgresService, postgresUrl, refusalOf } from './postgres';
import type { Secrets } from './secrets';
import { seedCompany } from './seed';
import { seconds, Supervisor } from './supervisor';
import { resolveTemporal, type TemporalSource } from './temporal-binary';
import { prepareTemporal, temporalAddress, temporalAnswers, temporalService } from './temporal-server';
import type { Terminal } from './terminal';
import { until } from './until';

export interface StackOptions {
  readonly programs: Programs;
  readonly env: Environment;
  readonly terminal: Terminal;
  readonly clock: Clock;
}

const DATABASE = 'guanjia';
const EXTERNAL_ANSWERS_WITHIN_MS = 15_000;

/** Everything that `npm start` runs, from the data folder to the API. */
export class Stack {
  private readonly supervisor: Supervisor;
  private readonly stopped = new AbortController();
  private release: () => void = () => undefined;
  private starting: Promise<unknown> = Promise.resolve();
  private migration: Child | null = null;

  constructor(private readonly options: StackOptions) {
    this.supervisor = new Supervisor((line) => options.terminal.say(line), options.clock);
  }

  /**
   * Resolves when all of it is ready and was announced.
   * @throws StackError saying what to do. `stop` must be called all the same.
   */
  start(): Promise<void> {
    const starting = this.startAll();
    this.starting = starting.catch(() => undefined);
    return starting;
  }

  /** Ends API, worker, Temporal and PostgreSQL cleanly, in that order, and gives the folder back. */
  async stop(): Promise<void> {
    this.stopped.abort(new StackError('stopped'));
    await this.migration?.stop();
    await this.supervisor.stop();
    await this.starting;
    await this.supervisor.stop();
    this.release();
  }

  /** Ends everything at once. The next start recovers. */
  kill(): void {
    this.stopped.abort(new StackError('stopped'));
    this.migration?.kill();
    this.supervisor.kill();
    this.release();
  }

  private async startAll(): Promise<void> {
    const { env, programs, terminal, clock } = this.options;
    const begun = clock.now();
    const { home, secrets, release } = await openHome(homeFolder(env, programs.root));
    this.release = release;
    terminal.say(`管家 Guanjia, data in ${home.folder}`);
    const leftovers = await stopLeftovers(home);
    if (leftovers.length > 0) terminal.say(`Stopped what an earlier start left running: ${leftovers.join(', ')}`);

    const source = await resolveTemporal({
      env,
      terminal,
      secondCache: join(home.folder, 'cache'),
      signal: this.stopped.signal,
    });
    const ports = await choosePorts(home, env);
    const variables = connectionVariables(env, home, secrets, ports, source);
    const childEnv: Environment = { ...env, ...variables };
    writeEnvironmentFile(home, { ...variables, GUANJIA_API_PORT: '0', GUANJIA_WORKER_PORT: '0' });

    await this.startPostgres(home, secrets, ports);
    await this.startTemporal(home, ports, source, childEnv);
    await this.migrate(home, secrets, childEnv);
    const workerUrl = `http://127.0.0.1:${ports.worker}`;
    const worker = await this.startProgram(home, 'worker', 'worker/main', workerUrl, childEnv);
    const apiUrl = apiUrlOf(env, ports);
    await this.startProgram(home, 'api', 'api/main', apiUrl, childEnv);

    const { apiKeys } = secrets;
    terminal.say(`Ready after ${seconds(clock.now() - begun)}.`);
    const temporalUiUrl = childEnv.TEMPORAL_UI_URL || null;
    const facts = { apiUrl, temporalUiUrl, temporalAddress: variables.TEMPORAL_ADDRESS, workerPid: worker.pid };
    terminal.say(announcement({ ...facts, homeFolder: home.folder, apiKeys }));
  }

  private async startPostgres(home: Home, secrets: Secrets, ports: Ports): Promise<void> {
    const external = this.options.env.DATABASE_URL;
    if (external) return this.timed('PostgreSQL of DATABASE_URL', () => expectPostgres(external, this.stopped.signal));
    await this.timed(`PostgreSQL on 127.0.0.1:${ports.postgres}`, async () => {
      const options = { home, port: ports.postgres, password: secrets.postgresPassword, database: DATABASE };
      await initialisePostgres(options);
      await this.supervisor.run(postgresService(options));
    });
  }

  private async startTemporal(home: Home, ports: Ports, source: TemporalSource, env: Environment): Promise<void> {
    const namespace = namespaceOf(env);
    if (source.kind === 'address') {
      const { address } = source;
      return this.timed(`Temporal of TEMPORAL_ADDRESS, ${address}`, () =>
        expectTemporal(address, namespace, this.stopped.signal),
      );
    }
    const service = temporalService({
      home,
      binary: source.path,
      port: ports.temporal,
      uiPort: ports.temporalUi,
      namespace,
      dbFile: home.temporalDb,
      codecEndpoint: `${apiUrlOf(env, ports)}/codec`,
    });
    const label = `Temporal on ${temporalAddress({ port: ports.temporal })} by ${source.path} (${source.source})`;
    await this.timed(label, () => this.supervisor.run(service));
  }

  private async migrate(home: Home, secrets: Secrets, env: Environment): Promise<void> {
    this.stopped.signal.throwIfAborted();
    await this.timed('Migrated', async () => {
      await runProgram(home, this.options.programs, { name: 'migrate', script: 'db/migrate', env }, (child) => {
        this.migration = child;
      });
      const config = loadConfig(env);
      await prepareTemporal(config.temporal.address, config.temporal.namespace);
      if (!config.production) await seedCompany(config, { apiKeys: secrets.apiKeys });
    });
  }

  private startProgram(home: Home, name: string, script: string, url: string, env: Environment): Promise<Child> {
    const service = nodeService(home, this.options.programs, { name, script, url, env });
    return this.timed(`${name} on ${url}`, () => this.supervisor.run(service));
  }

  private async timed<T>(label: string, work: () => Promise<T>): Promise<T> {
    this.stopped.signal.throwIfAborted();
    const begun = this.options.clock.now();
    this.options.terminal.progress(`${label} …`);
    const result = await work();
    this.options.terminal.say(`${label} (${seconds(this.options.clock.now() - begun)})`);
    return result;
  }
}

/** @throws StackError when it doesn't answer in time. Says the reason, never the address, which holds a password. */
async function expectPostgres(url: string, signal: AbortSignal): Promise<void> {
  let refusal: string | null = null;
  const answers = await until(
    async () => signal.aborted || (refusal = await refusalOf(url)) === null,
    EXTERNAL_ANSWERS_WITHIN_MS,
  );
  signal.throwIfAborted();
  if (!answers) throw new StackError(`The PostgreSQL server of DATABASE_URL doesn't let us in: ${refusal}`);
}

async function expectTemporal(address: string, namespace: string, signal: AbortSignal): Promise<void> {
  if (await temporalAnswers(address, namespace, EXTERNAL_ANSWERS_WITHIN_MS, () => signal.aborted)) return;
  signal.throwIfAborted();
  throw new StackError(`No Temporal server with namespace "${namespace}" answers at TEMPORAL_ADDRESS ${address}.`);
}

/** What worker, API and migration need to find the servers. What the environment says itself goes first. */
function connectionVariables(
  env: Environment,
  home: Home,
  secrets: Secrets,
  ports: Ports,
  source: TemporalSource,
): Record<string, string> & { TEMPORAL_ADDRESS: string } {
  const external = source.kind === 'address';
  const database = { port: ports.postgres, password: secrets.postgresPassword, database: DATABASE };
  const apiUrl = apiUrlOf(env, ports);
  const publicUrl = env.GUANJIA_PUBLIC_URL || (isLoopback(new URL(apiUrl).hostname) ? apiUrl : '');
  const uiUrl = env.TEMPORAL_UI_URL || (external ? '' : `http://127.0.0.1:${ports.temporalUi}`);
  return {
    DATABASE_URL: env.DATABASE_URL || postgresUrl(database),
    TEMPORAL_ADDRESS: external ? source.address : temporalAddress({ port: ports.temporal }),
    TEMPORAL_NAMESPACE: namespaceOf(env),
    ...(uiUrl ? { TEMPORAL_UI_URL: uiUrl } : {}),
    ...(publicUrl ? { GUANJIA_PUBLIC_URL: publicUrl } : {}),
    GUANJIA_API_HOST: env.GUANJIA_API_HOST || '127.0.0.1',
    GUANJIA_API_PORT: String(ports.api),
    GUANJIA_WORKER_PORT: String(ports.worker),
    GUANJIA_FILES_FOLDER: env.GUANJIA_FILES_FOLDER || home.files,
    GUANJIA_CODEC_KEYS: env.GUANJIA_CODEC_KEYS || secrets.codecKeys,
    GUANJIA_VAULT_KEYS: env.GUANJIA_VAULT_KEYS || secrets.vaultKeys,
    GUANJIA_INDEX_KEY: env.GUANJIA_INDEX_KEY || secrets.indexKey,
  };
}

function namespaceOf(env: Environment): string {
  return env.TEMPORAL_NAMESPACE || 'default';
}

function apiUrlOf(env: Environment, ports: Ports): string {
  const host = env.GUANJIA_API_HOST || '127.0.0.1';
  // Bound to every address, it is reached by this one.
  return `http://${host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host}:${ports.api}`;
}
