import { createServer, type Http2Server, type ServerHttp2Session } from 'node:http2';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import type { NativeConnection } from '@temporalio/worker';
import { createDataConverter } from '../../common/crypto/codec';
import { createLogger, type Logger } from '../../common/logger';
import { connectTemporal, nativeConnection, pingTemporal } from '../../common/temporal';
import { keyringOf } from './keys';

const converter = createDataConverter(keyringOf('k1'));

/** Answers every gRPC call with an empty message: enough for "is anybody there?". */
class EmptyGrpcServer {
  private readonly server: Http2Server = createServer();
  private readonly sessions = new Set<ServerHttp2Session>();

  async start(port: number): Promise<void> {
    this.server.on('session', (session) => this.sessions.add(session));
    this.server.on('stream', (stream) => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.end(Buffer.alloc(5));
    });
    await new Promise<void>((resolve) => this.server.listen(port, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    for (const session of this.sessions) session.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function capture(): { logger: Logger; messages: () => [string, unknown][] } {
  const lines: { msg: string; attempt: unknown }[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as (typeof lines)[number]) };
  const logger = createLogger('info', { service: 'test' }, { destination });
  return { logger, messages: () => lines.map(({ msg, attempt }) => [msg, attempt]) };
}

describe('connectTemporal', () => {
  it('gives a client while Temporal is away, and the same one works when it is there', async () => {
    const port = await freePort();
    const temporal = await connectTemporal({ address: `127.0.0.1:${port}`, namespace: 'test' }, converter);
    expect(temporal.client.options.namespace).toBe('test');
    await expect(pingTemporal(temporal.connection, 200)).rejects.toThrow(/DEADLINE_EXCEEDED/);
    const server = new EmptyGrpcServer();
    await server.start(port);
    try {
      await expect(pingTemporal(temporal.connection, 5000)).resolves.toBeUndefined();
    } finally {
      await temporal.close();
      await server.stop();
    }
  });
});

describe('nativeConnection', () => {
  const config = { address: '127.0.0.1:1', namespace: 'test' };
  const found = { close: () => Promise.resolve() } as NativeConnection;

  it('tries until Temporal is there, and says so', async () => {
    const { logger, messages } = capture();
    let attempts = 0;
    const connect = (address: string): Promise<NativeConnection> => {
      expect(address).toBe(config.address);
      attempts += 1;
      return attempts < 2 ? Promise.reject(new Error('connection refused')) : Promise.resolve(found);
    };
    await expect(nativeConnection(config, { logger, connect })).resolves.toBe(found);
    expect(messages()).toEqual([
      ['Temporal is not there yet', 1],
      ['connected to Temporal', 2],
    ]);
  });

  it('gives up at once when it is told to', async () => {
    const { logger } = capture();
    const stop = new AbortController();
    const connect = (): Promise<NativeConnection> => Promise.reject(new Error('connection refused'));
    const waiting = nativeConnection(config, { logger, connect, signal: stop.signal });
    stop.abort(new Error('shutting down'));
    await expect(waiting).rejects.toThrow('shutting down');
    await expect(nativeConnection(config, { logger, connect, signal: stop.signal })).rejects.toThrow('shutting down');
  });

  it('closes a connection that came too late', async () => {
    const { logger } = capture();
    const stop = new AbortController();
    const close = jest.fn(() => Promise.resolve());
    const connect = (): Promise<NativeConnection> => {
      stop.abort(new Error('shutting down'));
      return Promise.resolve({ close } as unknown as NativeConnection);
    };
    await expect(nativeConnection(config, { logger, connect, signal: stop.signal })).rejects.toThrow('shutting down');
    expect(close).toHaveBeenCalledTimes(1);
  });

  it('connects with the native library', async () => {
    const { logger } = capture();
    const port = await freePort();
    const server = new EmptyGrpcServer();
    await server.start(port);
    const connection = await nativeConnection({ address: `127.0.0.1:${port}`, namespace: 'test' }, { logger });
    await expect(pingTemporal(connection, 5000)).resolves.toBeUndefined();
    await connection.close();
    await server.stop();
  }, 20_000);
});
