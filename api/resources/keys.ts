import type { z } from 'zod';
import { newApiKey } from '../../common/crypto/api-key';
import { heldProjects, pageKeys, type ListedKey } from '../../db/queries/api-keys';
import { knownProjects } from '../../db/queries/api-staff';
import { householdById } from '../../db/queries/api-households';
import { listStaff } from '../../db/queries/directory';
import { residentsOf } from '../../db/queries/households';
import { insertKey, revokeKey } from '../../db/queries/keys';
import type { ProjectScope } from '../../db/queries/lists';
import { isoOf } from '../../domain/instant';
import { keyEntry } from '../authenticate';
import type { ApiDeps } from '../deps';
import type { Principal } from '../http/access';
import { invalidRequest, problem } from '../http/problem';
import type { newKey } from '../schemas/keys';
import { reaches, requireAuthority } from './authority';
import { recordDeed } from './record';

type Wanted = z.output<typeof newKey>;

interface By {
  readonly principal: Principal;
  readonly now: number;
}

/**
 * Makes a key that may do no more than whoever makes it, nor more than its holder.
 * @returns its id, and the key itself, which nobody sees again.
 * @throws Problem beyond-your-authority, role-not-held, not-found, instant-not-ahead, invalid-request
 */
export async function makeKey(deps: ApiDeps, by: By, wanted: Wanted): Promise<{ id: string; plain: string }> {
  const { principal, now } = by;
  const { label, role, projects, expiresAt = null } = wanted;
  const named = projects === '*' ? ['*'] : projects;
  requireAuthority(
    principal,
    named.map((project) => ({ role, project })),
  );
  if (projects !== '*' && (await knownProjects(deps.database.db, projects)).length < new Set(projects).size) {
    throw problem('not-found');
  }
  if (expiresAt !== null && expiresAt <= now) {
    throw problem('instant-not-ahead', { field: 'expiresAt', instant: isoOf(expiresAt) });
  }
  const holder = await holderOf(deps, wanted);
  const { id, plain, hash } = newApiKey();
  await deps.database.db.transaction().execute(async (trx) => {
    const made = { id, hash, label, role, projects, createdAt: now, createdBy: principal.id, expiresAt };
    await insertKey(trx, { ...made, ...holder });
    const details = { role, projects, ...holder, expiresAt: expiresAt === null ? null : isoOf(expiresAt) };
    await recordDeed(trx, by, { action: 'key.create', subject: `api-key/${id}`, project: only(projects), details });
  });
  return { id, plain };
}

/** The first revocation counts. @throws Problem not-found, beyond-your-authority */
export async function revoke(deps: ApiDeps, by: By, id: string): Promise<void> {
  const key = await visibleKey(deps, by.principal, id);
  requireAuthority(by.principal, [{ role: key.role, project: key.projects === '*' ? '*' : (key.projects[0] ?? '*') }]);
  if (key.revokedAt === null) {
    await deps.database.db.transaction().execute(async (trx) => {
      await revokeKey(trx, id, by.now);
      await recordDeed(trx, by, { action: 'key.revoke', subject: `api-key/${id}`, project: only(key.projects) });
    });
  }
  deps.directory.forget(keyEntry(id));
}

/** @throws Problem not-found for a key that reaches beyond the caller's projects. */
export async function visibleKey(deps: ApiDeps, { projects }: Principal, id: string): Promise<ListedKey> {
  const { items } = await pageKeys(deps.database.db, { filter: { projects, ids: [id] }, limit: 1 });
  if (!items[0]) throw problem('not-found');
  return items[0];
}

export function keyView(key: ListedKey) {
  const iso = (instant: number | null): string | null => (instant === null ? null : isoOf(instant));
  return {
    ...key,
    projects: key.projects === '*' ? ('*' as const) : [...key.projects],
    createdAt: isoOf(key.createdAt),
    expiresAt: iso(key.expiresAt),
    revokedAt: iso(key.revokedAt),
    lastUsedAt: iso(key.lastUsedAt),
  };
}

interface Holder {
  readonly staff: string | null;
  readonly resident: string | null;
  readonly household: string | null;
}

async function holderOf(deps: ApiDeps, wanted: Wanted): Promise<Holder> {
  const { role, staff, household, resident } = wanted;
  const isResidents = role === 'resident';
  if (isResidents !== (household !== undefined)) throw misplaced('/household', 'a home, for the role resident only');
  if (!isResidents && resident !== undefined) throw misplaced('/resident', 'a resident, for the role resident only');
  if (isResidents && staff !== undefined) throw misplaced('/staff', 'nothing, for the role resident');
  if (staff !== undefined) await requireHeld(deps, staff, wanted);
  if (household !== undefined) await requireHome(deps, household, wanted);
  return { staff: staff ?? null, resident: resident ?? null, household: household ?? null };
}

async function requireHeld(deps: ApiDeps, staff: string, { role, projects }: Wanted): Promise<void> {
  const { db } = deps.database;
  const [member] = await listStaff(db, { projects, ids: [staff], active: true });
  if (!member) throw problem('not-found');
  const held = await heldProjects(db, staff, role);
  const lacking = projects === '*' ? (held === '*' ? undefined : '*') : projects.find((each) => !reaches(held, each));
  if (lacking !== undefined) throw problem('role-not-held', { role, project: lacking });
}

async function requireHome(deps: ApiDeps, id: string, { projects, resident }: Wanted): Promise<void> {
  const home = await householdById(deps.database.db, id);
  const isItsProject = home && projects !== '*' && projects.length === 1 && projects[0] === home.project;
  if (!isItsProject) throw problem('not-found');
  if (resident === undefined) return;
  const residents = await residentsOf(deps.database.db, [id]);
  if (!residents.some((each) => each.id === resident)) throw problem('not-found');
}

const misplaced = (pointer: string, expected: string) =>
  invalidRequest([{ pointer, code: 'not-acceptable', expected }]);

/** The project that a key is for; null where there are several. */
function only(projects: ProjectScope): string | null {
  return projects === '*' || projects.length !== 1 ? null : (projects[0] ?? null);
}
