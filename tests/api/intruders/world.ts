import { newApiKey } from '../../../common/crypto/api-key';
import { createCompany, type CompanySpec, type KeySpec } from '../../../db/queries/company';
import { attachFiles } from '../../../db/queries/files';
import { insertEndpoint } from '../../../db/queries/addresses';
import { insertImport, NO_COUNTS } from '../../../db/queries/imports';
import { insertIdentity } from '../../../db/queries/identities';
import { insertAsset } from '../../../db/queries/assets';
import { insertLine, insertSubstitution } from '../../../db/queries/roster-write';
import { insertKey, revokeKey } from '../../../db/queries/keys';
import { DAY, MINUTE } from '../../../domain/instant';
import { startIssuer, type Issuer } from '../../support/issuer';
import { startProduct, type Product, type ProductOptions } from '../../support/product';
import { until } from '../resources/support';
import type { Caller } from './matrix';
import { PHOTO, type Ids } from './shots';
import { createWire, type Wire } from './wire';

export type Holder = Caller | 'far' | 'expired' | 'revoked' | 'left' | 'spare';

/** The real product with two companies that know nothing of each other, and whatever of each has an id. */
export interface World {
  readonly product: Product;
  readonly wire: Wire;
  readonly port: number;
  /** The identity provider of the companies. */
  readonly issuer: Issuer;
  /** The plain key of every role at the lake; of the clerk on the hill, `far`; and of those who should be refused. */
  keyOf(as: Holder): string;
  /** What callers at the lake may see. */
  readonly own: Ids;
  /** The same of the other company. */
  readonly foreign: Ids;
  /** Of the same form, and not there. */
  readonly missing: Ids;
  /** Of another home at the lake: staff see it, the resident does not. */
  readonly neighbour: Pick<Ids, 'no' | 'notification'>;
  /** A case at the lake in the resident's own home. */
  newCase(): Promise<string>;
  /** Everything that is stored of the other company. */
  farAway(): Promise<unknown>;
  stop(): Promise<void>;
}

export const ROOM = '3-2-1501';
const NEXT_ROOM = '3-2-1502';
const FAR = 'hillside';
const departments = ['customer_service', 'engineering', 'security', 'finance'].map((id) => ({ id, name: id }));
const zone = 'Asia/Shanghai';

