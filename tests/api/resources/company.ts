import { newApiKey } from '../../../common/crypto/api-key';
import type { CompanySpec, KeySpec, StaffSpec } from '../../../db/queries/company';
import { ROLES, type Role } from '../../../domain/actor';

/** A company of two projects, with somebody for every role at the lake; only one works at the hill. */
export const LAKE = 'lakeside';
export const HILL = 'hillside';
/** Planted: none of it may be found where it does not belong. */
export const PLANTED = { name: '欧阳测试', phone: '13800009911', room: '3-2-1501', staff: '职员测试' } as const;

export type Caller = Role | 'hill' | 'boss';

const plain = (): string => newApiKey().plain;
export const KEYS = Object.fromEntries([...ROLES, 'hill', 'boss'].map((as) => [as, plain()])) as Record<Caller, string>;

const departments = ['customer_service', 'engineering'].map((id) => ({ id, name: `部门 ${id}` }));
const STAFF_ROLES = ROLES.filter((role) => role !== 'resident' && role !== 'system');

const staff: StaffSpec[] = [
  ...STAFF_ROLES.map((role) => ({
    id: `s-${role}`,
    name: `${PLANTED.staff}${role}`,
    department: role === 'engineering' ? 'engineering' : null,
    roles: [{ project: LAKE, role }],
  })),
  { id: 's-hill', name: '山上的人', department: null, roles: [{ project: HILL, role: 'customer_service' }] },
  { id: 's-boss', name: '老板', department: null, roles: [{ project: '*', role: 'general_manager' }] },
  {
    id: 's-both',
    name: '两处',
    department: 'engineering',
    roles: [
      { project: LAKE, role: 'engineering' },
      { project: HILL, role: 'engineering' },
    ],
  },
];

const key = (as: Caller, spec: Omit<KeySpec, 'plain' | 'label'>): KeySpec => ({ plain: KEYS[as], label: as, ...spec });

const keys: KeySpec[] = [
  ...STAFF_ROLES.map((role) => key(role, { role, staff: `s-${role}`, projects: [LAKE] })),
  key('system', { role: 'system', projects: [LAKE] }),
  key('resident', { role: 'resident', resident: 'r-1', projects: [LAKE] }),
  key('hill', { role: 'customer_service', staff: 's-hill', projects: [HILL] }),
  key('boss', { role: 'general_manager', staff: 's-boss', projects: '*' }),
];

export const COMPANY: CompanySpec = {
  id: 'company',
  name: '公司',
  projects: [
    {
      id: LAKE,
      name: '湖畔花园',
      zone: 'Asia/Shanghai',
      departments,
      households: [
        {
          ...{ id: 'h-1', building: '3', unit: '2', room: PLANTED.room, careColour: 'red' },
          residents: [
            { id: 'r-1', name: PLANTED.name, phone: PLANTED.phone },
            { id: 'r-2', name: '张伟', phone: null },
          ],
        },
        {
          ...{ id: 'h-2', building: '3', unit: '2', room: '3-2-1502' },
          residents: [{ id: 'r-3', name: '张伟', phone: '0571-8888 8888' }],
        },
        { ...{ id: 'h-3', building: '4', unit: null, room: '4-101' }, residents: [] },
      ],
    },
    {
      id: HILL,
      name: '山景苑',
      zone: 'America/New_York',
      departments,
      households: [
        {
          ...{ id: 'h-hill', building: '3', unit: '2', room: PLANTED.room },
          residents: [{ id: 'r-hill', name: PLANTED.name, phone: PLANTED.phone }],
        },
      ],
    },
  ],
  staff,
  keys,
};
