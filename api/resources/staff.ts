import type { z } from 'zod';
import { keyIdsOf } from '../../db/queries/api-keys';
import { changeRoles, changeStaff, companyOf, insertStaff, knownProjects, lockStaff } from '../../db/queries/api-staff';
import { listStaff, type StaffMember } from '../../db/queries/directory';
import { identitiesOf } from '../../db/queries/identities';
import { keyEntry } from '../authenticate';
import { identityEntry } from '../auth/identities';
import type { ApiDeps } from '../deps';
import type { Principal } from '../http/access';
import type { Idempotency } from '../http/idempotency';
import { problem } from '../http/problem';
import type { newStaff, staffChange } from '../schemas/directory';
import { reaches, requireAuthority, requireAuthorityOver, type Granted } from './authority';
import { settle } from './handovers';
import { makeOnce } from './once';
import { visibleMember } from './member';
import { recordDeed, type By } from './record';
import { keepText, textsOf } from './texts';

/** Takes somebody on. @returns his id. @throws Problem beyond-your-authority, not-found, idempotency-mismatch */
export async function appoint(
  deps: ApiDeps,
  by: By & { readonly idempotency: Idempotency | null },
  body: z.output<typeof newStaff>,
): Promise<string> {
  const { name, roles } = body;
  requireAuthority(by.principal, roles);
  const company = await companyOfAll(deps, roles);
  const details = { roles: namesOf(roles), department: body.department ?? null };
  const making = { ...by, kind: 'staff', letter: 's', project: onlyProject(roles), details } as const;
  return makeOnce(deps, making, async (trx, id) => {
    const nameRef = await keepText(deps, trx, { kind: 'staff', id }, name, by.now);
    await insertStaff(trx, { id, company, nameRef, department: body.department ?? null, at: by.now });
    await changeRoles(trx, id, [], roles);
  });
}

interface ChangedMember {
  /** As he is now, also when he has no role left that the caller could see him by. */
  readonly member: StaffMember;
  readonly handedOver: Awaited<ReturnType<typeof settle>>;
}

/**
 * Changes what is named. Who leaves hands over first what he owes.
 * @throws Problem not-found, beyond-your-authority, still-owes, staff-unknown
 */
export async function changeMember(
  deps: ApiDeps,
  by: By,
  id: string,
  change: z.output<typeof staffChange>,
): Promise<ChangedMember> {
  const { principal } = by;
  const { name, roles, active, department, handOverTo: to, handOverReason: reason } = change;
  if (roles) await companyOfAll(deps, roles);
  const handedOver = active === false ? await settled(deps, by, id, { to, reason }) : [];
  const changed = await deps.database.db.transaction().execute(async (trx) => {
    if (!(await lockStaff(trx, id))) throw problem('not-found');
    const member = await visibleMember(trx, principal, id);
    const isPersonal = name !== undefined || active !== undefined || department !== undefined;
    if (isPersonal) requireAuthorityOver(principal, member.roles);
    const { taken, given } = difference(principal, member, roles);
    requireAuthority(principal, [...taken, ...given]);
    const nameRef = name === undefined ? undefined : await keepText(deps, trx, { kind: 'staff', id }, name, by.now);
    await changeStaff(trx, id, { active, department, nameRef });
    await changeRoles(trx, id, taken, given);
    const details = {
      changed: Object.keys(change).sort(),
      ...(active === undefined ? {} : { active }),
      ...(to === undefined ? {} : { handOverTo: to, handedOver: handedOver.length }),
      ...(department === undefined ? {} : { department }),
      ...(roles ? { taken: namesOf(taken), given: namesOf(given) } : {}),
    };
    const project = onlyProject([...taken, ...given, ...member.roles]);
    await recordDeed(trx, by, { action: 'staff.change', subject: `staff/${id}`, project, details });
    const [now] = await listStaff(trx, { projects: '*', ids: [id] });
    return now ?? member;
  });
  const { db } = deps.database;
  for (const key of await keyIdsOf(db, id)) deps.directory.forget(keyEntry(key));
  for (const identity of await identitiesOf(db, id)) deps.directory.forget(identityEntry(identity.id));
  return { member: changed, handedOver };
}

/** Before anything is moved it is certain that whoever asks may let him go. */
async function settled(deps: ApiDeps, by: By, id: string, taker: Parameters<typeof settle>[3]) {
  const member = await visibleMember(deps.database.db, by.principal, id);
  requireAuthorityOver(by.principal, member.roles);
  return settle(deps, by, id, taker);
}

export async function memberViews(deps: ApiDeps, { projects }: Principal, members: readonly StaffMember[]) {
  const names = await textsOf(
    deps,
    members.map(({ nameRef }) => nameRef),
  );
  return members.map(({ id, nameRef, department, active, roles }) => ({
    id,
    name: names.get(nameRef) ?? null,
    department,
    active,
    roles: roles.filter(({ project }) => project === '*' || reaches(projects, project)),
  }));
}

export async function memberView(deps: ApiDeps, principal: Principal, member: StaffMember) {
  const [view] = await memberViews(deps, principal, [member]);
  if (!view) throw problem('not-found');
  return view;
}

/**
 * What the new list of roles takes and gives in the caller's projects; roles elsewhere are no matter of his.
 * @throws Problem not-found
 */
function difference(principal: Principal, member: StaffMember, wanted: readonly Granted[] | undefined) {
  if (!wanted) return { taken: [], given: [] };
  // Also where he has the role already: that would tell of another project.
  if (!wanted.every(({ project }) => reaches(principal.projects, project))) throw problem('not-found');
  const has = (list: readonly Granted[], { project, role }: Granted): boolean =>
    list.some((each) => each.project === project && each.role === role);
  const within = member.roles.filter(({ project }) => reaches(principal.projects, project));
  return {
    taken: within.filter((role) => !has(wanted, role)),
    given: wanted.filter((role) => !has(member.roles, role)),
  };
}

/** @throws Problem not-found when one of the projects is not there. */
async function companyOfAll(deps: ApiDeps, roles: readonly Granted[]): Promise<string> {
  const { db } = deps.database;
  const named = [...new Set(roles.map(({ project }) => project))];
  const real = named.filter((project) => project !== '*');
  if ((await knownProjects(db, real)).length < real.length) throw problem('not-found');
  const company = await companyOf(db, real[0] ?? '*');
  if (company === null) throw problem('not-found');
  return company;
}

const namesOf = (roles: readonly Granted[]): string[] => roles.map(({ project, role }) => `${project}:${role}`).sort();

/** The project that it is all about; null where there are several. */
function onlyProject(roles: readonly Granted[]): string | null {
  const [first, ...others] = new Set(roles.map(({ project }) => project));
  return first === undefined || first === '*' || others.length > 0 ? null : first;
}
