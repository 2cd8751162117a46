import { createServer } from 'node:http';

/** What a worker process uses after a garbage collection in all of its threads. Bytes. */
export interface Memory {
  readonly heap: number;
  readonly rss: number;
  /** Threads that answered. */
  readonly threads: number;
}

declare global {
  /** Set by memory-hook.cjs. */
  var guanjiaBenchMemory: (patienceMs: number) => Promise<Memory>;
}

/** Threads that are busy collecting answer later. */
const PATIENCE_MS = 2_000;

/** `GET /` answers `Memory`. */
export function serveMemory(port: number): void {
  const server = createServer((_request, response) => {
    void globalThis.guanjiaBenchMemory(PATIENCE_MS).then((memory) => response.end(JSON.stringify(memory)));
  });
  server.listen(port, '127.0.0.1').unref();
}
