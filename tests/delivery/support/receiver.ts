import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface Received {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** What a receiver does with a request: an answer, silence, or a broken line. */
export type Behaviour = (response: ServerResponse, socket: Socket) => void;

export const answers =
  (status: number, body: object = {}, headers: Record<string, string> = {}): Behaviour =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
export const hangs: Behaviour = () => undefined;
export const drops: Behaviour = (_response, socket) => void socket.destroy();

/** A real HTTP server that somebody's messages are posted to. */
export class Receiver {
  readonly received: Received[] = [];
  behaves: Behaviour = answers(200);

  private constructor(private readonly server: Server) {}

  static async open(): Promise<Receiver> {
    const server = createServer();
    const receiver = new Receiver(server);
    server.on('request', (request, response) => void receiver.take(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    const { url: path = '', headers } = request;
    this.received.push({ path, headers, body: Buffer.concat(parts).toString('utf8') });
    this.behaves(response, request.socket);
  }

  /** `127.0.0.1:<port>`, as the configuration names what it trusts. */
  get address(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get url(): string {
    return `http://${this.address}/hook`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
