import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApi } from '../../api/app';
import { createApiDeps } from '../../api/create-deps';
import { createHttpServer } from '../../api/http/server';
import type { Clock } from '../../common/clock';
import type { Config } from '../../common/config';
import type { Ids } from '../../common/ids';
import { createLogger } from '../../common/logger';

/** The real API on a port of its own, with the story's clock and ids. */
export class ApiHost {
  private constructor(
    private readonly server: Server,
    private readonly end: () => Promise<void>,
  ) {}

  /** @param port 0 for any. */
  static async start(config: Config, clock: Clock, ids: Ids, port: number): Promise<ApiHost> {
    const logger = createLogger(config.logLevel, { service: 'api' });
    const { deps, close } = await createApiDeps(config, { clock, logger, ids });
    const { http, feed } = createApi(deps, {
      checkReplies: true,
      limits: { address: null, principal: null, links: null },
    });
    const server = createHttpServer(http);
    await new Promise<void>((done, failed) => server.once('error', failed).listen(port, '127.0.0.1', done));
    return new ApiHost(server, async () => {
      await feed.stop();
      await close();
    });
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((done) => this.server.close(() => done()));
    this.server.closeAllConnections();
    await closed;
    await this.end();
  }
}