export async function startWorld(options: ProductOptions = {}): Promise<World> {
  const issuer = await startIssuer();
  const product = await startProduct({ identity: issuer.config, ...options });
  const { database, blindIndex, ids } = product.deps;
  const keys = new Map<string, string>();
  for (const spec of companies(keys)) await createCompany(database.db, spec, { ...product.deps, index: blindIndex });
  await spoilKeys(product, keys);
  await identify(product);
  await plan(product, { project: 'lakeside', of: 'lake', staff: 's-customer_service', by: 's-manager' });
  await plan(product, { project: FAR, of: 'far', staff: 's-far', by: 's-far-2' });
  await connect(product);
  await ledger(product, 'lakeside', 'imp-lake');
  await ledger(product, FAR, 'imp-far');

  const start = async (key: string, project: string, room: string): Promise<string> => {
    const call = caller(product.url, key);
    const body = { project, channel: 'phone', matter: '电梯困人', subtype: 'lift_entrapment', place: { room } };
    const { no } = (await call('POST', '/api/v1/complaints', body)) as { readonly no: string };
    // From here on it is in the read model, where many may read it at once.
    await call('GET', `/api/v1/cases/${no}`);
    return no;
  };
  const keyOf: World['keyOf'] = (as) => keys.get(as) ?? product.key(as);
  const clerk = keyOf('customer_service');
  const [no, next, far] = await Promise.all([
    start(clerk, 'lakeside', ROOM),
    start(clerk, 'lakeside', NEXT_ROOM),
    start(keyOf('far'), FAR, ROOM),
  ]);
  const notice = (of: string): Promise<string> => until(() => noticeOf(product, of));
  await until(() => isQuiet(product, far));
  const link = async (as: Holder, caseNo: string) => {
    const made = await caller(product.url, keyOf(as))('POST', `/api/v1/cases/${caseNo}/links`, {});
    return made as { readonly token: string; readonly link: { readonly id: string } };
  };
  const [open, ended, farLink] = await Promise.all([
    // Of a case whose reporter is not erased.
    link('customer_service', next),
    link('customer_service', no),
    link('far', far),
  ]);
  const photo = (as: Holder, project: string, caseNo: string) => photoOf(product, keyOf(as), project, caseNo);
  const port = Number(new URL(product.url).port);
  const wire = createWire(port);
  return {
    ...{ product, port, wire, keyOf, issuer },
    // Not the resident who has a key here: he would lose it when he is erased.
    own: {
      ...{ project: 'lakeside', no, household: 'h-1', resident: 'r-2', staff: 's-customer_service' },
      ...{ key: idOf(keyOf('spare')), notification: await notice(no), identity: IDENTITIES.own },
      ...{
        endpoint: ENDPOINTS.own,
        robot: ENDPOINTS.robot,
        line: 'rl-lake',
        substitute: 'sub-lake',
        asset: 'lift-lake',
        run: 'imp-lake',
      },
      ...{ link: ended.link.id, token: open.token },
      file: await photo('customer_service', 'lakeside', no),
    },
    foreign: {
      ...{ project: FAR, no: far, household: 'h-far', resident: 'r-far', staff: 's-far' },
      ...{ key: idOf(keyOf('far')), notification: await notice(far), identity: IDENTITIES.foreign },
      ...{
        endpoint: ENDPOINTS.foreign,
        robot: ENDPOINTS.foreignRobot,
        line: 'rl-far',
        substitute: 'sub-far',
        asset: 'lift-far',
        run: 'imp-far',
      },
      ...{ link: farLink.link.id, token: farLink.token },
      file: await photo('far', FAR, far),
    },
    missing: {
      ...{ project: 'nowhere', no: ids.caseNumber('C'), household: 'h-not', resident: 'r-not', staff: 's-not' },
      ...{ key: '0'.repeat(16), notification: 'f'.repeat(32), identity: 'f'.repeat(32) },
      ...{
        endpoint: `e-${'f'.repeat(16)}`,
        robot: `e-${'e'.repeat(16)}`,
        line: 'rl-not',
        substitute: 'sub-not',
        asset: 'lift-not',
        run: 'imp-not',
      },
      ...{ link: `l-${'f'.repeat(16)}`, token: 'f'.repeat(43) },
      file: 'f-not',
    },
    neighbour: { no: next, notification: await notice(next) },
    newCase: () => start(clerk, 'lakeside', ROOM),
    farAway: () => farAway(product, far),
    stop: async () => {
      wire.close();
      await issuer.stop();
      await product.stop();
    },
  };
}

/** A photo of a case. @returns its id. */
async function photoOf({ url, deps }: Product, key: string, project: string, caseNo: string): Promise<string> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'image/png' };
  const answer = await fetch(`${url}/api/v1/files?project=${project}`, { method: 'POST', headers, body: PHOTO });
  const { id } = (await answer.json()) as { readonly id: string };
  await attachFiles(deps.database.pool, { ids: [id], caseNo, at: deps.clock.now() });
  return id;
}

/** A ledger that came as a file. */
async function ledger({ deps: { database, clock } }: Product, project: string, id: string): Promise<void> {
  const at = clock.now();
  await insertImport(database.db, {
    ...{ id, project, kind: 'households', dryRun: false, state: 'done', code: null, by: 's', format: 'csv' },
    ...{ encoding: 'utf-8', columns: [], rows: 0, counts: NO_COUNTS, startedAt: at, seenAt: at, endedAt: at },
  });
}

const IDENTITIES = { own: 'a'.repeat(32), foreign: 'b'.repeat(32) } as const;

const ENDPOINTS = {
  ...{ own: `e-${'a'.repeat(16)}`, robot: `e-${'b'.repeat(16)}` },
  ...{ foreign: `e-${'c'.repeat(16)}`, foreignRobot: `e-${'d'.repeat(16)}` },
} as const;

