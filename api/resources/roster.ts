import type { z } from 'zod';
import { heldProjects } from '../../db/queries/api-keys';
import { findProject } from '../../db/queries/directory';
import { loadRoster, rosterPeople } from '../../db/queries/roster';
import {
  currentLines,
  currentOverrides,
  currentSubstitutions,
  endLine,
  endOverride,
  endSubstitution,
  insertLine,
  insertSubstitution,
  lastLine,
  lockLine,
  putOverride,
  substitutionById,
  type StoredLine,
  type StoredSubstitution,
} from '../../db/queries/roster-write';
import type { Database } from '../../db/schema';
import type { Role } from '../../domain/actor';
import { DAY, isoOf, type Instant } from '../../domain/instant';
import { coverage, dutyAt, type Coverage, type DutyPerson, type Roster, type RosterPerson } from '../../domain/roster';
import { localDateOf } from '../../domain/zone';
import type { Kysely } from 'kysely';
import type { ApiDeps } from '../deps';
import { problem } from '../http/problem';
import type { dayInput, rosterLineInput, substituteInput } from '../schemas/roster';
import { reaches } from './authority';
import { makeOnce, type Making } from './once';
import { requireCode } from './places';
import { recordDeed, type By, type Deed } from './record';
import { visibleMember } from './member';

export type LineInput = z.output<typeof rosterLineInput>;
type SubstituteInput = z.output<typeof substituteInput>;

/** @returns its id. @throws Problem not-found, role-not-held, code-unknown, idempotency-mismatch */
export async function addLine(
  deps: ApiDeps,
  by: By & Pick<Making, 'idempotency'>,
  project: string,
  line: LineInput,
): Promise<string> {
  await requireShift(deps.database.db, project, line);
  const making = { ...by, kind: 'roster-line', letter: 'rl', project, details: { ...line } } as const;
  return makeOnce(deps, making, async (trx, id) => {
    await writeLine(trx, by.now, { project, id }, line);
  });
}

/** What was so until now stays known. @throws Problem not-found, role-not-held, code-unknown; conflict for one that was ended */
export async function changeLine(deps: ApiDeps, by: By, named: Named, line: LineInput): Promise<void> {
  const { db } = deps.database;
  await requireShift(db, named.project, line);
  await db.transaction().execute(async (trx) => recordDeed(trx, by, await rewriteLine(trx, by.now, named, line)));
}

/** @returns the entry for the audit log. */
export async function writeLine(
  trx: Kysely<Database>,
  at: Instant,
  { project, id }: Named,
  line: LineInput,
): Promise<Deed> {
  await insertLine(trx, { ...line, id, project, revision: 1 }, at);
  return deedOf({ action: 'roster-line.create', id, project, details: { ...line } });
}

/** @returns the entry for the audit log. @throws Problem not-found; conflict for one that was ended */
export async function rewriteLine(
  trx: Kysely<Database>,
  at: Instant,
  { project, id }: Named,
  line: LineInput,
): Promise<Deed> {
  const { line: before, counts } = await lineOf(trx, project, id);
  if (!counts) throw problem('conflict');
  await endLine(trx, id, at);
  await insertLine(trx, { ...line, id, project, revision: before.revision + 1 }, at);
  return deedOf({ action: 'roster-line.change', id, project, details: { ...line } });
}

/** Can be repeated. @throws Problem not-found */
export async function removeLine(deps: ApiDeps, by: By, { project, id }: Named): Promise<void> {
  await deps.database.db.transaction().execute(async (trx) => {
    await lineOf(trx, project, id);
    await endLine(trx, id, by.now);
    await record(trx, by, { action: 'roster-line.end', id, project, details: {} });
  });
}

interface Named {
  readonly project: string;
  readonly id: string;
}

async function lineOf(trx: Kysely<Database>, project: string, id: string) {
  await lockLine(trx, id);
  const found = await lastLine(trx, id);
  if (found?.line.project !== project) throw problem('not-found');
  return found;
}

