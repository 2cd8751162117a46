import { systemClock } from '../common/clock';
import { loadConfig } from '../common/config';
import { createLogger } from '../common/logger';
import { createApi } from './app';
import { createApiDeps } from './create-deps';
import { Drain } from './http/drain';
import { createHttpServer } from './http/server';

async function main(): Promise<void> {
  const config = loadConfig();
  const logger = createLogger(config.logLevel, { service: 'api' });
  const { deps, close } = await createApiDeps(config, { clock: systemClock, logger, service: 'api' });
  const api = createApi(deps, { trustProxy: config.api.trustedProxies });
  const server = createHttpServer(api.http);
  const drain = new Drain(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(config.api.port, config.api.host, resolve);
  });
  deps.logger.info({ endpoint: server.address() }, 'the API is up');
  const stop = (): void => {
    void api.feed.stop();
    void drain
      .end()
      .then(close)
      .then(() => process.exit(0));
  };
  process.once('SIGTERM', stop).once('SIGINT', stop);
}

main().catch((error: unknown) => {
  createLogger('error', { service: 'api' }).error({ error }, 'the API stopped');
  process.exit(1);
});
