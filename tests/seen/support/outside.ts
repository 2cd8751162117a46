import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import pino from 'pino';
import { newApiKey } from '../../../common/crypto/api-key';
import { createBlindIndex } from '../../../common/crypto/blind-index';
import { parseKey, parseKeyring } from '../../../common/crypto/keyring';
import { createDataConverter } from '../../../common/crypto/codec';
import { createSealer } from '../../../common/crypto/sealer';
import { createIds } from '../../../common/ids';
import { systemClock } from '../../../common/clock';
import { connectTemporal } from '../../../common/temporal';
import { createDatabase } from '../../../db/database';
import { createCompany } from '../../../db/queries/company';
import { createTestDatabase, devServer, setDatabase, type DevServer, type TestDatabase } from '../../support/servers';
import { until } from '../../workflows/support/until';
import { parseExposition, type Exposition } from './exposition';

const ROOT = path.join(__dirname, '../../..');
/** Loading the sources takes seconds where the machine has other work too. Milliseconds. */
const STARTED_WITHIN = 60_000;
const newKey = () => randomBytes(32).toString('base64');

const running = new Set<ChildProcess>();

export type Line = Readonly<Record<string, unknown>>;

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

/** API and worker as they are started in earnest, each a process of its own, and what is seen of them from outside. */
export class Outside {
  private constructor(
    readonly temporal: DevServer,
    readonly api: Program,
    readonly worker: Program,
    private readonly database: TestDatabase,
    private readonly key: string,
    readonly env: Readonly<Record<string, string>>,
  ) {}

  /** @param more variables besides those that both need. */
  static async open(more: Readonly<Record<string, string>> = {}): Promise<Outside> {
    const [temporal, database] = await Promise.all([devServer(), createTestDatabase()]);
    const env = {
      DATABASE_URL: database.url,
      TEMPORAL_ADDRESS: temporal.address,
      GUANJIA_CODEC_KEYS: `k1:${newKey()}`,
      GUANJIA_VAULT_KEYS: `k1:${newKey()}`,
      GUANJIA_INDEX_KEY: newKey(),
      GUANJIA_API_PORT: '0',
      GUANJIA_WORKER_PORT: '0',
      ...more,
    };
    const key = await makeClerk(env);
    const [worker, api] = await Promise.all([Program.start('worker', env), Program.start('api', env)]);
    return new Outside(temporal, api, worker, database, key, env);
  }

