import { systemClock } from '../../common/clock';
import { loadConfig } from '../../common/config';
import { createLogger } from '../../common/logger';
import { createApi } from '../../api/app';
import { createApiDeps } from '../../api/create-deps';
import { createHttpServer } from '../../api/http/server';

/** Counted as ever and never reached: all the load comes from one address and few keys. */
const UNREACHED = { requests: 1e9, perSeconds: 1 };

/** The API as api/main.ts starts it, but for its rate limits. */
async function main(): Promise<void> {
  const config = loadConfig();
  const logger = createLogger(config.logLevel, { service: 'api' });
  const { deps, close } = await createApiDeps(config, { clock: systemClock, logger });
  const api = createApi(deps, { limits: { address: UNREACHED, principal: UNREACHED } });
  const server = createHttpServer(api.http).listen(config.api.port, config.api.host);
  process.once('SIGTERM', () => {
    void api.feed.stop();
    server.close(() => void close().then(() => process.exit(0)));
    server.closeIdleConnections();
  });
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
