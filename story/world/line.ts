import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A TCP line that can be cut and mended: between us and PostgreSQL. */
export class Line {
  private readonly sockets = new Set<Socket>();
  private server: Server | null = null;
  private port = 0;

  private constructor(private readonly far: URL) {}

  /** @param url of the database as its server has it. */
  static async open(url: string): Promise<Line> {
    const line = new Line(new URL(url));
    await line.restore();
    return line;
  }

  /** Of the database at this end of the line. */
  get url(): string {
    const near = new URL(this.far);
    near.hostname = '127.0.0.1';
    near.port = String(this.port);
    return near.href;
  }

  async restore(): Promise<void> {
    if (this.server) return;
    const server = createServer((socket) => this.join(socket));
    await new Promise<void>((done, failed) => {
      server.once('error', failed);
      server.listen(this.port, '127.0.0.1', done);
    });
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  /** Whoever is connected is thrown out; whoever comes is refused. */
  async cut(): Promise<void> {
    const { server } = this;
    this.server = null;
    for (const socket of this.sockets) socket.destroy();
    if (server) await new Promise<void>((done) => server.close(() => done()));
  }

  private join(socket: Socket): void {
    const far = connect(Number(this.far.port), this.far.hostname);
    for (const [from, to] of [
      [socket, far],
      [far, socket],
    ] as const) {
      this.sockets.add(from);
      from.setNoDelay(true);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  }
}
