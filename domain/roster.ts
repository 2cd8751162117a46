import type { Role } from './actor';
import { DAY, type Instant } from './instant';
import { addDays, instantOfLocal, localDateOf, timeOfDay, weekdayOf } from './zone';

/**
 * Who is on duty (ORG-*): shifts as local wall times that repeat by weekday, exceptions of single days, and people who
 * stand in for others. A role is rostered from the first day of its first line on; until then, and without any line,
 * whoever holds it is always on duty, so that a small company needs no roster.
 */

/** One person's shift, in one role, week after week. */
export interface RosterLine {
  readonly id: string;
  readonly staff: string;
  readonly role: Role;
  /** The post (岗位) he stands at; null: his own. */
  readonly post: string | null;
  /** Local `HH:MM`. An end that is not after the beginning is of the next day; equal is a whole day. */
  readonly from: string;
  readonly to: string;
  /** Of the day on which the shift begins, 1 = Monday … 7 = Sunday. */
  readonly weekdays: readonly number[];
  /** Local dates on which shifts begin, both included; null: without end. */
  readonly firstDay: string;
  readonly lastDay: string | null;
}

/** What is different with one line on one day. */
export interface RosterOverride {
  readonly line: string;
  readonly date: string;
  /** null: no shift on that day. */
  readonly shift: { readonly from: string; readonly to: string } | null;
}

/** `by` stands in for `staff` from the one instant to before the other. */
export interface Substitution {
  readonly staff: string;
  readonly by: string;
  readonly from: Instant;
  readonly to: Instant;
}

export interface Roster {
  /** IANA zone of the project. */
  readonly zone: string;
  readonly lines: readonly RosterLine[];
  readonly overrides: readonly RosterOverride[];
  readonly substitutions: readonly Substitution[];
}

/** An active member of staff, with what he holds in the project. */
export interface RosterPerson {
  readonly id: string;
  readonly roles: readonly Role[];
  readonly department: string | null;
  readonly post: string | null;
  readonly zones: readonly string[];
  readonly skills: readonly string[];
}

/** A person at a time on duty in some roles. Somebody with several duties at once has one of these for each. */
export interface DutyPerson {
  readonly staff: string;
  readonly roles: readonly Role[];
  /** Department, post and zones go with the duty: of a stand-in they are those of whoever he stands in for. */
  readonly department: string | null;
  readonly post: string | null;
  readonly zones: readonly string[];
  /** His own. */
  readonly skills: readonly string[];
  /** null: always; until is before the instant at which it ends. */
  readonly since: Instant | null;
  readonly until: Instant | null;
  /** Whom he stands in for. */
  readonly substituteFor: string | null;
}

/** A stretch of one role's duty, of whoever really does it. */
export interface Duty {
  readonly staff: string;
  readonly role: Role;
  readonly post: string | null;
  /** Infinite where there is no roster. */
  readonly from: Instant;
  readonly to: Instant;
  /** Whose shift it is by the roster. */
  readonly rostered: string;
}

/** A shift is at most this long, in days: it ends on the day after it began. */
const OVER_MIDNIGHT = 1;

/** The roles that have a roster on this local date. */
export function rosteredRoles({ lines }: Roster, date: string): Set<Role> {
  return new Set(lines.filter(({ firstDay }) => firstDay <= date).map(({ role }) => role));
}

/** Everybody on duty at the instant, by id. */
export function dutyAt(roster: Roster, people: readonly RosterPerson[], at: Instant): DutyPerson[] {
  const byId = new Map(people.map((person) => [person.id, person]));
  const rostered = rosteredRoles(roster, localDateOf(at, roster.zone));
  const always = people.flatMap(({ id, roles, post }) =>
    roles
      .filter((role) => !rostered.has(role))
      .map((role) => ({ rostered: id, role, post, from: -Infinity, to: Infinity })),
  );
  const duties = [
    ...dutiesBetween(roster, people, at, at + 1),
    ...always.flatMap((duty) => standIns(duty, roster, byId)).filter(({ from, to }) => from <= at && at < to),
  ];
  return merged(duties, byId);
}

