import { setTimeout as sleep } from 'node:timers/promises';
import {
  Client,
  Connection,
  defaultGrpcRetryOptions,
  isGrpcServiceError,
  makeGrpcRetryInterceptor,
} from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import type { NativeConnection } from '@temporalio/worker';
import { systemClock } from './clock';
import type { Config } from './config';
import type { Logger } from './logger';

/** gRPC's code of an error or of its cause; null for errors that are not of gRPC. */
export function grpcCodeOf(error: unknown): number | null {
  const service = error instanceof Error && isGrpcServiceError(error.cause) ? error.cause : error;
  return isGrpcServiceError(service) ? service.code : null;
}

const NOT_FOUND = 5;

/** The server does not know what it was asked for. */
export function isNotFound(error: unknown): boolean {
  return grpcCodeOf(error) === NOT_FOUND;
}

type TemporalConfig = Pick<Config['temporal'], 'address' | 'namespace'>;

/**
 * gRPC's own pause between reconnects grows to two minutes, so an API would stay cut off long after Temporal is back.
 * Milliseconds.
 */
const RECONNECT = {
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 2000,
};

/** gRPC's code for "slow down", the one answer after which retrying soon is wrong. */
const RESOURCE_EXHAUSTED = 8;
const LONGEST_CALL_RETRY_MS = 500;

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 5000;

export interface TemporalClient {
  readonly connection: Connection;
  readonly client: Client;
  close(): Promise<void>;
}

/**
 * A client that doesn't ask whether Temporal is there, so that the API starts while it is away; it connects by itself
 * with the first call. Don't call `connection.ensureConnected()`: it remembers a failure for ever. Ask `pingTemporal`.
 *
 * Make every call inside `withTimeout`. A call retries while Temporal is away, and looks at its deadline only between
 * two tries: so the pause between them is kept below half a second here (the SDK's grows to 5 s). An abort signal ends
 * no retries at all (SDK 1.24).
 */
export async function connectTemporal(config: TemporalConfig, dataConverter: DataConverter): Promise<TemporalClient> {
  const connection = Connection.lazy({
    address: config.address,
    channelArgs: RECONNECT,
    interceptors: [makeGrpcRetryInterceptor(retryOptions())],
  });
  const client = new Client({ connection, namespace: config.namespace, dataConverter });
  return Promise.resolve({ connection, client, close: () => connection.close() });
}

function retryOptions(): ReturnType<typeof defaultGrpcRetryOptions> {
  const standard = defaultGrpcRetryOptions();
  return {
    ...standard,
    delayFunction: (attempt, status) => {
      const delayMs = standard.delayFunction(attempt, status);
      return Number(status.code) === RESOURCE_EXHAUSTED ? delayMs : Math.min(delayMs, LONGEST_CALL_RETRY_MS);
    },
  };
}

/**
 * Runs calls to Temporal that must be over in `timeoutMs` of machine time (at most half a second more while Temporal is
 * away). Never the injected clock: gRPC measures with the machine's.
 *
 * @param connection of a client or of a worker.
 * @throws the gRPC error, DEADLINE_EXCEEDED or UNAVAILABLE among them.
 */
export async function withTimeout<Result>(
  connection: Connection | NativeConnection,
  timeoutMs: number,
  calls: () => Promise<Result>,
): Promise<Result> {
  return connection.withDeadline(systemClock.now() + timeoutMs, calls);
}

/** Asks Temporal whether it answers. Throws as `withTimeout`. */
export async function pingTemporal(connection: Connection | NativeConnection, timeoutMs: number): Promise<void> {
  await withTimeout(connection, timeoutMs, () => connection.workflowService.getSystemInfo({}));
}

export interface NativeConnectionOptions {
  readonly logger: Logger;
  /** Gives up when it fires; the promise then rejects with its reason. */
  readonly signal?: AbortSignal;
  /** For tests: one attempt to connect. */
  readonly connect?: (address: string) => Promise<NativeConnection>;
}

/**
 * The worker's connection. Tries until Temporal is there, with a log line and a pause of 0.25 s doubling to 5 s after
 * each failure.
 */
export async function nativeConnection(
  config: TemporalConfig,
  { logger, signal, connect = connectNative }: NativeConnectionOptions,
): Promise<NativeConnection> {
  for (let attempt = 1, waitMs = FIRST_RETRY_MS; ; attempt += 1, waitMs = Math.min(waitMs * 2, LONGEST_RETRY_MS)) {
    signal?.throwIfAborted();
    const connection = await connect(config.address).catch((err: unknown) => {
      logger.warn({ err, server: config.address, attempt, retryInMs: waitMs }, 'Temporal is not there yet');
    });
    if (connection && signal?.aborted) await connection.close();
    else if (connection) {
      logger.info({ server: config.address, attempt }, 'connected to Temporal');
      return connection;
    } else {
      // Woken by the signal, the next round throws its reason.
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** Loaded only when a worker asks: the native library has no place in the API's process. */
async function connectNative(address: string): Promise<NativeConnection> {
  const worker = await import('@temporalio/worker');
  return worker.NativeConnection.connect({ address });
}
