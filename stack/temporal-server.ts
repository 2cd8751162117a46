import { readdirSync, renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Connection } from '@temporalio/client';
import { withTimeout } from '../common/temporal';
import { registerSearchAttributes } from '../worker/search-attributes';
import { ChildError, earlyEnd, spawnChild, type Child } from './child';
import type { Home } from './home';
import type { Service } from './supervisor';
import { until } from './until';

export interface TemporalServerOptions {
  readonly home: Home;
  /** Name of its log and its record. Default `temporal`. */
  readonly name?: string;
  /** Path of the Temporal CLI. */
  readonly binary: string;
  readonly port: number;
  readonly uiPort: number;
  readonly namespace: string;
  /** Null keeps everything in memory. */
  readonly dbFile: string | null;
  /** Where the Web UI has payloads decoded, for example `http://127.0.0.1:8080/codec`. */
  readonly codecEndpoint?: string;
  /** See ChildOptions. */
  readonly ownGroup?: boolean;
}

const HOST = '127.0.0.1';
const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 10_000;
const ASK_WITHIN_MS = 1_000;
/** gRPC's own first pause between two attempts is a second, twice as long as a start takes. */
const IMPATIENT = { 'grpc.initial_reconnect_backoff_ms': 50, 'grpc.max_reconnect_backoff_ms': 200 };
/** Without these two the file is half as fast as memory and timers fire seconds late. */
const PRAGMAS = ['journal_mode=WAL', 'synchronous=NORMAL'];
/** What the server says when it was killed between making its file and filling it. */
const NEVER_FILLED = 'no such table: namespaces';

export function temporalAddress(options: Pick<TemporalServerOptions, 'port'>): string {
  return `${HOST}:${options.port}`;
}

/** Server and Web UI as one service of the stack. Ready means: it answers gRPC for its namespace. */
export function temporalService(options: TemporalServerOptions): Service {
  return {
    name: options.name ?? 'temporal',
    start: async (onSpawn) => {
      try {
        return await startOnce(options, onSpawn);
      } catch (error) {
        if (!options.dbFile || !(error as Error).message.includes(NEVER_FILLED)) throw error;
        setAside(options.dbFile);
        return await startOnce(options, onSpawn);
      }
    },
  };
}

/**
 * Waits until a Temporal server answers for a namespace.
 * @param gone ends the waiting early.
 * @returns whether it does.
 */
export async function temporalAnswers(
  address: string,
  namespace: string,
  timeoutMs: number,
  gone: () => boolean = () => false,
): Promise<boolean> {
  const answer = await until(async () => (gone() ? 'gone' : (await ask(address, namespace)) && 'yes'), timeoutMs);
  return answer === 'yes';
}

/** Makes a server that answers ready for our workflows. Safe to repeat. */
export async function prepareTemporal(address: string, namespace: string): Promise<void> {
  const connection = await Connection.connect({ address });
  try {
    await registerSearchAttributes(connection, namespace);
  } finally {
    await connection.close();
  }
}

async function startOnce(options: TemporalServerOptions, onSpawn: (child: Child) => void): Promise<Child> {
  const child = await spawnTemporal(options);
  onSpawn(child);
  if (await temporalAnswers(temporalAddress(options), options.namespace, READY_WITHIN_MS, child.hasExited))
    return child;
  if (child.hasExited()) throw earlyEnd(child, await child.exited);
  await child.stop();
  throw new ChildError(`Temporal didn't answer within ${READY_WITHIN_MS / 1000} s.\n${child.lastLines()}`);
}

function spawnTemporal(options: TemporalServerOptions): Promise<Child> {
  const args = ['server', 'start-dev', '--ip', HOST, '--namespace', options.namespace, '--log-level', 'warn'];
  args.push('--port', String(options.port), '--ui-port', String(options.uiPort), '--ui-disable-news-fetch');
  args.push('--dynamic-config-value', 'frontend.enableServerVersionCheck=false');
  if (options.codecEndpoint) args.push('--ui-codec-endpoint', options.codecEndpoint);
  if (options.dbFile)
    args.push('--db-filename', options.dbFile, ...PRAGMAS.flatMap((text) => ['--sqlite-pragma', text]));
  return spawnChild(options.home, options.name ?? 'temporal', options.binary, args, {
    // None of the caller's TEMPORAL_… variables, which are meant for clients.
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: options.home.folder },
    cwd: options.home.folder,
    signal: 'SIGTERM',
    graceMs: STOP_WITHIN_MS,
    ownGroup: options.ownGroup,
  });
}

async function ask(address: string, namespace: string): Promise<boolean> {
  let connection: Connection | undefined;
  try {
    connection = await Connection.connect({
      address,
      connectTimeout: ASK_WITHIN_MS,
      channelArgs: IMPATIENT,
      interceptors: [],
    });
    // A list goes through frontend, namespace registry and visibility store; a mere ping would answer earlier.
    const { workflowService } = connection;
    await withTimeout(connection, ASK_WITHIN_MS, () =>
      workflowService.listWorkflowExecutions({ namespace, pageSize: 1 }),
    );
    return true;
  } catch {
    return false;
  } finally {
    await connection?.close();
  }
}

/** Such a file holds no workflow, yet nothing is deleted: it and its companions get another name. */
function setAside(dbFile: string): void {
  const folder = dirname(dbFile);
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(basename(dbFile)) || name.includes('.unfinished')) continue;
    renameSync(join(folder, name), join(folder, `${name}.unfinished`));
  }
}
