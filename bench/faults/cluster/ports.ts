import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below what the system gives to those who ask for any port. */
const FIRST = 20_000;
const LAST = 32_000;

/**
 * A free port that fits PostgreSQL's `smallint`, in which Temporal keeps the membership port of every process: one
 * above 32,767, as systems give them out, ends the process at its start.
 */
export async function membershipPort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST, LAST);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
