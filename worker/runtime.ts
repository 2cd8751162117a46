import { createServer, type AddressInfo } from 'node:net';
import { Runtime } from '@temporalio/worker';
import { temporalRuntimeOptions, type Logger } from '../common/logger';

const LOOPBACK = '127.0.0.1';
/** Somebody else may take the port between our look and our use of it. */
const TRIES = 5;
/** How long the core may take to answer. Milliseconds. */
const WITHIN = 2_000;

/**
 * Temporal's runtime of this process, with its lines in our log and its metrics on a port of loopback, which is all that
 * the native core offers. They have Temporal's own names (`temporal_…`), durations in seconds.
 *
 * @returns reads them, as Prometheus text; an empty text, and a line in the log, when the core does not answer.
 */
export async function installRuntime(logger: Logger): Promise<() => Promise<string>> {
  const options = temporalRuntimeOptions(logger);
  for (let attempt = 1; ; attempt += 1) {
    const bindAddress = `${LOOPBACK}:${await freePort()}`;
    const prometheus = { bindAddress, useSecondsForDurations: true };
    const metrics = { prometheus, attachServiceName: false };
    try {
      Runtime.install({ ...options, telemetryOptions: { ...options.telemetryOptions, metrics } });
      return () => read(`http://${bindAddress}/metrics`, logger);
    } catch (error) {
      if (attempt === TRIES) throw error;
    }
  }
}

async function read(url: string, logger: Logger): Promise<string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(WITHIN) });
    return await response.text();
  } catch (error) {
    logger.warn({ error }, 'the metrics of the Temporal core cannot be read');
    return '';
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, LOOPBACK, resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}
