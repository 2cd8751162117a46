import { systemClock } from '../common/clock';
import type { Config } from '../common/config';
import { createBlindIndex } from '../common/crypto/blind-index';
import { parseKey, parseKeyring } from '../common/crypto/keyring';
import { createSealer } from '../common/crypto/sealer';
import { createIds } from '../common/ids';
import { createLogger } from '../common/logger';
import { createDatabase } from '../db/database';
import { createCompany, type HouseholdSpec, type KeySpec, type StaffSpec } from '../db/queries/company';
import type { Asset } from '../db/queries/assets';
import type { PlacesSpec } from '../db/queries/company-places';
import { ROLES, type Role } from '../domain/actor';
import type { RosterLine } from '../domain/roster';

const PROJECT = 'lakeside';
const EVERY_PROJECT = '*';

const DEPARTMENTS = [
  { id: 'customer_service', name: '客服部' },
  { id: 'engineering', name: '工程部' },
  { id: 'security', name: '安保部' },
  { id: 'finance', name: '财务部' },
  { id: 'cleaning', name: '保洁部' },
];

/** Invented people. */
const STAFF: readonly StaffSpec[] = [
  member('cs-1', '林晓', 'customer_service', 'customer_service'),
  member('cs-2', '周宁', 'customer_service', 'customer_service'),
  member('cs-supervisor', '方岚', 'senior_cs_supervisor', 'customer_service'),
  member('engineer-1', '陈工', 'engineering', 'engineering'),
  member('engineer-2', '李工', 'engineering', 'engineering'),
  member('guard-1', '王安', 'security', 'security'),
  member('finance-1', '赵算', 'finance', 'finance'),
  member('head-customer-service', '何首', 'department_head', 'customer_service'),
  member('head-engineering', '梁柱', 'department_head', 'engineering'),
  member('head-security', '韩卫', 'department_head', 'security'),
  member('head-finance', '钱清', 'department_head', 'finance'),
  member('head-cleaning', '白净', 'department_head', 'cleaning'),
  member('duty-manager', '夜值', 'duty_manager', null),
  member('manager', '管理', 'manager', null),
  member('general-manager', '总理', 'general_manager', null, EVERY_PROJECT),
  member('quality', '品质', 'quality', null, EVERY_PROJECT),
  member('ops', '运行', 'ops', null),
];

function member(id: string, name: string, role: Role, department: string | null, project = PROJECT): StaffSpec {
  return { id, name, department, roles: [{ project, role }] };
}

/** Homes whose people are looked after (关怀). */
const CARE: Readonly<Record<string, Pick<HouseholdSpec, 'careColour'>>> = {
  'home-1-1-101': { careColour: 'red' },
  'home-2-2-302': { careColour: 'yellow' },
  'home-3-1-101': { careColour: 'yellow' },
};
const SURNAMES = '甲乙丙丁戊己庚辛壬癸子丑';

/** Invented homes: four rooms in each of three buildings, phones 138 0000 00xx. */
const HOUSEHOLDS: readonly HouseholdSpec[] = ['1', '2', '3'].flatMap((building) =>
  ['1-101', '1-1201', '2-302', '2-1501'].map((place, index) => {
    const number = (Number(building) - 1) * 4 + index;
    const id = `home-${building}-${place}`;
    return {
      id,
      building,
      unit: place.slice(0, 1),
      room: `${building}-${place}`,
      residents: [{ id: `${id}-a`, name: `住户${SURNAMES.charAt(number)}`, phone: `138000000${10 + number}` }],
      ...CARE[id],
    };
  }),
);

const ON_SITE = { inServiceSince: '2016-05-01', state: 'in-service' } as const;

