import { readFileSync } from 'node:fs';
import path from 'node:path';
import { sql } from 'kysely';
import { lastAudit } from '../../../db/queries/api-audit';
import { insertLine, insertSubstitution } from '../../../db/queries/roster-write';
import { DAY } from '../../../domain/instant';
import { allText } from '../../db/content';
import { PHOTO } from '../intruders/shots';
import { HILL, KEYS, LAKE, type Caller } from './company';
import { startOffice, type Office } from './support';

/** Whatever changes something, or shows what is masked, is written down once, with the change itself or not at all (I7). */

let office: Office;
beforeAll(async () => {
  office = await startOffice();
  const { db } = office.deps.database;
  const line = { ...SHIFT, role: 'engineering' as const, post: null, lastDay: null };
  await insertLine(db, { ...line, id: 'rl-1', revision: 1, project: LAKE }, office.now);
  const away = { staff: 's-both', by: 's-engineering', from: office.now + DAY, to: office.now + 2 * DAY };
  await insertSubstitution(db, { ...away, id: 'sub-1', project: LAKE }, office.now);
});
afterAll(() => office.stop());

interface Deed {
  readonly as: Caller | null;
  readonly path: string;
  readonly body: object | undefined;
  readonly file?: Buffer;
  /** Of the file; a photo where it is left out. */
  readonly type?: string;
  /** In their order, where there are several. */
  readonly action: string | readonly string[];
}

const yaml = `# 更正\n${readFileSync(path.join(__dirname, '../../../policies/complaint.yaml'), 'utf8')}`;
const newcomer = { name: '新人', roles: [{ project: LAKE, role: 'security' }] };
const home = { project: LAKE, building: '9', room: '9-1-901', residents: [{ name: '赵六', phone: '13600000000' }] };
const key = { label: 'desk', role: 'security', projects: [LAKE], staff: 's-security' };

const ROSTER = `/api/v1/projects/${LAKE}/roster`;
const SHIFT = {
  ...{ staff: 's-both', role: 'engineering', from: '08:00', to: '20:00', weekdays: [1, 2, 3, 4, 5] },
  firstDay: '2026-12-01',
};
const STAND_IN = {
  ...{ staff: 's-engineering', by: 's-both' },
  ...{ from: '2026-12-01T08:00:00+08:00', to: '2026-12-02T08:00:00+08:00' },
};

/** A file with a ledger, told of when it comes, when it is written, and once for each colleague and asset. */
const table = (kind: string, text: string, ...actions: string[]): Deed => ({
  ...deed('manager', `/api/v1/projects/${LAKE}/imports/${kind}`, undefined, [
    'import.create',
    ...actions,
    'import.apply',
  ]),
  ...{ file: Buffer.from(text), type: 'text/csv' },
});
const CASES = 'external number,reported at,channel,matter,subtype';

