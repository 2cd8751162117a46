import { createHttpApp, type HttpApp, type HttpAppOptions } from './http/app';
import { VERSION } from '../common/version';
import { databaseCode, isTransient } from '../db/database';
import { createAuthenticate } from './authenticate';
import { Feed } from './feed/feed';
import { StoreAwayError } from '../common/files/file-store';
import { createSessions } from './auth/sessions';
import type { ApiDeps } from './deps';
import { problem, type Problem } from './http/problem';
import { keyMissing } from './refusals';
import type { Route } from './http/route';
import { bulkRoutes } from './routes/bulk';
import { caseInspectionRoutes } from './routes/case-inspection';
import { caseLinkRoutes } from './routes/case-links';
import { caseRoutes } from './routes/cases';
import { commandRoutes } from './routes/commands';
import { contactRoutes } from './routes/contacts';
import { codecRoutes } from './routes/codec';
import { apiKeyRoutes } from './routes/api-keys';
import { assetRoutes } from './routes/assets';
import { cadenceRoutes } from './routes/cadences';
import { auditRoutes } from './routes/audit';
import { draftRoutes } from './routes/drafts';
import { fileRoutes } from './routes/files';
import { deliveryRoutes } from './routes/deliveries';
import { endpointRoutes } from './routes/endpoints';
import { handoverRoutes } from './routes/handovers';
import { healthRoutes } from './routes/health';
import { householdRoutes } from './routes/households';
import { importRoutes } from './routes/imports';
import { identityRoutes } from './routes/identities';
import { meRoutes } from './routes/me';
import { notificationRoutes } from './routes/notifications';
import { placeRoutes } from './routes/places';
import { policyRoutes } from './routes/policies';
import { residentLinkRoutes } from './routes/resident-links';
import { residentRoutes } from './routes/residents';
import { projectRoutes } from './routes/projects';
import { rosterRoutes } from './routes/roster';
import { sessionRoutes } from './routes/sessions';
import { staffRoutes } from './routes/staff';
import { startRoutes } from './routes/starts';
import { streamRoutes } from './routes/stream';
import { workRoutes } from './routes/work';

/** Every route of the product. */
export function allRoutes(deps: ApiDeps, feed: Feed): Route[] {
  return [
    ...startRoutes(deps),
    ...commandRoutes(deps),
    ...bulkRoutes(deps),
    ...caseRoutes(deps),
    ...caseInspectionRoutes(deps),
    ...caseLinkRoutes(deps),
    ...residentLinkRoutes(deps),
    ...workRoutes(deps),
    ...apiKeyRoutes(deps),
    ...assetRoutes(deps),
    ...cadenceRoutes(deps),
    ...auditRoutes(deps),
    ...codecRoutes(deps),
    ...draftRoutes(deps),
    ...fileRoutes(deps),
    ...contactRoutes(deps),
    ...deliveryRoutes(deps),
    ...endpointRoutes(deps),
    ...handoverRoutes(deps),
    ...healthRoutes(deps),
    ...householdRoutes(deps),
    ...identityRoutes(deps),
    ...importRoutes(deps),
    ...meRoutes(deps, VERSION),
    ...notificationRoutes(deps),
    ...placeRoutes(deps),
    ...policyRoutes(deps),
    ...projectRoutes(deps),
    ...residentRoutes(deps),
    ...rosterRoutes(deps),
    ...sessionRoutes(deps),
    ...staffRoutes(deps),
    ...streamRoutes(deps, feed),
  ];
}

export interface Api {
  readonly http: HttpApp;
  /** Says bye to open streams, so that the server can close. */
  readonly feed: Feed;
}

/** The API, put together from what it is handed; it listens nowhere by itself. */
export function createApi(
  deps: ApiDeps,
  options: Pick<HttpAppOptions, 'limits' | 'checkReplies' | 'trustProxy'> = {},
): Api {
  const feed = new Feed(deps);
  deps.metrics.onScrape(async () => {
    deps.metrics.streamsOpen.set(feed.size);
    deps.metrics.feedLag.set((await feed.lagMs()) / 1000);
  });
  const http = createHttpApp({
    routes: allRoutes(deps, feed),
    deps: {
      clock: deps.clock,
      ids: deps.ids,
      logger: deps.logger,
      metrics: deps.metrics,
      tracer: deps.tracer,
      authenticate: createAuthenticate(deps),
      session: createSessions(deps),
      mapError,
    },
    version: VERSION,
    ...options,
  });
  return { http, feed };
}

function mapError(error: unknown): Problem | null {
  if (isTransient(error)) return problem('database-unavailable', {}, { cause: databaseCode(error) });
  if (error instanceof StoreAwayError) return problem('file-store-away', {}, { cause: error });
  return keyMissing(error);
}