  async call(method: string, at: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply> {
    const response = await fetch(this.api.url + at, {
      method,
      headers: { authorization: `Bearer ${this.key}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    });
    return { status: response.status, headers: response.headers, body: (await response.json()) as Reply['body'] };
  }

  /** Has a Temporal Schedule run now, and waits for its workflow to end. */
  async runSchedule(id: string): Promise<void> {
    const { client, close } = await this.connect();
    await client.schedule.getHandle(id).trigger();
    await until(`${id} has run`, async () => {
      const { recentActions } = (await client.schedule.getHandle(id).describe()).info;
      const workflowId = recentActions.at(-1)?.action.workflow.workflowId;
      if (workflowId === undefined) return false;
      const { status } = await client.workflow.getHandle(workflowId).describe();
      return status.name === 'COMPLETED';
    });
    await close();
  }

  /** A workflow that the workers have no code for. */
  async startUnknownWorkflow(): Promise<void> {
    const { client, close } = await this.connect();
    await client.workflow.start('nobodyKnows', { workflowId: 'nobody-knows', taskQueue: 'guanjia' });
    await close();
  }

  async openStream(): Promise<{ close(): Promise<void> }> {
    const aborter = new AbortController();
    const headers = { authorization: `Bearer ${this.key}` };
    const { body } = await fetch(`${this.api.url}/api/v1/stream`, { headers, signal: aborter.signal });
    const reader = body?.getReader();
    await reader?.read();
    return {
      close: async () => {
        await reader?.cancel();
        aborter.abort();
      },
    };
  }

  /** The database is gone for everybody, or back. */
  setDatabase(state: 'away' | 'back'): Promise<void> {
    return setDatabase(this.database.url, state);
  }

  private connect() {
    const converter = createDataConverter(parseKeyring(this.env.GUANJIA_CODEC_KEYS ?? '', 'GUANJIA_CODEC_KEYS'));
    return connectTemporal({ address: this.temporal.address, namespace: 'default' }, converter);
  }

  async close(): Promise<void> {
    await Promise.all([this.api.stop(), this.worker.stop()]);
    await Promise.all([this.temporal.stop(), this.database.drop()]);
  }
}

/** One of our programs, its log and its port. */
export class Program {
  readonly lines: Line[] = [];
  url = '';
  private rest = '';
  private errors = '';
  private readonly exited: Promise<void>;

  private constructor(private readonly child: ChildProcess) {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => this.read(text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.errors += text));
    this.exited = new Promise((resolve) => child.once('exit', () => resolve()));
  }

  /** Ends those that a failed test left. */
  static killAll(): void {
    for (const child of running) child.kill('SIGKILL');
  }

  static async start(name: 'api' | 'worker', env: Readonly<Record<string, string>>): Promise<Program> {
    const child = spawn(process.execPath, ['--import', 'tsx', `${name}/main.ts`], {
      cwd: ROOT,
      env: { ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    const program = new Program(child);
    const port = await until(
      `the ${name} is up`,
      () => {
        program.requireAlive();
        const up = program.lines.find(({ msg }) => /is up$/.test(String(msg)));
        return up && ((up.port ?? (up.endpoint as { port?: number } | undefined)?.port) as number);
      },
      STARTED_WITHIN,
    );
    program.url = `http://127.0.0.1:${port}`;
    return program;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Lines with these members. */
  find(members: Line): Line[] {
    return this.lines.filter((line) => Object.entries(members).every(([key, value]) => line[key] === value));
  }

  async metrics(): Promise<Exposition> {
    const response = await fetch(`${this.url}/metrics`, { signal: AbortSignal.timeout(10_000) });
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    return parseExposition(await response.text());
  }

  async ready(): Promise<{ status: number; body: unknown }> {
    const response = await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(10_000) });
    return { status: response.status, body: await response.json() };
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async stop(): Promise<void> {
    this.child.kill('SIGCONT');
    this.child.kill('SIGTERM');
    const force = setTimeout(() => this.child.kill('SIGKILL'), 10_000);
    await this.exited;
    clearTimeout(force);
    running.delete(this.child);
  }

  private read(text: string): void {
    const parts = (this.rest + text).split('\n');
    this.rest = parts.pop() ?? '';
    // Every line is JSON: anything else fails here.
    this.lines.push(...parts.map((line) => JSON.parse(line) as Line));
  }

  private requireAlive(): void {
    if (this.child.exitCode !== null) throw new Error(`the program ended: ${this.errors}`);
  }
}

/** A company with one project and one person in every role that messages go to. @returns the clerk's key. */
async function makeClerk(env: { DATABASE_URL: string; GUANJIA_VAULT_KEYS: string; GUANJIA_INDEX_KEY: string }) {
  const logger = pino({ level: 'silent' });
  const database = createDatabase(env.DATABASE_URL, { logger });
  const indexKey = parseKey(env.GUANJIA_INDEX_KEY, 'GUANJIA_INDEX_KEY');
  const { plain } = newApiKey();
  const roles = ['customer_service', 'duty_manager', 'manager', 'engineering'] as const;
  const departments = ['customer_service', 'engineering', 'security', 'finance'].map((id) => ({ id, name: id }));
  await createCompany(
    database.db,
    {
      ...{ id: 'seen', name: 'Seen' },
      projects: [{ id: 'lakeside', name: '湖畔花园', zone: 'Asia/Shanghai', departments, households: [] }],
      staff: roles.map((role) => ({
        ...{ id: `s-${role}`, name: `职员${role}`, department: null },
        roles: [{ project: 'lakeside', role }],
      })),
      keys: [{ plain, label: 'clerk', role: 'customer_service', staff: 's-customer_service', projects: ['lakeside'] }],
    },
    {
      ...{ clock: systemClock, ids: createIds(indexKey), index: createBlindIndex(indexKey) },
      sealer: createSealer(parseKeyring(env.GUANJIA_VAULT_KEYS, 'GUANJIA_VAULT_KEYS')),
    },
  );
  await database.close();
  return plain;
}