/** One request for each route that changes or shows something. */
const DEEDS: Readonly<Record<string, (firstKey: string) => Deed>> = {
  'POST /api/v1/staff': () => deed('manager', '/api/v1/staff', newcomer, 'staff.create'),
  'POST /api/v1/projects/{project}/imports/departments': () =>
    table('departments', 'id,name\ngreen,绿化部', 'department.create'),
  'POST /api/v1/projects/{project}/imports/posts': () => table('posts', 'id,name\ngreen,绿化', 'post.create'),
  'POST /api/v1/projects/{project}/imports/skills': () => table('skills', 'id,name\ngreen,园艺', 'skill.create'),
  'POST /api/v1/projects/{project}/imports/zones': () =>
    table('zones', 'id,name,buildings\ngreen,绿区,12', 'zone.create'),
  'POST /api/v1/projects/{project}/imports/households': () => table('households', 'building,room\n9,9-1-902'),
  'POST /api/v1/projects/{project}/imports/staff': () =>
    table('staff', 'number,name,role\n1,新人,security', 'staff.create'),
  'POST /api/v1/projects/{project}/imports/rosters': () =>
    table('rosters', 'staff,role,from,to,first day\ns-both,engineering,20:00,08:00,2026-12-01', 'roster-line.create'),
  'POST /api/v1/projects/{project}/imports/substitutes': () =>
    table(
      'substitutes',
      'staff,by,from,to\ns-both,s-engineering,2027-12-01 08:00,2027-12-02 08:00',
      'substitute.create',
    ),
  'POST /api/v1/projects/{project}/imports/assets': () =>
    table('assets', 'id,kind,name\nlift-9,lift,电梯', 'asset.create'),
  'POST /api/v1/projects/{project}/imports/complaints': () => table('complaints', CASES),
  'POST /api/v1/projects/{project}/imports/repairs': () => table('repairs', CASES),
  'PATCH /api/v1/staff/{id}': () => deed('manager', '/api/v1/staff/s-finance', { active: false }, 'staff.change'),
  'POST /api/v1/staff/{id}/identities': () =>
    deed(
      'manager',
      '/api/v1/staff/s-finance/identities',
      { issuer: 'https://login.example', subject: 'x' },
      'identity.add',
    ),
  'DELETE /api/v1/staff/{id}/identities/{identity}': () =>
    deed('manager', `/api/v1/staff/s-finance/identities/${identityId()}`, undefined, 'identity.remove'),
  ...namedDeeds('departments', 'department', { name: '绿化部' }),
  ...namedDeeds('posts', 'post', { name: '绿化' }),
  ...namedDeeds('skills', 'skill', { name: '园艺' }),
  ...namedDeeds('zones', 'zone', { name: '东区', buildings: ['11'] }),
  'POST /api/v1/projects': () =>
    deed('boss', '/api/v1/projects', { id: 'riverside', name: '河畔', zone: 'Asia/Shanghai' }, 'project.create'),
  'PATCH /api/v1/projects/{project}': () =>
    deed('manager', `/api/v1/projects/${LAKE}`, { name: '湖畔' }, 'project.change'),
  'PUT /api/v1/projects/{project}/calendar': () =>
    deed(
      'manager',
      `/api/v1/projects/${LAKE}/calendar`,
      { holidays: ['2026-10-01'], workdays: [] },
      'calendar.publish',
    ),
  'PUT /api/v1/projects/{project}/staff/{staff}/ties': () =>
    deed('manager', `/api/v1/projects/${LAKE}/staff/s-both/ties`, { post: null, skills: [], zones: [] }, 'staff.tie'),
  'POST /api/v1/projects/{project}/roster/lines': () => deed('manager', `${ROSTER}/lines`, SHIFT, 'roster-line.create'),
  'PUT /api/v1/projects/{project}/roster/lines/{id}': () =>
    deed('manager', `${ROSTER}/lines/rl-1`, SHIFT, 'roster-line.change'),
  'PUT /api/v1/projects/{project}/roster/lines/{id}/days/{date}': () =>
    deed('manager', `${ROSTER}/lines/rl-1/days/2026-12-01`, { shift: null }, 'roster-line.day'),
  'DELETE /api/v1/projects/{project}/roster/lines/{id}/days/{date}': () =>
    deed('manager', `${ROSTER}/lines/rl-1/days/2026-12-01`, undefined, 'roster-line.day-reset'),
  'DELETE /api/v1/projects/{project}/roster/lines/{id}': () =>
    deed('manager', `${ROSTER}/lines/rl-1`, undefined, 'roster-line.end'),
  'POST /api/v1/projects/{project}/roster/substitutes': () =>
    deed('manager', `${ROSTER}/substitutes`, STAND_IN, 'substitute.create'),
  'DELETE /api/v1/projects/{project}/roster/substitutes/{id}': () =>
    deed('manager', `${ROSTER}/substitutes/sub-1`, undefined, 'substitute.end'),
  'POST /api/v1/projects/{project}/handovers': () =>
    deed(
      'manager',
      `/api/v1/projects/${LAKE}/handovers`,
      { from: 's-engineering', to: 's-both', reason: '换班' },
      'shift.hand-over',
    ),
  'POST /api/v1/assets': () =>
    deed('manager', '/api/v1/assets', { id: 'lift-1', project: LAKE, kind: 'lift', name: '电梯' }, 'asset.create'),
  'PATCH /api/v1/assets/{id}': () =>
    deed('manager', '/api/v1/assets/lift-1', { state: 'out-of-service' }, 'asset.change'),
  'DELETE /api/v1/assets/{id}': () => deed('manager', '/api/v1/assets/lift-1', undefined, 'asset.remove'),
  'POST /api/v1/households': () => deed('manager', '/api/v1/households', home, 'household.create'),
  'PATCH /api/v1/households/{id}': () =>
    deed('manager', '/api/v1/households/h-2', { careColour: 'red' }, 'household.colour'),
  // One for each of the two projects.
  'POST /api/v1/households/{id}/move': () =>
    deed('boss', '/api/v1/households/h-3/move', { project: HILL, building: '4', room: '4-101' }, [
      'household.move',
      'household.create',
    ]),
  'POST /api/v1/households/{id}/residents': () =>
    deed('manager', '/api/v1/households/h-1/residents', { name: '孙七' }, 'resident.create'),
  'POST /api/v1/households/{id}/unmask': () =>
    deed('engineering', '/api/v1/households/h-1/unmask', { reason: 'visit' }, 'household.unmask'),
  'POST /api/v1/lookup': () =>
    deed('manager', '/api/v1/lookup', { project: LAKE, room: '3-2-1501' }, 'resident.lookup'),
  'PATCH /api/v1/residents/{id}': () =>
    deed('manager', '/api/v1/residents/r-2', { phone: '13600000001' }, 'resident.change'),
  'PUT /api/v1/residents/{id}/contact': () =>
    deed('manager', '/api/v1/residents/r-2/contact', { email: 'r2@example.com', language: null }, 'resident.contact'),
  'PUT /api/v1/staff/{id}/contact': () =>
    deed('manager', '/api/v1/staff/s-security/contact', { email: null, language: 'en' }, 'staff.contact'),
  'POST /api/v1/subjects/{id}/unmask': () =>
    deed('engineering', '/api/v1/subjects/r-2/unmask', { reason: 'visit' }, 'subject.unmask'),
  'POST /api/v1/residents/{id}/erase': () =>
    deed('manager', '/api/v1/residents/r-2/erase', { reason: 'requested' }, 'resident.erase'),
  'POST /api/v1/api-keys': () => deed('manager', '/api/v1/api-keys', key, 'key.create'),
  'POST /api/v1/api-keys/{id}/revoke': (id) =>
    deed('manager', `/api/v1/api-keys/${id}/revoke`, undefined, 'key.revoke'),
  'POST /api/v1/files': () => ({
    ...deed('engineering', `/api/v1/files?project=${LAKE}`, undefined, 'file.create'),
    file: PHOTO,
  }),
  'POST /api/v1/policies/{family}/versions': () =>
    deed('manager', '/api/v1/policies/complaint/versions', { yaml }, 'policy.publish'),
  'POST /auth/login': () => deed(null, '/auth/login', { key: KEYS.manager }, 'session.begin'),
  'POST /codec/login': () => deed(null, '/codec/login', { key: KEYS.manager }, 'codec.login'),
};

