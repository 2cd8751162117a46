import { z } from 'zod';
import { isoOf } from '../../domain/instant';
import { listHouseholds } from '../../db/queries/households';
import { openCasesOf } from '../../db/queries/initials';
import type { ApiDeps } from '../deps';
import { createRateLimiter, requireShare } from '../http/rate-limit';
import { defineRoute, type Route } from '../http/route';
import { paged, pageQuery } from '../paging';
import { HOME_KEEPERS, INSIDERS, NEED_CONTACT } from '../resources/authority';
import {
  colourHome,
  createHome,
  createResident,
  homeView,
  homeViews,
  indexOf,
  visibleHome,
} from '../resources/households';
import { moveHome } from '../resources/moving';
import {
  household,
  householdChange,
  householdList,
  lookup,
  lookupResult,
  movedHome,
  movingHome,
  newHousehold,
  newResident,
  unmasked,
  unmasking,
} from '../schemas/directory';
import { recordDeed } from '../resources/record';
import { recordUnmaskFor, SHOWN_FOR } from '../resources/unmasking';
import { projectId, subjectId } from '../schemas/parts';

const tags = ['Households'];
const params = z.strictObject({ id: subjectId });
const byHandler = { byHandler: 'the project is known with the home' } as const;
/** More is no clerk with a resident on the line. */
const LOOKUPS = { requests: 120, perSeconds: 60 };
/** More than this fit no caller. */
const FOUND_MAX = 20;

/** Homes and who lives there. Personal data travels in bodies only, and is shown masked. */
export function householdRoutes(deps: ApiDeps): Route[] {
  return [list(deps), one(deps), find(deps), create(deps), change(deps), move(deps), addResident(deps), unmask(deps)];
}

function list(deps: ApiDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/households',
    operationId: 'listHouseholds',
    summary: 'Homes of a project, masked',
    tags,
    access: { roles: INSIDERS, project: { in: 'query', name: 'project' } },
    query: z.strictObject({ ...pageQuery, project: projectId, building: z.string().min(1).max(40).optional() }),
    responses: { 200: { description: 'One page, by id', schema: householdList } },
    problems: ['invalid-cursor'],
    handler: async ({ query: { limit, cursor, project, building } }, { now }) => {
      const filter = { project, ...(building === undefined ? {} : { building }) };
      const body = await paged(
        deps,
        { cursor, list: ['households', filter], now },
        async (from) => {
          const page = await listHouseholds(deps.database.db, { filter, limit, cursor: from });
          return { ...page, items: await homeViews(deps, page.items) };
        },
        (view) => view,
      );
      return { status: 200, body };
    },
  });
}

function one(deps: ApiDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/households/{id}',
    operationId: 'getHousehold',
    summary: 'A home and who lives there, masked',
    tags,
    access: { roles: INSIDERS, project: byHandler },
    params,
    responses: { 200: { description: 'The home', schema: household } },
    problems: [],
    handler: async ({ params: { id } }, { principal }) => {
      const home = await visibleHome(deps, principal, id);
      return { status: 200, body: await homeView(deps, home) };
    },
  });
}

function find(deps: ApiDeps): Route {
  const limiter = createRateLimiter(deps.clock, LOOKUPS);
  return defineRoute({
    method: 'POST',
    path: '/api/v1/lookup',
    operationId: 'lookUp',
    summary: 'Finds a caller by room, telephone, name or the initials of a Chinese name',
    description:
      'Found are usual spellings of the whole: 3-2-1501 also as 3栋2单元1501室. What is given must all fit. Who looked by what is in the audit log, and nobody looks more than 120 times a minute.',
    tags,
    access: { roles: NEED_CONTACT, project: { in: 'body', name: 'project' } },
    body: lookup,
    examples: {
      room: { project: 'lakeside', room: '3-2-1501' },
      phone: { project: 'lakeside', phone: '138 0000 0012' },
      initials: { project: 'lakeside', initials: 'zw' },
    },
    idempotent: false,
    responses: { 200: { description: 'Homes that fit, masked', schema: lookupResult } },
    problems: [],
    handler: async ({ body: { project, ...wanted } }, { principal, now }) => {
      requireShare(limiter, 'principal', principal.id);
      const { room, phone, name, initials } = wanted;
      const filter = {
        project,
        ...(room === undefined ? {} : { roomIndex: indexOf('/room', () => deps.blindIndex.room(project, room)) }),
        ...(phone === undefined ? {} : { phoneIndex: indexOf('/phone', () => deps.blindIndex.phone(project, phone)) }),
        ...(name === undefined ? {} : { nameIndex: indexOf('/name', () => deps.blindIndex.name(project, name)) }),
        ...(initials === undefined ? {} : { initialsIndex: deps.blindIndex.initials(project, initials) }),
      };
      const { items, total } = await listHouseholds(deps.database.db, { filter, limit: FOUND_MAX });
      const details = { by: Object.keys(wanted).sort(), found: total };
      const deed = { action: 'resident.lookup', subject: `project/${project}`, project, details };
      await recordDeed(deps.database.db, { principal, now }, deed);
      const views = await homeViews(deps, items);
      const cases = await openCasesOf(
        deps.database.db,
        project,
        items.map(({ roomIndex }) => roomIndex),
      );
      const withCases = views.map((view, index) => ({
        ...view,
        cases: cases.filter((each) => each.room === items[index]?.roomIndex).map(({ no }) => no),
      }));
      return { status: 200, body: { items: withCases, total, asOf: isoOf(now) } };
    },
  });
}

