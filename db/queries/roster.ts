import { sql, type Kysely, type Selectable } from 'kysely';
import { isoOf, type Instant } from '../../domain/instant';
import {
  dutyAt,
  ROSTER_REACH,
  type DutyPerson,
  type Roster,
  type RosterLine,
  type RosterPerson,
} from '../../domain/roster';
import type { Database } from '../schema';
import type { RosterLineTable } from '../schema/roster-line';
import { instantOf, timeOf } from '../time';
import { findProject, listStaff } from './directory';
import { oneOf } from './lists';

/**
 * Every active member of staff on duty in the project at that instant, by the roster as it was known then; one entry
 * per duty (domain/roster.ts). Empty for a project that is not there.
 */
export async function onDuty(
  db: Kysely<Database>,
  { project, at }: { readonly project: string; readonly at: Instant },
): Promise<readonly DutyPerson[]> {
  const window = { from: at - ROSTER_REACH, to: at + ROSTER_REACH, asOf: at };
  const [roster, people] = await Promise.all([loadRoster(db, project, window), rosterPeople(db, project)]);
  return roster ? dutyAt(roster, people, at) : [];
}

/** How many open obligations each owes in person, here; everybody asked for has an entry. */
export async function loadOf(
  db: Kysely<Database>,
  { project, staff }: { readonly project: string; readonly staff: readonly string[] },
): Promise<ReadonlyMap<string, number>> {
  const rows = await db
    .selectFrom('obligation')
    .select(['owed_person as person', (eb) => eb.fn.countAll<number>().as('open')])
    .where('project', '=', project)
    // Written out, for the partial index.
    .where(sql<boolean>`state = 'open'`)
    .where(oneOf(sql.ref('owed_person'), staff))
    .groupBy('owed_person')
    .execute();
  return new Map(staff.map((id) => [id, rows.find(({ person }) => person === id)?.open ?? 0]));
}

/** What a roster is read for: a stretch of time, and as of when it counts. */
export interface RosterWindow {
  readonly from: Instant;
  readonly to: Instant;
  /** What was entered later is left out, and what was ended later still counts. */
  readonly asOf: Instant;
}

/** null for a project that is not there. */
export async function loadRoster(
  db: Kysely<Database>,
  project: string,
  { from, to, asOf }: RosterWindow,
): Promise<Roster | null> {
  const found = await findProject(db, project);
  if (!found) return null;
  const counts = sql<boolean>`since <= ${timeOf(asOf)} and (ended_at is null or ended_at > ${timeOf(asOf)})`;
  const [lines, overrides, substitutions] = await Promise.all([
    db.selectFrom('roster_line').selectAll().where('project', '=', project).where(counts).orderBy('id').execute(),
    db
      .selectFrom('roster_override')
      .selectAll()
      .where('project', '=', project)
      // Local dates, so a day more on either side is surely enough.
      .where(sql<boolean>`day between ${dayOf(from - ROSTER_REACH)}::date and ${dayOf(to + ROSTER_REACH)}::date`)
      .where(counts)
      .orderBy('id')
      .execute(),
    db
      .selectFrom('substitution')
      .selectAll()
      .where('project', '=', project)
      .where('to_at', '>', timeOf(from))
      .where('from_at', '<', timeOf(to))
      .where(counts)
      .orderBy('from_at')
      .orderBy('id')
      .execute(),
  ]);
  return {
    zone: found.zone,
    lines: lines.map(rosterLine),
    overrides: overrides.map(({ line, day, from_time: begins, to_time: ends }) => ({
      line,
      date: day,
      shift: begins === null || ends === null ? null : { from: begins, to: ends },
    })),
    substitutions: substitutions.map((row) => ({
      staff: row.staff,
      by: row.by_staff,
      from: instantOf(row.from_at),
      to: instantOf(row.to_at),
    })),
  };
}

const dayOf = (instant: Instant): string => isoOf(instant).slice(0, 10);

export function rosterLine(row: Selectable<RosterLineTable>): RosterLine {
  return {
    id: row.id,
    staff: row.staff,
    role: row.role,
    post: row.post,
    from: row.from_time,
    to: row.to_time,
    weekdays: [...row.weekdays].map(Number),
    firstDay: row.first_day,
    lastDay: row.last_day,
  };
}

/** The active staff of a project, with all that the roster asks about them. */
export async function rosterPeople(db: Kysely<Database>, project: string): Promise<RosterPerson[]> {
  const [staff, ties] = await Promise.all([
    listStaff(db, { projects: [project], active: true }),
    db
      .selectFrom('staff_tie')
      .select(['staff', 'kind', 'code'])
      .where('project', '=', project)
      .orderBy('code')
      .execute(),
  ]);
  return staff.map(({ id, department, roles }) => {
    const codesOf = (kind: string) =>
      ties.filter((tie) => tie.staff === id && tie.kind === kind).map(({ code }) => code);
    const here = roles.filter((held) => held.project === project || held.project === '*').map(({ role }) => role);
    return {
      id,
      department,
      roles: [...new Set(here)],
      post: codesOf('post')[0] ?? null,
      skills: codesOf('skill'),
      zones: codesOf('zone'),
    };
  });
}
