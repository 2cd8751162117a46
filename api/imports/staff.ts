import type { Kysely } from 'kysely';
import { z } from 'zod';
import { changeRoles, changeStaff, insertStaff } from '../../db/queries/api-staff';
import { listStaff, type StaffMember } from '../../db/queries/directory';
import type { ImportedRow, RowError } from '../../db/queries/imports';
import { knownStaff } from '../../db/queries/ledger';
import { listNamed } from '../../db/queries/named-lists';
import { setTies, tiesOf, type StaffTies } from '../../db/queries/staff-ties';
import type { Database } from '../../db/schema';
import { APPOINTERS, requireAuthority, requireAuthorityOver } from '../resources/authority';
import type { Deed } from '../resources/record';
import { keepText, textsOf } from '../resources/texts';
import { newStaff } from '../schemas/directory';
import { staffRole } from '../schemas/parts';
import { Entries } from './entries';
import { duplicateOf, ledger, refusalOf, refusedRow, Seen, type Decision, type ReadRow, type Work } from './kind';
import { idOfNumber } from './people';

const schema = z.strictObject({
  number: z.string().min(1).max(40),
  name: newStaff.shape.name,
  role: staffRole,
  department: z.string().max(80).optional(),
  post: z.string().max(80).optional(),
  skills: z.array(z.string().max(80)).max(100).optional(),
  zones: z.array(z.string().max(80)).max(100).optional(),
});

type Row = z.output<typeof schema>;

interface Ready extends Row {
  /** The id that his number stands for. */
  readonly id: string;
}

export const staff = ledger<Row, Ready>({
  is: 'ledger',
  name: 'staff',
  roles: APPOINTERS,
  maxRows: 5_000,
  columns: [
    { field: 'number', type: { is: 'text' }, isRequired: true },
    { field: 'name', type: { is: 'text' }, isRequired: true },
    { field: 'role', type: { is: 'code', vocabulary: 'role' }, isRequired: true },
    { field: 'department', type: { is: 'text' } },
    { field: 'post', type: { is: 'text' } },
    { field: 'skills', type: { is: 'list' } },
    { field: 'zones', type: { is: 'list' } },
  ],
  schema,
  prepare: (work, value) => ({ ...value, id: idOfNumber(work, value.number) }),
  decide,
});

/** What the project has, and who is there. */
interface Known {
  readonly departments: Entries;
  readonly posts: Entries;
  readonly skills: Entries;
  readonly zones: Entries;
  readonly members: ReadonlyMap<string, StaffMember>;
  /** Ids of people of whom the caller knows nothing. */
  readonly elsewhere: ReadonlySet<string>;
  readonly names: ReadonlyMap<string, string>;
}

async function decide(work: Work, trx: Kysely<Database>, rows: readonly ReadRow<Ready>[]): Promise<Decision> {
  const known = await knownOf(work, trx, rows);
  const seen = new Seen();
  const plans: Planned[] = [];
  const outcomes: ImportedRow[] = [];
  for (const { row, value } of rows) {
    // A number that is the id of somebody means him.
    const id = known.members.has(value.number) ? value.number : value.id;
    const first = seen.before(id, row);
    const plan = first === null ? await planOf(work, trx, known, { ...value, id }) : [duplicateOf('number', first)];
    if (Array.isArray(plan)) outcomes.push(refusedRow(row, plan));
    else {
      outcomes.push({ row, outcome: plan.outcome, ref: id, errors: [] });
      if (plan.outcome !== 'unchanged') plans.push(plan);
    }
  }
  return {
    outcomes,
    write: async (to) => {
      const deeds: Deed[] = [];
      for (const plan of plans) deeds.push(await write(work, to, plan));
      return deeds;
    },
  };
}