interface LineDeed extends Named {
  readonly action: string;
  readonly details: Readonly<Record<string, unknown>>;
}

const deedOf = ({ action, id, project, details }: LineDeed): Deed => ({
  ...{ action, subject: `roster-line/${id}`, project, details },
});

const record = (trx: Kysely<Database>, by: By, deed: LineDeed): Promise<void> => recordDeed(trx, by, deedOf(deed));

/** Another time, or none, on one day. @throws Problem not-found */
export async function setDay(
  deps: ApiDeps,
  by: By,
  { project, id, date }: Named & { readonly date: string },
  { shift }: z.output<typeof dayInput>,
): Promise<void> {
  await deps.database.db.transaction().execute(async (trx) => {
    await lineOf(trx, project, id);
    await putOverride(trx, { id: `rd-${deps.ids.uuid()}`, project, line: id, date, shift }, by.now);
    await record(trx, by, { action: 'roster-line.day', id, project, details: { date, shift } });
  });
}

/** As always again. Can be repeated. @throws Problem not-found */
export async function resetDay(
  deps: ApiDeps,
  by: By,
  { project, id, date }: Named & { readonly date: string },
): Promise<void> {
  await deps.database.db.transaction().execute(async (trx) => {
    await lineOf(trx, project, id);
    await endOverride(trx, { line: id, date }, by.now);
    await record(trx, by, { action: 'roster-line.day-reset', id, project, details: { date } });
  });
}

/** @returns its id. @throws Problem not-found, role-not-held; conflict when somebody else stands in then */
export async function addSubstitute(
  deps: ApiDeps,
  by: By & Pick<Making, 'idempotency'>,
  project: string,
  wanted: SubstituteInput,
): Promise<string> {
  await requireStandIn(deps.database.db, project, wanted);
  const making = { ...by, kind: 'substitute', letter: 'sub', project, details: substituteDetails(wanted) } as const;
  return makeOnce(deps, making, async (trx, id) => {
    await writeSubstitute(trx, by.now, { project, id }, wanted);
  });
}

/** @returns the entry for the audit log. @throws Problem conflict when somebody else stands in then */
export async function writeSubstitute(
  trx: Kysely<Database>,
  at: Instant,
  { project, id }: Named,
  wanted: SubstituteInput,
): Promise<Deed> {
  if (!(await insertSubstitution(trx, { ...wanted, id, project }, at))) throw problem('conflict');
  return { action: 'substitute.create', subject: `substitute/${id}`, project, details: substituteDetails(wanted) };
}

const substituteDetails = (wanted: SubstituteInput) => ({
  ...{ ...wanted, from: isoOf(wanted.from), to: isoOf(wanted.to) },
});

/**
 * Whoever stands in must hold a role that the other has here: he can do no more than what he may.
 * @throws Problem not-found, role-not-held
 */
export async function requireStandIn(
  db: Kysely<Database>,
  project: string,
  { staff, by }: Pick<SubstituteInput, 'staff' | 'by'>,
): Promise<void> {
  const away = await visibleMember(db, { projects: [project] }, staff);
  const standIn = await visibleMember(db, { projects: [project] }, by);
  const rolesHere = (roles: typeof away.roles): Role[] =>
    roles.filter((held) => held.project === project || held.project === '*').map(({ role }) => role);
  const shared = rolesHere(away.roles).some((role) => rolesHere(standIn.roles).includes(role));
  if (!shared || !standIn.active) throw problem('role-not-held', { role: rolesHere(away.roles)[0] ?? null, project });
}

/** From now on; who stood in until now stays known. Can be repeated. @throws Problem not-found */
export async function removeSubstitute(deps: ApiDeps, by: By, { project, id }: Named): Promise<void> {
  await deps.database.db.transaction().execute(async (trx) => {
    const found = await substitutionById(trx, id);
    if (found?.project !== project) throw problem('not-found');
    await endSubstitution(trx, id, by.now);
    await recordDeed(trx, by, { action: 'substitute.end', subject: `substitute/${id}`, project });
  });
}