/** Both companies have a webhook and a robot, which are turned off. */
async function connect({ deps: { database, clock } }: Product): Promise<void> {
  const { own, robot, foreign, foreignRobot } = ENDPOINTS;
  const rest = { department: null, label: 'ERP', host: 'erp.example', active: false, secretRef: null };
  for (const [id, project, kind] of [
    [own, 'lakeside', 'webhook'],
    [robot, 'lakeside', 'wecom'],
    [foreign, FAR, 'webhook'],
    [foreignRobot, FAR, 'wecom'],
  ] as const) {
    await insertEndpoint(database.db, { id, project, kind, urlRef: NO_TEXT, ...rest }, clock.now());
  }
}

const NO_TEXT = '00000000-0000-4000-8000-000000000000';

/** Both clerks log in through an identity provider as well. */
async function identify({ deps: { database, clock } }: Product): Promise<void> {
  const about = { issuer: 'https://login.example', createdAt: clock.now(), createdBy: 'test' };
  await insertIdentity(database.db, { ...about, id: IDENTITIES.own, staff: 's-customer_service' });
  await insertIdentity(database.db, { ...about, id: IDENTITIES.foreign, staff: 's-far' });
}

/** What is in the database of a company that nobody at the lake may touch. */
async function farAway({ deps: { database } }: Product, no: string): Promise<unknown> {
  const { db } = database;
  const of = async (query: { execute(): Promise<unknown[]> }) =>
    (await query.execute()).map((row) => JSON.stringify(row)).sort();
  return {
    case: await of(db.selectFrom('case').select(['no', 'seq', 'stage', 'owner']).where('project', '=', FAR)),
    journal: await of(db.selectFrom('journal').select(['seq', 'type']).where('case_no', '=', no)),
    household: await of(db.selectFrom('household').selectAll().where('project', '=', FAR)),
    resident: await of(db.selectFrom('resident').selectAll().where('project', '=', FAR)),
    staff: await of(db.selectFrom('staff').selectAll().where('id', '=', 's-far')),
    roles: await of(db.selectFrom('staff_role').selectAll().where('project', '=', FAR)),
    identities: await of(db.selectFrom('external_identity').selectAll().where('staff', '=', 's-far')),
    keys: await of(db.selectFrom('api_key').select(['id', 'revoked_at']).where('staff', '=', 's-far')),
    files: await of(db.selectFrom('file').selectAll().where('project', '=', FAR)),
    endpoints: await of(db.selectFrom('endpoint').selectAll().where('project', '=', FAR)),
    notices: await of(db.selectFrom('notification').selectAll().where('project', '=', FAR)),
    lines: await of(db.selectFrom('roster_line').selectAll().where('project', '=', FAR)),
    substitutes: await of(db.selectFrom('substitution').selectAll().where('project', '=', FAR)),
    links: await of(db.selectFrom('resident_link').selectAll().where('project', '=', FAR)),
    imports: await of(db.selectFrom('import_run').selectAll().where('project', '=', FAR)),
    assets: await of(db.selectFrom('asset').selectAll().where('project', '=', FAR)),
    audit: await of(db.selectFrom('audit_log').selectAll().where('project', '=', FAR)),
  };
}

/** Whether everything that the case has to tell was told, so that it does nothing more by itself for minutes. */
async function isQuiet({ deps: { database } }: Product, no: string): Promise<boolean> {
  const rows = await database.db.selectFrom('journal').select('type').where('case_no', '=', no).execute();
  const count = (type: string): number => rows.filter((row) => row.type === type).length;
  return count('notify-requested') > 0 && count('notified') === count('notify-requested');
}

async function noticeOf({ deps: { database } }: Product, no: string): Promise<string | undefined> {
  const query = database.db.selectFrom('notification').select('id').where('case_no', '=', no).orderBy('id').limit(1);
  return (await query.executeTakeFirst())?.id;
}

