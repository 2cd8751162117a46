import {
  connect,
  constants,
  createServer,
  type ClientHttp2Session,
  type Http2Server,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { methods, type Method } from './places';
import type { StoryClock } from './story-clock';
import { rewrite, type Places, type Shift } from './wire';

/**
 * Stands between everybody and the Temporal test server, and lets them see story time: each timestamp of each message
 * is shifted on its way. It can also be cut, as a broken line is.
 */
export class Gate {
  private readonly methods = methods();
  private readonly sessions = new Set<ServerHttp2Session>();
  private server: Http2Server | null = null;
  private port = 0;

  private constructor(
    private readonly upstream: ClientHttp2Session,
    private readonly clock: StoryClock,
  ) {}

  /** @param server `host:port` of the test server. */
  static async open(server: string, clock: StoryClock): Promise<Gate> {
    const upstream = connect(`http://${server}`, { settings: { initialWindowSize: 4 * 1024 * 1024 } });
    upstream.on('error', () => undefined);
    const gate = new Gate(upstream, clock);
    await gate.restore();
    return gate;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Nobody gets through any more, and who was through is thrown out. */
  async cut(): Promise<void> {
    const { server } = this;
    this.server = null;
    for (const session of this.sessions) session.destroy();
    if (server) await new Promise<void>((done) => server.close(() => done()));
  }

  /** Open again, at the same address. */
  async restore(): Promise<void> {
    if (this.server) return;
    const server = createServer({ settings: { maxConcurrentStreams: 4096, initialWindowSize: 1024 * 1024 } });
    server.on('session', (session) => {
      this.sessions.add(session);
      session.on('error', () => undefined);
      session.on('close', () => this.sessions.delete(session));
    });
    server.on('stream', (stream, headers) => this.pass(stream, headers));
    await new Promise<void>((done, failed) => {
      server.once('error', failed);
      server.listen(this.port, '127.0.0.1', done);
    });
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  async close(): Promise<void> {
    await this.cut();
    this.upstream.destroy();
  }

  private pass(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const method = this.methods.get(String(headers[':path']));
    const out: OutgoingHttpHeaders = { ...headers };
    // The server answers uncompressed; what clients compress is unpacked here.
    delete out['grpc-accept-encoding'];
    delete out['grpc-encoding'];
    delete out[':authority'];
    const asked = this.upstream.request(out);
    asked.on('error', () => stream.destroy());
    stream.on('error', () => asked.destroy());
    stream.on('close', () => {
      if (!asked.closed) asked.close(constants.NGHTTP2_CANCEL);
    });
    void collect(stream).then(
      (body) => {
        if (!asked.destroyed) asked.end(reframe(body, method?.request, this.toServer));
      },
      () => asked.close(constants.NGHTTP2_CANCEL),
    );
    this.answer(stream, asked, method);
  }

  private answer(
    stream: ServerHttp2Stream,
    asked: ReturnType<ClientHttp2Session['request']>,
    method: Method | undefined,
  ): void {
    let trailers: IncomingHttpHeaders = {};
    asked.on('trailers', (sent: IncomingHttpHeaders) => {
      trailers = sent;
    });
    asked.on('response', (answered) => {
      if (stream.destroyed) return;
      const isOver = 'grpc-status' in answered;
      stream.respond(answered, isOver ? { endStream: true } : { waitForTrailers: true });
      if (isOver) return;
      stream.on('wantTrailers', () => stream.sendTrailers(trailers));
      void collect(asked).then(
        (body) => {
          if (!stream.destroyed) stream.end(reframe(body, method?.response, this.toStory));
        },
        () => stream.destroy(),
      );
    });
  }

  private readonly toStory: Shift = {
    timestamp: ({ instant, nanos }) => this.clock.show(instant, nanos),
    timer: (length) => length,
  };
  private readonly toServer: Shift = {
    timestamp: ({ instant, nanos }) => ({ instant: this.clock.serverAt(instant), nanos }),
    timer: (length) => this.clock.lengthOnServer(length),
  };
}

function collect(stream: NodeJS.ReadableStream): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => resolve(Buffer.concat(chunks)));
    stream.on('error', reject);
  });
}

const HEAD = 5;

/** gRPC frames: one byte "compressed", four bytes length, message. */
function reframe(body: Buffer, places: Places | undefined, shift: Shift): Buffer {
  if (!places) return body;
  const out: Buffer[] = [];
  for (let at = 0; at + HEAD <= body.length;) {
    const length = body.readUInt32BE(at + 1);
    const sent = body.subarray(at + HEAD, at + HEAD + length);
    const message = rewrite(body[at] === 1 ? gunzipSync(sent) : sent, places, shift);
    const head = Buffer.alloc(HEAD);
    head.writeUInt32BE(message.length, 1);
    out.push(head, message);
    at += HEAD + length;
  }
  return Buffer.concat(out);
}
