import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Server as NetServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export interface DrainTimes {
  /** ms in which a kept connection is expected to be used again, and is then closed with the answer. */
  readonly lingerMs?: number;
  /** ms after which requests in hand are cut off. */
  readonly cutMs?: number;
}

const LINGER_MS = 2_000;
const CUT_MS = 10_000;
const LOOK_EVERY_MS = 25;

/**
 * Ends a server without an error for its clients. A connection that is closed while a request is on its way loses it, so
 * for a moment the server goes on listening and answers everything with `Connection: close`; only then does it stop
 * listening, answer who is connected, close what is idle and wait for what is in hand.
 */
export class Drain {
  private readonly inHand = new Set<ServerResponse>();
  private draining = false;

  constructor(private readonly server: Server) {
    const watch = (_req: IncomingMessage, res: ServerResponse): void => {
      this.inHand.add(res);
      res.once('close', () => this.inHand.delete(res));
      if (this.draining) lastOne(res);
    };
    for (const event of ['request', 'checkContinue', 'checkExpectation']) server.prependListener(event, watch);
  }

  /** Resolves when no connection is left. */
  async end({ lingerMs = LINGER_MS, cutMs = CUT_MS }: DrainTimes = {}): Promise<void> {
    this.draining = true;
    for (const res of this.inHand) lastOne(res);
    await this.withoutConnections(lingerMs);
    // Not the HTTP server's own `close`: that cuts off whoever has connected and is about to ask.
    const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(this.server, () => resolve()));
    await this.withoutConnections(lingerMs);
    this.server.closeIdleConnections();
    const cut = setTimeout(() => this.server.closeAllConnections(), cutMs);
    await closed;
    clearTimeout(cut);
  }

  private async withoutConnections(withinMs: number): Promise<void> {
    let patient = true;
    const patience = setTimeout(() => (patient = false), withinMs);
    while (patient && (await connections(this.server)) > 0) await pause(LOOK_EVERY_MS);
    clearTimeout(patience);
  }
}

function lastOne(res: ServerResponse): void {
  if (!res.headersSent) res.setHeader('Connection', 'close');
}

function connections(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
  });
}