/** @throws for everything that is not done as asked. */
function caller(url: string, key: string) {
  return async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const headers = {
      authorization: `Bearer ${key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const answer = await fetch(url + path, { method, headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
}

const idOf = (plain: string): string => plain.split('_')[1] ?? '';

/** The roles that the product's own company lacks, a home next door, and the other company. */
function companies(keys: Map<string, string>): CompanySpec[] {
  const key = (as: string, spec: Omit<KeySpec, 'plain' | 'label'>): KeySpec => {
    const { plain } = newApiKey();
    keys.set(as, plain);
    return { plain, label: as, ...spec };
  };
  const lake = ['lakeside'];
  const next = { id: 'h-2', building: '3', unit: '2', room: NEXT_ROOM, residents: [] };
  return [
    {
      ...{ id: 'test-company', name: 'Test' },
      projects: [{ id: 'lakeside', name: '湖畔花园', zone, departments: [], households: [next] }],
      staff: [
        { id: 's-merchant', name: '商户', department: null, roles: [{ project: 'lakeside', role: 'merchant' }] },
        {
          ...{ id: 's-left', name: '走了', department: null, active: false },
          roles: [{ project: 'lakeside', role: 'general_manager' }],
        },
      ],
      keys: [
        key('merchant', { role: 'merchant', staff: 's-merchant', projects: lake }),
        key('system', { role: 'system', projects: lake }),
        key('resident', { role: 'resident', resident: 'r-1', household: 'h-1', projects: lake }),
        key('spare', { role: 'engineering', projects: lake }),
        key('left', { role: 'general_manager', staff: 's-left', projects: lake }),
      ],
    },
    {
      ...{ id: 'far-company', name: 'Far' },
      projects: [
        {
          ...{ id: FAR, name: '山景苑', zone, departments },
          households: [
            {
              ...{ id: 'h-far', building: '3', unit: '2', room: ROOM },
              residents: [{ id: 'r-far', name: '山上人', phone: '13900002222' }],
            },
          ],
        },
      ],
      staff: [
        {
          ...{ id: 's-far', name: '山上职员', department: 'customer_service' },
          roles: [{ project: FAR, role: 'customer_service' }],
        },
        { id: 's-far-2', name: '山上同事', department: null, roles: [] },
      ],
      keys: [key('far', { role: 'customer_service', staff: 's-far', projects: [FAR] })],
    },
  ];
}

/** A shift, somebody who stands in, an asset. The role is one that nobody is told things in. */
async function plan(
  { deps: { database, clock } }: Product,
  { project, of, staff, by }: Readonly<Record<'project' | 'of' | 'staff' | 'by', string>>,
): Promise<void> {
  const { db } = database;
  const now = clock.now();
  const times = { from: '00:00', to: '00:00', weekdays: [1, 2, 3, 4, 5, 6, 7], firstDay: '2026-01-01', lastDay: null };
  const about = { project, staff };
  await insertLine(db, { id: `rl-${of}`, revision: 1, ...about, role: 'volunteer', post: null, ...times }, now);
  await insertSubstitution(db, { id: `sub-${of}`, ...about, by, from: now + DAY, to: now + 2 * DAY }, now);
  const asset = { kind: 'lift', name: 'lift', building: null, unit: null, zone: null, inServiceSince: null };
  await insertAsset(db, { id: `lift-${of}`, project, ...asset, state: 'in-service' }, now);
}

/** Keys of a general manager that have run out or were taken back. */
async function spoilKeys({ deps }: Product, keys: Map<string, string>): Promise<void> {
  const now = deps.clock.now();
  for (const as of ['expired', 'revoked'] as const) {
    const { id, hash, plain } = newApiKey();
    keys.set(as, plain);
    const holder = { staff: null, resident: null, household: null, projects: ['lakeside'] };
    const about = { label: as, role: 'general_manager' as const, createdAt: now - DAY, createdBy: 'test' };
    const expiresAt = as === 'expired' ? now - MINUTE : null;
    await insertKey(deps.database.db, { id, hash, ...holder, ...about, expiresAt });
    if (as === 'revoked') await revokeKey(deps.database.db, id, now - MINUTE);
  }
}