/** Posts are those of the repair policy. Two engineers take turns, day and night; everybody else is always on duty. */
const PLACES: PlacesSpec = {
  posts: [
    { id: 'front-desk', name: '前台' },
    { id: 'lift', name: '电梯维修' },
    { id: 'plumbing', name: '水暖维修' },
    { id: 'electrical', name: '电工' },
    { id: 'general', name: '综合维修' },
    { id: 'fire', name: '消防' },
    { id: 'cleaning', name: '保洁' },
  ],
  skills: [
    { id: 'lift-certificate', name: '电梯作业证' },
    { id: 'electrician', name: '电工证' },
  ],
  zones: [
    { id: 'east', name: '东区', buildings: ['1', '2'] },
    { id: 'west', name: '西区', buildings: ['3'] },
  ],
  ties: {
    'cs-1': { post: 'front-desk', skills: [], zones: [] },
    'cs-2': { post: 'front-desk', skills: [], zones: [] },
    'engineer-1': { post: 'lift', skills: ['lift-certificate'], zones: ['east', 'west'] },
    'engineer-2': { post: 'plumbing', skills: ['lift-certificate', 'electrician'], zones: ['east', 'west'] },
  },
  roster: [shift('engineer-1', '08:00', '20:00'), shift('engineer-2', '20:00', '08:00')],
  assets: [
    ...['1', '2', '3'].flatMap((building) => ['1', '2'].map((unit) => lift(building, unit))),
    { ...ON_SITE, id: 'pump-1', kind: 'pump', name: '生活水泵', building: null, unit: null, zone: null },
  ],
};

function shift(staff: string, from: string, to: string): RosterLine {
  return {
    ...{ id: `${staff}-daily`, staff, role: 'engineering', post: null, from, to, weekdays: [1, 2, 3, 4, 5, 6, 7] },
    ...{ firstDay: '2026-01-01', lastDay: null },
  };
}

function lift(building: string, unit: string): Omit<Asset, 'project'> {
  const name = `${building} 栋 ${unit} 单元电梯`;
  const zone = building === '3' ? 'west' : 'east';
  return { ...ON_SITE, id: `lift-${building}-${unit}`, kind: 'lift', name, building, unit, zone };
}

const RESIDENT = HOUSEHOLDS[0];

/** Who logs in with the key of a role: the first who holds it, or the resident of the first home. */
function keyOf(role: Role, plain: string): KeySpec {
  const label = `first start: ${role}`;
  if (role === 'resident') {
    return { plain, label, role, resident: RESIDENT?.residents[0]?.id, household: RESIDENT?.id, projects: [PROJECT] };
  }
  const holder = STAFF.find(({ roles }) => roles.some((held) => held.role === role));
  const everywhere = holder?.roles.some(({ project }) => project === EVERY_PROJECT);
  return { plain, label, role, staff: holder?.id, projects: everywhere ? '*' : [PROJECT] };
}

/**
 * Puts the example company of the first start into the database: company, project 湖畔花园 (`lakeside`,
 * Asia/Shanghai), departments, one member of staff per role, households, and one login key per role. What is
 * there already is left as it is.
 * @param options.apiKeys plain key by role; only hashes are stored.
 */
export async function seedCompany(config: Config, options: { apiKeys: Record<string, string> }): Promise<void> {
  const logger = createLogger(config.logLevel, { service: 'seed' });
  const indexKey = parseKey(config.indexKey, 'GUANJIA_INDEX_KEY');
  const database = createDatabase(config.databaseUrl, { logger, poolSize: 1 });
  const keys = ROLES.flatMap((role) => {
    const plain = options.apiKeys[role];
    return plain === undefined ? [] : [keyOf(role, plain)];
  });
  const project = {
    id: PROJECT,
    name: '湖畔花园',
    zone: 'Asia/Shanghai',
    departments: DEPARTMENTS,
    households: HOUSEHOLDS,
    places: PLACES,
  };
  try {
    await createCompany(
      database.db,
      { id: 'lakeside-property', name: '湖畔物业', projects: [project], staff: STAFF, keys },
      {
        sealer: createSealer(parseKeyring(config.vaultKeys, 'GUANJIA_VAULT_KEYS')),
        index: createBlindIndex(indexKey),
        clock: systemClock,
        ids: createIds(indexKey),
      },
    );
  } finally {
    await database.close();
  }
}