/** The duties of rostered roles that overlap the time from the one instant to before the other, by beginning. */
export function dutiesBetween(roster: Roster, people: readonly RosterPerson[], from: Instant, to: Instant): Duty[] {
  const byId = new Map(people.map((person) => [person.id, person]));
  return shiftsBetween(roster, from, to)
    .flatMap((shift) => standIns(shift, roster, byId))
    .filter((duty) => duty.from < to && duty.to > from)
    .sort((a, b) => a.from - b.from || compare(a.staff, b.staff));
}

type Shift = Omit<Duty, 'staff'>;

/** The shifts as they were planned, before anybody stands in. One that falls into a skipped hour does not take place. */
function shiftsBetween(roster: Roster, from: Instant, to: Instant): Shift[] {
  const instants = new Map<string, Instant>();
  const instantAt = (date: string, time: string): Instant => {
    const key = `${date} ${time}`;
    const known = instants.get(key) ?? instantOfLocal(date, time, roster.zone);
    instants.set(key, known);
    return known;
  };
  const first = addDays(localDateOf(from, roster.zone), -OVER_MIDNIGHT);
  const last = localDateOf(to, roster.zone);
  const shifts: Shift[] = [];
  for (let date = first; date <= last; date = addDays(date, 1)) {
    for (const line of roster.lines) {
      const times = timesOn(date, line, roster.overrides);
      if (!times) continue;
      const endsOn = timeOfDay(times.to) > timeOfDay(times.from) ? date : addDays(date, OVER_MIDNIGHT);
      const begins = instantAt(date, times.from);
      const ends = instantAt(endsOn, times.to);
      if (begins >= ends || begins >= to || ends <= from) continue;
      shifts.push({ rostered: line.staff, role: line.role, post: line.post, from: begins, to: ends });
    }
  }
  return shifts;
}

function timesOn(date: string, line: RosterLine, overrides: readonly RosterOverride[]): RosterOverride['shift'] {
  if (date < line.firstDay || (line.lastDay !== null && date > line.lastDay)) return null;
  const override = overrides.find((each) => each.line === line.id && each.date === date);
  if (override) return override.shift;
  return line.weekdays.includes(weekdayOf(date)) ? line : null;
}

/**
 * A shift cut where somebody begins or ceases to stand in. Left out is where nobody does it: the stand-in has left, does
 * not hold the role, or is himself away without one.
 */
function standIns(shift: Shift, { substitutions }: Roster, people: ReadonlyMap<string, RosterPerson>): Duty[] {
  const cuts = substitutions.flatMap(({ from, to }) => [from, to]).filter((at) => at > shift.from && at < shift.to);
  const bounds = [shift.from, ...[...new Set(cuts)].sort((a, b) => a - b), shift.to];
  const duties: Duty[] = [];
  for (const [index, from] of bounds.slice(0, -1).entries()) {
    const to = bounds[index + 1] ?? shift.to;
    const staff = standInOf(shift.rostered, substitutions, from);
    if (staff === null || !people.get(staff)?.roles.includes(shift.role)) continue;
    const before = duties.at(-1);
    if (before?.staff === staff && before.to === from) duties[duties.length - 1] = { ...before, to };
    else duties.push({ ...shift, staff, from, to });
  }
  return duties;
}

/** Whoever really comes; null when those who stand in for each other go round in a circle. */
function standInOf(staff: string, substitutions: readonly Substitution[], at: Instant): string | null {
  const asked = new Set<string>();
  for (let person = staff; !asked.has(person);) {
    asked.add(person);
    const next = substitutions.find(({ staff: away, from, to }) => away === person && from <= at && at < to);
    if (!next) return person;
    person = next.by;
  }
  return null;
}

