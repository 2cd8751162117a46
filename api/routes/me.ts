import { listProjects, listStaff } from '../../db/queries/directory';
import { isoOf, MINUTE, SECOND } from '../../domain/instant';
import type { ApiDeps } from '../deps';
import type { Principal } from '../http/access';
import { defineRoute, type Route } from '../http/route';
import { EVERYBODY, INSPECTORS } from '../resources/authority';
import { textsOf } from '../resources/texts';
import { me } from '../schemas/run';

/** @param version of the program. */
export function meRoutes(deps: ApiDeps, version: string): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/me',
      operationId: 'getMe',
      summary: 'Who the caller is, and where',
      tags: ['Me'],
      access: { roles: EVERYBODY, project: { byHandler: 'tells the caller his own projects' } },
      responses: { 200: { description: 'The caller', schema: me } },
      problems: [],
      handler: async (_request, { principal }) => {
        const [projects, person] = await Promise.all([
          listProjects(deps.database.db, principal.projects),
          personOf(deps, principal),
        ]);
        const body = {
          id: principal.id,
          kind: principal.kind,
          name: person.name,
          role: principal.role,
          roles: person.roles,
          department: principal.department,
          allProjects: principal.projects === '*',
          projects: projects.map(({ id, name: title, zone }) => ({ id, name: title, zone })),
          household: principal.householdId ?? null,
          key: { id: principal.keyId },
          session: sessionOf(principal),
          lock: { afterSeconds: LOCK_AFTER / SECOND },
          temporalUiUrl: INSPECTORS.includes(principal.role) ? deps.temporalUiUrl : null,
          version,
          serverTime: deps.clock.now(),
        };
        return { status: 200, body };
      },
    }),
  ];
}

/** A page at a desk that several share hides names after this. */
const LOCK_AFTER = 10 * MINUTE;

function sessionOf({ session }: Principal) {
  if (!session) return null;
  const { id, csrf, idleUntil, endsAt } = session;
  return { id, csrf, idleUntil: isoOf(idleUntil), endsAt: isoOf(endsAt) };
}

async function personOf(deps: ApiDeps, principal: Principal) {
  const { id, kind, role, projects } = principal;
  const [member] = kind === 'staff' ? await listStaff(deps.database.db, { projects: '*', ids: [id] }) : [];
  if (!member) {
    const held = projects === '*' ? ['*'] : projects;
    return { name: null, roles: held.map((project) => ({ project, role })) };
  }
  const names = await textsOf(deps, [member.nameRef]);
  return { name: names.get(member.nameRef) ?? null, roles: [...member.roles] };
}