/** He must hold the role here, and the post must be in use. @throws Problem not-found, role-not-held, code-unknown */
export async function requireShift(
  db: Kysely<Database>,
  project: string,
  line: Pick<LineInput, 'staff' | 'role' | 'post'>,
): Promise<void> {
  const member = await visibleMember(db, { projects: [project] }, line.staff);
  const held = await heldProjects(db, line.staff, line.role);
  if (!member.active || !reaches(held, project)) throw problem('role-not-held', { role: line.role, project });
  await requireCode(db, 'post', project, line.post === null ? [] : [line.post]);
}

/** Lines, single days and stand-ins as they are now. @throws Problem not-found */
export async function rosterViewOf(deps: ApiDeps, project: string, now: Instant) {
  const { db } = deps.database;
  const found = await findProject(db, project);
  if (!found) throw problem('not-found');
  const yesterday = localDateOf(now - DAY, found.zone);
  const [lines, days, substitutes] = await Promise.all([
    currentLines(db, project),
    currentOverrides(db, project),
    currentSubstitutions(db, { project, after: now }),
  ]);
  return {
    project,
    zone: found.zone,
    lines: lines.map(lineView),
    days: days.filter(({ date }) => date >= yesterday).map(({ line, date, shift }) => ({ line, date, shift })),
    substitutes: substitutes.map(substituteView),
    asOf: isoOf(now),
  };
}

const lineView = ({ project: _project, ...line }: StoredLine) => line;

export const substituteView = ({ project: _project, from, to, ...rest }: StoredSubstitution) => ({
  ...rest,
  from: isoOf(from),
  to: isoOf(to),
});

/** Its last revision. @throws Problem not-found */
export async function lineNow(deps: ApiDeps, { project, id }: Named) {
  const found = await lastLine(deps.database.db, id);
  if (found?.line.project !== project) throw problem('not-found');
  return lineView(found.line);
}

interface Planned {
  readonly roster: Roster;
  readonly people: readonly RosterPerson[];
}

async function planned(deps: ApiDeps, project: string, window: Parameters<typeof loadRoster>[2]): Promise<Planned> {
  const { db } = deps.database;
  const [roster, people] = await Promise.all([loadRoster(db, project, window), rosterPeople(db, project)]);
  if (!roster) throw problem('not-found');
  return { roster, people };
}

/** How far ahead the end of a gap is looked for. */
const GAP_AHEAD = 7 * DAY;

/** Who is on duty at the instant, and which gaps there are then; of the past as the roster was then. */
export async function dutyView(deps: ApiDeps, project: string, at: Instant) {
  const { roster, people } = await planned(deps, project, { from: at - DAY, to: at + GAP_AHEAD, asOf: at });
  const { gaps } = coverage(roster, people, at, at + GAP_AHEAD);
  return {
    at: isoOf(at),
    onDuty: dutyAt(roster, people, at).map(personView),
    gaps: gaps.filter(({ from }) => from === at).map(stretchView),
  };
}

/** Gaps and overlaps from the one instant to before the other, by the roster as it is now. */
export async function gapsView(
  deps: ApiDeps,
  project: string,
  { from, to, asOf }: { readonly from: Instant; readonly to: Instant; readonly asOf: Instant },
) {
  const { roster, people } = await planned(deps, project, { from, to, asOf });
  const { gaps, overlaps } = coverage(roster, people, from, to);
  return { from: isoOf(from), to: isoOf(to), gaps: gaps.map(stretchView), overlaps: overlaps.map(stretchView) };
}

const stretchView = ({ from, to, ...rest }: Coverage) => ({ ...rest, from: isoOf(from), to: isoOf(to) });

const personView = ({ since, until, ...rest }: DutyPerson) => ({
  ...rest,
  since: since === null ? null : isoOf(since),
  until: until === null ? null : isoOf(until),
});
