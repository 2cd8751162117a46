import { ROLES, type Role } from '../../domain/actor';
import type { StoryFile } from '../format/story';
import type { Who } from '../format/values';
import type { Actor, Person, PlannedHousehold, PlannedProject } from './plan';

/** The company that a story plays in: what it names itself, and defaults for the rest (docs/stories.md "The company"). */
export const DEFAULT_ZONE = 'Asia/Shanghai';
export const DEPARTMENTS = [
  { id: 'customer_service', name: '客服部' },
  { id: 'engineering', name: '工程部' },
  { id: 'security', name: '安保部' },
  { id: 'finance', name: '财务部' },
] as const;

/** One of each; the id is the role. Heads are one per department, with ids of their own. */
const DEFAULT_STAFF: readonly {
  readonly id: string;
  readonly role: Role;
  readonly name: string;
  readonly department: string | null;
}[] = [
  { id: 'customer_service', role: 'customer_service', name: '陈静', department: 'customer_service' },
  { id: 'senior_cs_supervisor', role: 'senior_cs_supervisor', name: '林芳', department: 'customer_service' },
  { id: 'engineering', role: 'engineering', name: '王强', department: 'engineering' },
  { id: 'security', role: 'security', name: '赵刚', department: 'security' },
  { id: 'finance', role: 'finance', name: '孙丽', department: 'finance' },
  { id: 'head_customer_service', role: 'department_head', name: '何敏', department: 'customer_service' },
  { id: 'head_engineering', role: 'department_head', name: '吴建国', department: 'engineering' },
  { id: 'head_security', role: 'department_head', name: '郑勇', department: 'security' },
  { id: 'head_finance', role: 'department_head', name: '冯娟', department: 'finance' },
  { id: 'duty_manager', role: 'duty_manager', name: '周涛', department: null },
  { id: 'manager', role: 'manager', name: '李明', department: null },
  { id: 'general_manager', role: 'general_manager', name: '张伟', department: null },
  { id: 'quality', role: 'quality', name: '钱慧', department: 'quality' },
];

const DEFAULT_HOUSEHOLD = 'h1501';
/** The person behind `resident` when the story names no other. */
export const RESIDENT = 'resident';

export function projectsOf(story: StoryFile): PlannedProject[] {
  const own = Object.entries(story.projects ?? {});
  if (own.length > 0) return own.map(([id, { name, zone }]) => ({ id, name: name ?? id, zone: zone ?? DEFAULT_ZONE }));
  return [{ id: 'lakeside', name: '湖畔花园', zone: story.zone ?? DEFAULT_ZONE }];
}

/** Roles that the story fills itself are held by its people alone; the others by the default ones, unless vacant. */
export function peopleOf(story: StoryFile): Person[] {
  const own = Object.entries(story.staff ?? {}).map(([id, { role, name, projects, department, active }]): Person => ({
    id,
    role,
    name: name ?? id,
    department: department === undefined ? departmentOf(role) : department,
    projects: projects ?? null,
    active: active ?? true,
  }));
  const filled = new Set<Role>(own.map(({ role }) => role));
  const vacant = story.vacant ?? [];
  const empty = vacant.filter(({ project }) => project === null).map(({ name }) => name);
  const all = projectsOf(story).map(({ id }) => id);
  const standard = DEFAULT_STAFF.filter(
    ({ role, id }) => !filled.has(role) && !empty.includes(role) && !empty.includes(id),
  ).map((member): Person => {
    const without = vacant.flatMap(({ name, project }) =>
      project !== null && (name === member.role || name === member.id) ? [project] : [],
    );
    return {
      ...member,
      projects: without.length === 0 ? null : all.filter((id) => !without.includes(id)),
      active: true,
    };
  });
  return [...own, ...standard];
}

function departmentOf(role: Role): string | null {
  if (role === 'senior_cs_supervisor') return 'customer_service';
  return DEPARTMENTS.find(({ id }) => id === role)?.id ?? null;
}

export function householdsOf(story: StoryFile): PlannedHousehold[] {
  const first = projectsOf(story)[0]?.id ?? '';
  const own = Object.entries(story.households ?? {}).map(
    ([id, { project, building, unit, room, colour, residents }]): PlannedHousehold => ({
      id,
      project: project ?? first,
      building: building ?? room.split('-')[0] ?? room,
      unit: unit ?? null,
      room,
      colour: colour ?? null,
      residents: (residents ?? []).map((one) => ({ id: one.id, name: one.name, phone: one.phone ?? null })),
    }),
  );
  const named = own.some(({ residents }) => residents.some(({ id }) => id === RESIDENT));
  if (named) return own;
  const resident = { id: RESIDENT, name: '刘洋', phone: '13800001501' };
  const home = { id: DEFAULT_HOUSEHOLD, project: first, building: '3', unit: '2', room: '3-2-1501', colour: null };
  return [...own, { ...home, residents: [resident] }];
}

/** Everybody whom a story can name, so that a wrong name is found before it is played. */
export class Cast {
  constructor(
    readonly people: readonly Person[],
    readonly households: readonly PlannedHousehold[],
    readonly projects: readonly PlannedProject[],
    private readonly keys: ReadonlySet<string>,
  ) {}

  /** Names that would have been known, for a suggestion. */
  get known(): string[] {
    const residents = this.households.flatMap((home) => home.residents.map(({ id }) => id));
    return [
      'nobody',
      ...new Set([
        ...this.people.map(({ id }) => id),
        ...this.people.map(({ role }) => role),
        ...residents,
        ...this.keys,
      ]),
    ];
  }

  /** @returns null when nobody is called so. */
  actor({ written, name, project }: Who): Actor | null {
    if (name === 'nobody') return { kind: 'nobody', written };
    if (this.keys.has(name)) return { kind: 'key', written, name };
    const resident = this.households.some(({ residents }) => residents.some(({ id }) => id === name));
    const person = resident ? name : this.personFor(name, project);
    return person === null ? null : { kind: 'person', written, id: person };
  }

  /** A person by his id, or the first who holds a role, in a project when one is named. */
  private personFor(name: string, project: string | null): string | null {
    const here = (person: Person): boolean =>
      project === null || person.projects === null || person.projects.includes(project);
    const byId = this.people.find((person) => person.id === name && here(person));
    if (byId) return byId.id;
    if (!ROLES.some((role) => role === name)) return null;
    return this.people.find((person) => person.role === name && here(person))?.id ?? null;
  }

  hasProject(id: string): boolean {
    return this.projects.some((project) => project.id === id);
  }
}