/** One entry for the roles that somebody has in one and the same stretch. */
function merged(duties: readonly Duty[], people: ReadonlyMap<string, RosterPerson>): DutyPerson[] {
  const entries = new Map<string, DutyPerson>();
  for (const duty of duties) {
    const owner = people.get(duty.rostered);
    const post = duty.post ?? owner?.post ?? null;
    const key = JSON.stringify([duty.staff, duty.rostered, post, String(duty.from), String(duty.to)]);
    const before = entries.get(key);
    const roles = new Set([...(before?.roles ?? []), duty.role]);
    entries.set(key, {
      staff: duty.staff,
      roles: [...roles].sort(),
      department: (owner ?? people.get(duty.staff))?.department ?? null,
      post,
      zones: owner?.zones ?? [],
      skills: people.get(duty.staff)?.skills ?? [],
      since: Number.isFinite(duty.from) ? duty.from : null,
      until: Number.isFinite(duty.to) ? duty.to : null,
      substituteFor: duty.staff === duty.rostered ? null : duty.rostered,
    });
  }
  return [...entries.values()].sort((a, b) => compare(a.staff, b.staff) || (a.since ?? 0) - (b.since ?? 0));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Where a rostered role, or one of its posts, has nobody, or more than one at once. */
export interface Coverage {
  readonly role: Role;
  /** null: the role as a whole. */
  readonly post: string | null;
  readonly from: Instant;
  readonly to: Instant;
  /** Nobody: a gap. Several: an overlap. */
  readonly staff: readonly string[];
}

/** Gaps and overlaps from the one instant to before the other. */
export function coverage(roster: Roster, people: readonly RosterPerson[], from: Instant, to: Instant) {
  const duties = dutiesBetween(roster, people, from, to);
  const gaps: Coverage[] = [];
  const overlaps: Coverage[] = [];
  for (const { role, post, begins } of watched(roster)) {
    const mine = duties.filter((duty) => duty.role === role && (post === null || duty.post === post));
    const start = Math.max(from, instantOfLocal(begins, '00:00', roster.zone));
    for (const stretch of stretches(mine, start, to)) {
      if (stretch.staff.length === 0) gaps.push({ role, post, ...stretch });
      if (stretch.staff.length > 1) overlaps.push({ role, post, ...stretch });
    }
  }
  return { gaps, overlaps };
}

/** Each rostered role, and each post of it, with its first day. */
function watched({ lines }: Roster) {
  const units = new Map<string, { readonly role: Role; readonly post: string | null; readonly begins: string }>();
  for (const { role, post, firstDay } of lines) {
    for (const unit of post === null ? [null] : [null, post]) {
      const key = JSON.stringify([role, unit]);
      const known = units.get(key)?.begins ?? firstDay;
      units.set(key, { role, post: unit, begins: known < firstDay ? known : firstDay });
    }
  }
  return [...units].sort(([a], [b]) => compare(a, b)).map(([, unit]) => unit);
}

/** The time cut wherever somebody comes or goes; neighbours with the same people are one. */
function stretches(duties: readonly Duty[], from: Instant, to: Instant) {
  const inside = duties.flatMap((duty) => [duty.from, duty.to]).filter((at) => at > from && at < to);
  const bounds = [from, ...[...new Set(inside)].sort((a, b) => a - b), to];
  const found: { from: Instant; to: Instant; staff: readonly string[] }[] = [];
  for (const [index, begins] of bounds.slice(0, -1).entries()) {
    const ends = bounds[index + 1] ?? to;
    if (ends <= begins) continue;
    const there = duties.filter((duty) => duty.from <= begins && duty.to >= ends).map(({ staff }) => staff);
    const staff = [...new Set(there)].sort();
    const before = found.at(-1);
    if (before && before.to === begins && before.staff.join(' ') === staff.join(' ')) before.to = ends;
    else found.push({ from: begins, to: ends, staff });
  }
  return found;
}

/** How far around an instant a roster must be known to say who is on duty. */
export const ROSTER_REACH = 2 * DAY;
