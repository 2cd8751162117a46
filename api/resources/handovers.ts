import type { z } from 'zod';
import { listStaff, type StaffMember } from '../../db/queries/directory';
import { owedCases, unacceptedParts, unacknowledgedOf, type OwedCase } from '../../db/queries/owed';
import type { Role } from '../../domain/actor';
import { isoOf, SECOND, type Instant } from '../../domain/instant';
import { act } from '../cases/act';
import type { ApiDeps } from '../deps';
import { JOB_STAGES } from '../families';
import type { Idempotency } from '../http/idempotency';
import { Problem, problem } from '../http/problem';
import type { handoverInput, movedCase } from '../schemas/handovers';
import type { PlainText } from '../schemas/text';
import { NAMED_MAX } from './assets';
import { recordDeed, type By } from './record';
import { visibleMember } from './member';

type Moved = z.output<typeof movedCase>;

/** Cases that one request moves, and for how long it begins with another: more would outlast its time limit. */
const WAVE_MAX = 100;
const WAVE_WITHIN = 5 * SECOND;
/** Commands that are on their way at once. */
const ABREAST = 4;

interface Wave extends By {
  readonly cases: readonly OwedCase[];
  readonly from: string;
  readonly to: string;
  /** Only what he owes in it; null: whatever he owes. */
  readonly role: Role | null;
  readonly reason: PlainText;
  readonly idempotency: Idempotency | null;
}

/**
 * A few commands at a time, one result each; one that is refused stops no other.
 * @returns what was come to in the time there is.
 */
async function handOver(deps: ApiDeps, wave: Wave): Promise<Moved[]> {
  const waiting = [...wave.cases.slice(0, WAVE_MAX).entries()];
  const results: Moved[] = [];
  const until = deps.clock.now() + WAVE_WITHIN;
  const work = async (): Promise<void> => {
    while (deps.clock.now() < until) {
      const next = waiting.shift();
      if (!next) return;
      const [index, { no }] = next;
      results[index] = await moved(deps, wave, no);
    }
  };
  await Promise.all(Array.from({ length: ABREAST }, work));
  return Object.values(results);
}

/** Cases that a wave did not come to. */
function leftOver(cases: readonly OwedCase[], results: readonly Moved[]): OwedCase[] {
  const done = new Set(results.map(({ no }) => no));
  return cases.filter(({ no }) => !done.has(no));
}

async function moved(deps: ApiDeps, { from, to, role, reason, ...by }: Wave, no: string): Promise<Moved> {
  const { principal, now } = by;
  const idempotency = by.idempotency && { ...by.idempotency, key: `${by.idempotency.key}/${no}` };
  const body = { from, to, role, reason };
  try {
    await act(deps, { no, command: 'relieve', body, principal, idempotency, ifMatch: null, now });
    return { no, status: 200, code: null };
  } catch (error) {
    if (error instanceof Problem) return { no, status: error.status, code: error.code };
    throw error;
  }
}

/**
 * Shift change in a project. Nothing is undone by a case that is refused; whoever asks again moves what is still there.
 * @throws Problem not-found for somebody without a role in the project; staff-unknown
 */
export async function handOverShift(
  deps: ApiDeps,
  by: By & { readonly idempotency: Idempotency | null },
  project: string,
  { from, to, role, reason }: z.output<typeof handoverInput>,
) {
  const { db } = deps.database;
  const leaving = await visibleMember(db, { projects: [project] }, from);
  await requireColleague(deps, to, [project]);
  const cases = await owedCases(db, { person: from, jobs: JOB_STAGES, projects: [project], role });
  const results = await handOver(deps, { ...by, cases, from, to, role: role ?? null, reason });
  const details = {
    to,
    role: role ?? null,
    moved: results.filter(({ code }) => code === null).length,
    refused: refusedIn(results),
  };
  await recordDeed(db, by, { action: 'shift.hand-over', subject: `staff/${from}`, project, details });
  return {
    ...{ from, to, at: isoOf(by.now), moved: results, remaining: leftOver(cases, results).length },
    ...(await leftOpen(deps, project, leaving)),
  };
}

/** What would move, and what was not acknowledged or accepted. @throws Problem not-found */
export async function previewShift(
  deps: ApiDeps,
  project: string,
  { from, now }: { readonly from: string; readonly now: Instant },
) {
  const { db } = deps.database;
  const leaving = await visibleMember(db, { projects: [project] }, from);
  const cases = await owedCases(db, { person: from, jobs: JOB_STAGES, projects: [project] });
  const items = cases.map((each) => ({
    ...each,
    obligations: each.obligations.map((item) => ({ ...item, dueAt: isoOf(item.dueAt) })),
  }));
  return { from, cases: items, ...(await leftOpen(deps, project, leaving)), asOf: isoOf(now) };
}

async function leftOpen(deps: ApiDeps, project: string, { id, department }: StaffMember) {
  const { db } = deps.database;
  const [escalations, parts] = await Promise.all([
    unacknowledgedOf(db, project, id),
    department === null ? [] : unacceptedParts(db, project, department),
  ]);
  return {
    unacknowledged: escalations.map((each) => ({ ...each, sentAt: isoOf(each.sentAt) })),
    unaccepted: parts.map((each) => ({ ...each, dueAt: isoOf(each.dueAt) })),
  };
}

/**
 * Before somebody leaves: what he owes is handed over, wherever it is.
 * @param to whoever takes it; left out when nobody was named.
 * @throws Problem still-owes with what nobody has taken; staff-unknown for somebody without a role in each project
 */
export async function settle(
  deps: ApiDeps,
  by: By,
  person: string,
  { to, reason }: { readonly to?: string | undefined; readonly reason?: PlainText | undefined },
): Promise<Moved[]> {
  const cases = await owedCases(deps.database.db, { person, jobs: JOB_STAGES, projects: '*' });
  if (cases.length === 0) return [];
  if (to === undefined || reason === undefined) {
    throw stillOwes(cases.map(({ no }) => no));
  }
  await requireColleague(deps, to, [...new Set(cases.map(({ project }) => project))]);
  const results = await handOver(deps, { ...by, cases, from: person, to, role: null, reason, idempotency: null });
  const left = [...refusedIn(results), ...leftOver(cases, results).map(({ no }) => no)];
  if (left.length > 0) throw stillOwes(left);
  return results;
}

/** Where he owes nothing any more, somebody was quicker. */
const refusedIn = (results: readonly Moved[]): string[] =>
  results.filter(({ code }) => code !== null && code !== 'owes-nothing').map(({ no }) => no);

const stillOwes = (cases: readonly string[]) =>
  problem('still-owes', { count: cases.length, cases: cases.slice(0, NAMED_MAX) });

async function requireColleague(deps: ApiDeps, id: string, projects: readonly string[]): Promise<void> {
  for (const project of projects) {
    const found = await listStaff(deps.database.db, { projects: [project], ids: [id], active: true });
    if (found.length === 0) throw problem('staff-unknown', { staff: id });
  }
}
