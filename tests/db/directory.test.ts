import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newApiKey, verifyApiKey } from '../../common/crypto/api-key';
import type { Config } from '../../common/config';
import { listDepartments, findProject, listProjects, listStaff, setStaffActive } from '../../db/queries/directory';
import { onDuty } from '../../db/queries/roster';
import { listHouseholds, residentsOf } from '../../db/queries/households';
import { identifyKey } from '../../common/crypto/api-key';
import { findKey, revokeKey, touchKey } from '../../db/queries/keys';
import { readTexts } from '../../db/queries/vault';
import { createBlindIndex } from '../../common/crypto/blind-index';
import { parseKey, parseKeyring } from '../../common/crypto/keyring';
import { createSealer } from '../../common/crypto/sealer';
import type { Role } from '../../domain/actor';
import { MINUTE } from '../../domain/instant';
import { seedCompany } from '../../stack/seed';
import { ROLES } from '../../stack/secrets';
import { keyText } from '../common/keys';
import { allText } from './content';
import { openTestDatabase, type OpenDatabase } from './open';
import { MONDAY } from './played-case';

let database: OpenDatabase;
let config: Config;
const apiKeys = Object.fromEntries(ROLES.map((role) => [role, newApiKey().plain]));
const index = createBlindIndex(parseKey(keyText(9), 'index'));
const sealer = createSealer(parseKeyring(`k1:${keyText(8)}`, 'vault'));

beforeAll(async () => {
  database = await openTestDatabase();
  config = {
    production: false,
    databaseUrl: database.url,
    temporal: { address: '', namespace: 'default', taskQueue: 'guanjia', uiUrl: null },
    api: { host: '127.0.0.1', port: 0, trustedProxies: 0 },
    workerPort: 0,
    codecKeys: `k1:${keyText(7)}`,
    vaultKeys: `k1:${keyText(8)}`,
    indexKey: keyText(9),
    logLevel: 'silent',
    files: { maxBytes: 1, looseFor: 1, store: { folder: 'none' } },
  };
  await Promise.all([seedCompany(config, { apiKeys }), seedCompany(config, { apiKeys })]);
});
afterAll(() => database.drop());

describe('the first start', () => {
  test('a second one changes nothing', async () => {
    const before = await allText(database.db);
    await seedCompany(config, { apiKeys });
    expect(await allText(database.db)).toBe(before);
  });

  test('project, departments, and every role held by somebody', async () => {
    expect(await listProjects(database.db, '*')).toEqual([
      { id: 'lakeside', company: 'lakeside-property', name: '湖畔花园', zone: 'Asia/Shanghai' },
    ]);
    const departments = await listDepartments(database.db, 'lakeside');
    expect(departments.map(({ name }) => name).sort()).toEqual(
      ['保洁部', '安保部', '客服部', '工程部', '财务部'].sort(),
    );
    const roles = ROLES.filter((role) => role !== 'resident');
    const there = await onDuty(database.db, { project: 'lakeside', at: MONDAY });
    const inRole = (role: Role) => there.filter(({ roles: held }) => held.includes(role));
    for (const role of roles) expect([role, inRole(role).length > 0]).toEqual([role, true]);
    const heads = inRole('department_head').map(({ department }) => department);
    expect(heads.sort()).toEqual(departments.map(({ id }) => id).sort());
    expect(inRole('customer_service')).toHaveLength(2);
    expect(inRole('engineering')).toHaveLength(2);
  });

  test('a key per role, hashed, bound to somebody', async () => {
    for (const [role, plain] of Object.entries(apiKeys)) {
      const { id, hash } = identifyKey(plain) ?? { id: '', hash: '' };
      const key = await findKey(database.db, id);
      expect(key).toMatchObject({ role, active: true, revokedAt: null, expiresAt: null, hash });
      expect(verifyApiKey(plain, key?.hash ?? '')).toBe(true);
      const everywhere = role === 'general_manager' || role === 'quality';
      expect([role, key?.projects]).toEqual([role, everywhere ? '*' : ['lakeside']]);
      expect([role, key?.staff === null]).toEqual([role, role === 'resident']);
      expect([role, key?.roomIndex ?? null]).toEqual([
        role,
        role === 'resident' ? index.room('lakeside', '1-1-101') : null,
      ]);
    }
    expect(await database.db.selectFrom('api_key').select('id').execute()).toHaveLength(ROLES.length);
    expect(identifyKey('gj_no_key')).toBeNull();
  });

  test('names, rooms, phones and keys stand nowhere in the clear', async () => {
    const everything = await allText(database.db);
    for (const planted of ['林晓', '住户', '1-1-101', '13800000010', '1380000', ...Object.values(apiKeys)]) {
      // Homes and rooms share the building and unit that lists show; the room itself does not.
      if (planted === '1-1-101') expect(everything.replaceAll('home-1-1-101', '')).not.toContain(planted);
      else expect(everything).not.toContain(planted);
    }
  });
});