function create(deps: ApiDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/households',
    operationId: 'createHousehold',
    summary: 'A home, with who lives there',
    tags,
    access: { roles: HOME_KEEPERS, project: { in: 'body', name: 'project' } },
    body: newHousehold,
    examples: {
      family: {
        project: 'lakeside',
        building: '3',
        unit: '2',
        room: '3-2-1501',
        careColour: 'green',
        residents: [{ name: '张伟', phone: '13800000012' }],
      },
    },
    idempotent: true,
    responses: { 201: { description: 'It is in the ledger', schema: household, headers: { Location: 'Where it is' } } },
    problems: ['conflict'],
    handler: async ({ body, idempotency }, { principal, now }) => {
      const id = await createHome(deps, { principal, now, idempotency }, body);
      const home = await visibleHome(deps, principal, id);
      return { status: 201, headers: { Location: `/api/v1/households/${id}` }, body: await homeView(deps, home) };
    },
  });
}

function change(deps: ApiDeps): Route {
  return defineRoute({
    method: 'PATCH',
    path: '/api/v1/households/{id}',
    operationId: 'changeHousehold',
    summary: 'The care colour of a home',
    tags,
    access: { roles: HOME_KEEPERS, project: byHandler },
    params,
    body: householdChange,
    responses: { 200: { description: 'As it is now', schema: household } },
    problems: [],
    handler: async ({ params: { id }, body: { careColour } }, { principal, now }) => {
      const home = await visibleHome(deps, principal, id);
      await colourHome(deps, { principal, now }, home, careColour);
      return { status: 200, body: await homeView(deps, { ...home, careColour }) };
    },
  });
}

function move(deps: ApiDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/households/{id}/move',
    operationId: 'moveHousehold',
    summary: 'Its people live in another project now',
    description:
      'They have a new home there, with ids of its own; the old one stays with movedTo, and its room can be entered again. Open cases stay in the project in which they were reported. Keys of the home are taken back.',
    tags,
    access: { roles: HOME_KEEPERS, project: byHandler },
    params,
    body: movingHome,
    examples: { hill: { project: 'hillside', building: '2', unit: '1', room: '2-1-801' } },
    idempotent: true,
    responses: {
      201: { description: 'Where they live now', schema: movedHome, headers: { Location: 'The new home' } },
    },
    problems: ['conflict'],
    handler: async ({ params: { id }, body, idempotency }, { principal, now }) => {
      const old = await visibleHome(deps, principal, id);
      const { id: newId, openCases } = await moveHome(deps, { principal, now, idempotency }, old, body);
      const home = await homeView(deps, await visibleHome(deps, principal, newId));
      const headers = { Location: `/api/v1/households/${newId}` };
      return { status: 201, headers, body: { home, movedFrom: id, openCases: [...openCases] } };
    },
  });
}

function addResident(deps: ApiDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/households/{id}/residents',
    operationId: 'addResident',
    summary: 'Somebody else who lives there',
    tags,
    access: { roles: HOME_KEEPERS, project: byHandler },
    params,
    body: newResident,
    idempotent: true,
    responses: { 201: { description: 'The home as it is now', schema: household } },
    problems: ['conflict'],
    handler: async ({ params: { id }, body, idempotency }, { principal, now }) => {
      const home = await visibleHome(deps, principal, id);
      await createResident(deps, { principal, now, idempotency }, home, body);
      return { status: 201, body: await homeView(deps, home) };
    },
  });
}

function unmask(deps: ApiDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/households/{id}/unmask',
    operationId: 'unmaskHousehold',
    summary: 'Room, names and telephone numbers, for a reason',
    description: 'Who looked and why is in the audit log before anything is shown.',
    tags,
    access: { roles: NEED_CONTACT, project: byHandler },
    params,
    body: unmasking,
    examples: { visit: { reason: 'visit', case: 'C-7K2M-94QD' } },
    idempotent: false,
    responses: { 200: { description: 'In the clear', schema: unmasked } },
    problems: ['unmask-budget-spent'],
    handler: async ({ params: { id }, body }, { principal, now }) => {
      const home = await visibleHome(deps, principal, id);
      const deed = { action: 'household.unmask', subject: `household/${id}`, project: home.project };
      await recordUnmaskFor(deps, { principal, now }, deed, body);
      return { status: 200, body: { ...(await homeView(deps, home, false)), until: isoOf(now + SHOWN_FOR) } };
    },
  });
}
