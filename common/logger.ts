import { types } from 'node:util';
import type { LogLevel, LogMetadata, Logger as TemporalLogger } from '@temporalio/common';
import type { RuntimeOptions } from '@temporalio/worker';
import pino, { type DestinationStream, type LogFn, type Logger } from 'pino';
import { type Clock, systemClock } from './clock';
import { ConfigError } from './config';
import { describeError, scrubLine } from './log-scrubber';

export type { Logger } from 'pino';

/** Members of every line of a process. Ids and codes only. */
export interface LogBase {
  /** Which program writes: `api`, `worker`, `migrate`, … */
  readonly service: string;
  readonly [member: string]: string | number;
}

export interface LoggerOptions {
  /** Where the lines go; standard output when left out. */
  readonly destination?: DestinationStream;
  /** Stamps `time` (milliseconds since the epoch). */
  readonly clock?: Clock;
}

/**
 * JSON lines with `level`, `time`, the base, the members given and `msg`. Every line is scrubbed (log-scrubber.ts):
 * members named like personal data or credentials are masked at any depth, and so are mobile numbers, rooms and
 * words with Chinese characters. Log ids.
 *
 * @param level `trace`, `debug`, `info`, `warn`, `error`, `fatal` or `silent` (`config.logLevel`).
 * @throws ConfigError for another level.
 */
export function createLogger(level: string, base: LogBase, options: LoggerOptions = {}): Logger {
  if (level !== 'silent' && pino.levels.values[level] === undefined) {
    throw new ConfigError(
      `GUANJIA_LOG_LEVEL must be trace, debug, info, warn, error, fatal or silent, not "${level}".`,
    );
  }
  const { destination, clock = systemClock } = options;
  const settings = {
    level,
    base,
    timestamp: () => `,"time":${clock.now()}`,
    serializers: { err: describeError, error: describeError },
    hooks: { streamWrite: scrubLine, logMethod: writeSafeMessage },
  };
  return destination ? pino(settings, destination) : pino(settings);
}

/** An error logged without a message lends pino its own, which may quote input: hand over the scrubbed one instead. */
function writeSafeMessage(this: Logger, args: Parameters<LogFn>, write: LogFn): void {
  const [first] = args as [unknown];
  const error = types.isNativeError(first) ? first : (first as { err?: unknown } | null | undefined)?.err;
  if (args.length === 1 && error !== undefined) write.call(this, first, describeError(error).message);
  else write.apply(this, args);
}

/**
 * For `pinoHttp({ logger, wrapSerializers: false, serializers: httpSerializers })`: method and path, status, no header,
 * no query, no address.
 */
export const httpSerializers = {
  req: (request: { id?: unknown; method?: string; originalUrl?: string; url?: string }) => ({
    id: request.id,
    method: request.method,
    url: (request.originalUrl ?? request.url ?? '').split('?', 1)[0],
  }),
  res: (response: { statusCode?: number }) => ({ status: response.statusCode }),
  err: (error: unknown) => describeError(error),
};

const PINO_LEVEL = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

/** The logger that Temporal's runtime, workers, workflows and activities write to. */
export function temporalLogger(logger: Logger): TemporalLogger {
  const write = (level: LogLevel, message: string, meta: LogMetadata = {}): void => {
    logger[PINO_LEVEL[level]](meta, message);
  };
  return {
    log: write,
    trace: (message, meta) => write('TRACE', message, meta),
    debug: (message, meta) => write('DEBUG', message, meta),
    info: (message, meta) => write('INFO', message, meta),
    warn: (message, meta) => write('WARN', message, meta),
    error: (message, meta) => write('ERROR', message, meta),
  };
}

/**
 * For `Runtime.install(...)`, before the first connection of the process: sends the lines of Temporal's native core
 * through the same logger too, which it doesn't do unless it is told to forward them.
 */
export function temporalRuntimeOptions(logger: Logger): Pick<RuntimeOptions, 'logger' | 'telemetryOptions'> {
  return {
    logger: temporalLogger(logger),
    telemetryOptions: { logging: { filter: { core: 'INFO', other: 'WARN' }, forward: {} } },
  };
}