async function knownOf({ deps, principal, project }: Work, trx: Kysely<Database>, rows: readonly ReadRow<Ready>[]) {
  const [departments, posts, skills, zones] = [
    new Entries('department', await listNamed(trx, 'department', project.id)),
    new Entries('post', await listNamed(trx, 'post', project.id)),
    new Entries('skill', await listNamed(trx, 'skill', project.id)),
    new Entries('zone', await listNamed(trx, 'zone', project.id)),
  ];
  const ids = rows.flatMap(({ value }) => [value.id, value.number]);
  const visible = await listStaff(trx, { projects: principal.projects, ids });
  const members = new Map(visible.map((member) => [member.id, member]));
  const all = await knownStaff(trx, ids);
  const names = await textsOf(
    deps,
    visible.map(({ nameRef }) => nameRef),
  );
  const elsewhere = new Set([...all].filter((id) => !members.has(id)));
  return { departments, posts, skills, zones, members, elsewhere, names } satisfies Known;
}

interface Planned {
  readonly id: string;
  readonly outcome: 'created' | 'changed' | 'unchanged';
  readonly row: Ready;
  readonly department: string | null;
  readonly isNamedAnew: boolean;
  readonly isGivenRole: boolean;
  readonly ties: StaffTies;
}

async function planOf(work: Work, trx: Kysely<Database>, known: Known, row: Ready): Promise<Planned | RowError[]> {
  const { project } = work;
  const member = known.members.get(row.id);
  const hidden = known.elsewhere.has(row.id);
  if (hidden || member?.active === false) {
    const expected = hidden ? 'somebody of your projects, or somebody new' : 'somebody who has not left';
    return [{ field: 'number', code: hidden ? 'beyond-your-authority' : 'staff-left', expected }];
  }
  const department = known.departments.find(row.department);
  const post = known.posts.find(row.post);
  const skills = (row.skills ?? []).map((each) => known.skills.find(each, 'skills'));
  const zones = (row.zones ?? []).map((each) => known.zones.find(each, 'zones'));
  const errors = [department, post, ...skills, ...zones].flatMap(({ error }) => error ?? []);
  if (errors.length > 0) return errors;
  const ids = (found: readonly { readonly id: string | undefined }[]): string[] =>
    [...new Set(found.flatMap(({ id }) => id ?? []))].sort();
  const before = member ? await tiesOf(trx, { staff: row.id, project: project.id }) : NO_TIES;
  const ties = {
    post: post.id ?? before.post,
    skills: row.skills ? ids(skills) : before.skills,
    zones: row.zones ? ids(zones) : before.zones,
  };
  const plan = {
    ...{ id: row.id, row, ties, department: department.id ?? member?.department ?? null },
    isNamedAnew: member !== undefined && known.names.get(member.nameRef) !== row.name,
    isGivenRole: !member?.roles.some(({ project: at, role }) => at === project.id && role === row.role),
  };
  const isPersonal = plan.isNamedAnew || (!!member && plan.department !== member.department);
  const refusal = await refusalOf('role', 'what lies within your authority', () => {
    if (member && isPersonal) requireAuthorityOver(work.principal, member.roles);
    if (plan.isGivenRole) requireAuthority(work.principal, [{ project: project.id, role: row.role }]);
  });
  if (refusal) return [refusal];
  const isSame = !isPersonal && !plan.isGivenRole && JSON.stringify(ties) === JSON.stringify(before);
  return { ...plan, outcome: !member ? 'created' : isSame ? 'unchanged' : 'changed' };
}

const NO_TIES: StaffTies = { post: null, skills: [], zones: [] };

async function write({ deps, project, now }: Work, trx: Kysely<Database>, plan: Planned): Promise<Deed> {
  const { id, row, department, ties, outcome } = plan;
  const keepName = (): Promise<string> => keepText(deps, trx, { kind: 'staff', id }, row.name, now);
  if (outcome === 'created') {
    await insertStaff(trx, { id, company: project.company, nameRef: await keepName(), department, at: now });
  } else {
    await changeStaff(trx, id, { department, ...(plan.isNamedAnew ? { nameRef: await keepName() } : {}) });
  }
  if (plan.isGivenRole) await changeRoles(trx, id, [], [{ project: project.id, role: row.role }]);
  await setTies(trx, { staff: id, project: project.id }, ties);
  const given = plan.isGivenRole ? [`${project.id}:${row.role}`] : [];
  const details = { department, given, named: plan.isNamedAnew, ...ties };
  return {
    action: outcome === 'created' ? 'staff.create' : 'staff.change',
    subject: `staff/${id}`,
    project: project.id,
    details,
  };
}