/** Those that change nothing of anybody else's, and show nothing in the clear. */
const NO_DEED: readonly string[] = [
  // Nobody but who wrote them sees them.
  'PUT /api/v1/drafts/{draft}',
  'DELETE /api/v1/drafts/{draft}',
  'POST /api/v1/notifications/read',
  'POST /api/v1/notifications/acknowledge',
  'POST /codec/decode',
  'POST /codec/encode',
  'POST /codec/logout',
  // With a key there is no login to end; with a cookie: sessions.test.ts.
  'POST /auth/logout',
  'DELETE /api/v1/me/sessions/{id}',
];

function namedDeeds(path: string, kind: string, body: object): Record<string, () => Deed> {
  const at = `/api/v1/projects/${LAKE}/${path}/gardening`;
  return {
    [`PUT /api/v1/projects/{project}/${path}/{id}`]: () => deed('manager', at, body, `${kind}.create`),
    [`DELETE /api/v1/projects/{project}/${path}/{id}`]: () => deed('manager', at, undefined, `${kind}.retire`),
  };
}

function deed(as: Caller | null, at: string, body: object | undefined, action: Deed['action']): Deed {
  return { as, path: at, body, action };
}

const identityId = (): string => office.deps.blindIndex.identity('https://login.example', 'x');

const isIdempotent = (name: string): boolean =>
  office.routes.some((route) => `${route.method} ${route.path}` === name && route.idempotent);

const send = (name: string, { as, path: at, body, file, type = 'image/png' }: Deed) => {
  const headers: Record<string, string> = isIdempotent(name) ? { 'idempotency-key': name.replaceAll(/\W/g, '-') } : {};
  const method = name.split(' ')[0] ?? '';
  return file
    ? office.call(as, method, at, file, { ...headers, 'content-type': type })
    : office.call(as, method, at, body, headers);
};

async function keyToRevoke(): Promise<string> {
  const made = await office.call('manager', 'POST', '/api/v1/api-keys', { ...key, label: 'to-be-revoked' });
  expect([made.status, made.body.code, made.body.errors]).toEqual([201, undefined, undefined]);
  return String((made.body.apiKey as { id: string }).id);
}

test('every route that takes something is either a deed or known not to be one', () => {
  const writing = office.routes
    .filter(({ method }) => method !== 'GET')
    .map((route) => `${route.method} ${route.path}`);
  expect(writing.sort()).toEqual([...Object.keys(DEEDS), ...NO_DEED].sort());
});

test.each(Object.keys(DEEDS))('%s: not without its entry, and with exactly one', async (name) => {
  const { db } = office.deps.database;
  const asked = (DEEDS[name] as (id: string) => Deed)(await keyToRevoke());

  await sql`create function full_up() returns trigger language plpgsql as $$
    begin raise exception 'the audit log takes no more' using errcode = 'P0001'; end $$`.execute(db);
  await sql`create trigger full_up before insert on audit_log for each row execute function full_up()`.execute(db);
  // Used a moment ago, so that asking leaves no trace of its own.
  await sql`update api_key set last_used_at = ${new Date(office.now)}`.execute(db);
  const before = await allText(db);
  const { status } = await send(name, asked);
  const after = await allText(db);
  await sql`drop function full_up() cascade`.execute(db);
  expect(status).toBe(500);
  expect(after).toBe(before);

  const last = await lastAudit(db);
  const answer = await send(name, asked);
  expect([name, answer.status < 300, answer.body?.code ?? null]).toEqual([name, true, null]);
  const { rows } = await sql<{ action: string }>`select action from audit_log where n > ${last}`.execute(db);
  expect(rows.map((row) => row.action)).toEqual([asked.action].flat());
});