describe('households', () => {
  const find = (filter: object) =>
    listHouseholds(database.db, { filter: { project: 'lakeside', ...filter }, limit: 50 });

  test('are found by room, phone and name in every usual spelling', async () => {
    const wanted = { id: 'home-1-1-101', building: '1', unit: '1', careColour: 'red' };
    expect(await find({ roomIndex: index.room('lakeside', '1栋1单元101室') })).toMatchObject({
      items: [wanted],
      total: 1,
    });
    expect(await find({ phoneIndex: index.phone('lakeside', '+86 138-0000-0010') })).toMatchObject({ items: [wanted] });
    expect(await find({ nameIndex: index.name('lakeside', '住户甲') })).toMatchObject({ items: [wanted] });
    expect(await find({ roomIndex: index.room('hillside', '1-1-101') })).toMatchObject({ items: [], total: 0 });
    const mixed = { roomIndex: index.room('lakeside', '1-1-101'), phoneIndex: index.phone('lakeside', '13800000011') };
    expect(await find(mixed)).toMatchObject({ items: [] });
    expect(await find({ ids: ['home-2-2-302', 'home-9'] })).toMatchObject({ items: [{ careColour: 'yellow' }] });
    const elsewhere = await listHouseholds(database.db, { filter: { project: 'hillside' }, limit: 50 });
    expect(elsewhere.total).toBe(0);
  });

  test('page by page, with their people, whose texts can be read', async () => {
    const first = await listHouseholds(database.db, { filter: { project: 'lakeside', building: '2' }, limit: 3 });
    const filter = { project: 'lakeside', building: '2' };
    const second = await listHouseholds(database.db, { filter, limit: 3, cursor: first.next });
    expect([first.items.length, second.items.length, first.total, second.next]).toEqual([3, 1, 4, null]);
    const people = await residentsOf(
      database.db,
      first.items.map(({ id }) => id),
    );
    expect(people).toHaveLength(3);
    const [person] = people;
    const texts = await readTexts(database.db, sealer, [person?.nameRef ?? '', person?.phoneRef ?? '']);
    expect([...texts.values()].sort()).toEqual(['13800000014', '住户戊']);
    expect(await residentsOf(database.db, [])).toEqual([]);
  });
});

describe('staff', () => {
  test('filters', async () => {
    const all = await listStaff(database.db, { projects: '*' });
    expect(await listStaff(database.db, { projects: ['lakeside'] })).toEqual(all);
    const elsewhere = await listStaff(database.db, { projects: ['hillside'] });
    expect(elsewhere.map(({ id }) => id).sort()).toEqual(['general-manager', 'quality']);
    const engineers = await listStaff(database.db, { projects: ['lakeside'], role: 'engineering' });
    expect(engineers.map(({ id }) => id)).toEqual(['engineer-1', 'engineer-2']);
    expect(engineers[0]?.roles).toEqual([{ project: 'lakeside', role: 'engineering' }]);
    const security = await listStaff(database.db, { projects: '*', department: 'security', active: true });
    expect(security.map(({ id }) => id)).toEqual(['guard-1', 'head-security']);
    expect(await listStaff(database.db, { projects: '*', ids: [] })).toEqual([]);
    expect(await findProject(database.db, 'hillside')).toBeNull();
  });

  test('who leaves holds no role any more, and his key says so', async () => {
    const { id } = identifyKey(apiKeys.security ?? '') ?? { id: '' };
    expect(await setStaffActive(database.db, 'guard-1', false)).toBe(true);
    const there = await onDuty(database.db, { project: 'lakeside', at: MONDAY });
    expect(there.filter(({ roles }) => roles.includes('security'))).toEqual([]);
    expect(await findKey(database.db, id)).toMatchObject({ active: false, department: 'security' });
    expect(await setStaffActive(database.db, 'guard-1', true)).toBe(true);
    expect(await setStaffActive(database.db, 'nobody', true)).toBe(false);
  });
});

test('keys: use is noted once a minute, the first revocation stays', async () => {
  const { id } = identifyKey(apiKeys.ops ?? '') ?? { id: '' };
  const used = async () => (await findKey(database.db, id))?.lastUsedAt;
  await touchKey(database.db, id, MONDAY);
  await touchKey(database.db, id, MONDAY + MINUTE - 1);
  expect(await used()).toBe(MONDAY);
  await touchKey(database.db, id, MONDAY + MINUTE + 1);
  expect(await used()).toBe(MONDAY + MINUTE + 1);
  expect(await revokeKey(database.db, id, MONDAY)).toBe(true);
  expect(await revokeKey(database.db, id, MONDAY + 1)).toBe(true);
  expect(await findKey(database.db, id)).toMatchObject({ revokedAt: MONDAY });
  expect(await revokeKey(database.db, 'unknown', MONDAY)).toBe(false);
  expect(await findKey(database.db, 'unknown')).toBeNull();
});
