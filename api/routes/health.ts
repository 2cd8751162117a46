import { sql } from 'kysely';
import type { ApiDeps } from '../deps';
import { defineRoute, type Route } from '../http/route';
import { health, readiness } from '../schemas/run';

const tags = ['Run'];
/** How long a server may take to say that it is there. Milliseconds. */
const ASK_WITHIN = 2_500;

export function healthRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/healthz',
      operationId: 'getHealth',
      summary: 'The process lives',
      tags,
      access: { public: true, why: 'asked by load balancers and supervisors, tells nothing else' },
      responses: { 200: { description: 'It lives', schema: health } },
      problems: [],
      handler: () => ({ status: 200, body: { status: 'alive' as const } }),
    }),
    defineRoute({
      method: 'GET',
      path: '/readyz',
      operationId: 'getReadiness',
      summary: 'Whether Temporal and PostgreSQL answer now',
      description:
        'While PostgreSQL is down, commands still go through: to keep sending them, watch /healthz and `temporal` here.',
      tags,
      access: { public: true, why: 'asked by load balancers and supervisors, tells nothing else' },
      responses: {
        200: { description: 'Both answer', schema: readiness },
        503: { description: 'One of them does not', schema: readiness },
      },
      problems: [],
      handler: async () => {
        const [temporal, postgres] = await Promise.all([
          answers(() => deps.pingTemporal()),
          answers(() => sql`select 1`.execute(deps.database.db)),
        ]);
        const ready = temporal && postgres;
        const body = { ready, temporal: stateOf(temporal), postgres: stateOf(postgres) };
        return ready ? { status: 200, body } : { status: 503, body };
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/metrics',
      operationId: 'getMetrics',
      summary: 'Measurements for Prometheus',
      tags,
      access: { public: true, why: 'scraped by Prometheus; labels are codes, never ids or personal data' },
      responses: { 200: { description: 'Text exposition format', contentType: 'text/plain' } },
      problems: [],
      raw: async (_req, res) => {
        const { contentType, body } = await deps.metrics.render();
        res.setHeader('Content-Type', contentType);
        res.end(body);
      },
    }),
  ];
}

const stateOf = (isUp: boolean) => (isUp ? ('up' as const) : ('down' as const));

/** The servers' own time-outs are made for work, not for this question. */
async function answers(ask: () => Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ASK_WITHIN);
  });
  const asked = ask().then(
    () => true,
    () => false,
  );
  try {
    return await Promise.race([asked, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
