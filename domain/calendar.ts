import type { Instant, Millis } from './instant';
import { addDays, instantOfLocal, localDateOf, weekdayOf } from './zone';

/**
 * Working time. `null` stands for the wall clock, 24 × 7, which is what a limit uses unless its policy names a
 * calendar (policies.md). Windows are local times of the project's zone.
 */
export interface Calendar {
  readonly version: string;
  /** Windows by weekday, 1 = Monday … 7 = Sunday; each `[from, to]` as `HH:MM`, ascending, `24:00` allowed as an end. */
  readonly windows: Readonly<Record<string, readonly (readonly [string, string])[]>>;
  /** Local dates without any window. */
  readonly holidays: readonly string[];
  /** Local dates worked like a Monday though they fall on a rest day (调休). */
  readonly workdays: readonly string[];
}

/** What a project adds to the calendars of a policy: its own holidays and working days. */
export interface ProjectDays {
  /** Counted from 1. */
  readonly version: number;
  /** Local dates. */
  readonly holidays: readonly string[];
  readonly workdays: readonly string[];
}

/** A calendar with the days of a project, which go before the policy's. The version names both. */
export function withDays(calendar: Calendar, days: ProjectDays | null): Calendar {
  if (!days) return calendar;
  const merged = (own: readonly string[], theirs: readonly string[], against: readonly string[]) =>
    [...new Set([...theirs.filter((date) => !against.includes(date)), ...own])].sort();
  return {
    ...calendar,
    version: `${calendar.version}+project.${days.version}`,
    holidays: merged(days.holidays, calendar.holidays, days.workdays),
    workdays: merged(days.workdays, calendar.workdays, days.holidays),
  };
}

/** A stretch in which a clock stood still; `to` is missing while it still stands. */
export interface Interval {
  readonly from: Instant;
  readonly to?: Instant;
}

/** How far `advance` looks before it says that a calendar has no working time. */
const HORIZON_DAYS = 3_660;

/** The working windows from `start` on, clipped to it, ascending and without end. */
function* windowsFrom(start: Instant, calendar: Calendar | null, zone: string): Generator<[Instant, Instant]> {
  if (!calendar) {
    yield [start, Number.POSITIVE_INFINITY];
    return;
  }
  let date = localDateOf(start, zone);
  for (let day = 0; day <= HORIZON_DAYS; day += 1, date = addDays(date, 1)) {
    for (const [from, to] of windowsOn(date, calendar)) {
      const opens = Math.max(start, instantOfLocal(date, from, zone));
      const closes = instantOfLocal(to === '24:00' ? addDays(date, 1) : date, to === '24:00' ? '00:00' : to, zone);
      if (closes > opens) yield [opens, closes];
    }
  }
}

/** The windows of one local date, as the calendar has them. */
export function windowsOn(date: string, calendar: Calendar): readonly (readonly [string, string])[] {
  if (calendar.holidays.includes(date)) return [];
  const weekday = calendar.workdays.includes(date) ? 1 : weekdayOf(date);
  return calendar.windows[String(weekday)] ?? [];
}

/** The parts of the windows in which no pause holds. */
function* activeFrom(
  start: Instant,
  calendar: Calendar | null,
  zone: string,
  pauses: readonly Interval[],
): Generator<[Instant, Instant]> {
  for (const [opens, closes] of windowsFrom(start, calendar, zone)) {
    let from = opens;
    for (const pause of pauses) {
      const until = pause.to ?? Number.POSITIVE_INFINITY;
      if (until <= from || pause.from >= closes) continue;
      if (pause.from > from) yield [from, pause.from];
      from = Math.max(from, until);
    }
    // An open pause: nothing runs any more, however many windows are to come.
    if (from === Number.POSITIVE_INFINITY) return;
    if (from < closes) yield [from, closes];
  }
}

/**
 * The instant at which `amount` of working time has run since `start`, pauses left out; null while an open pause
 * keeps it from ever being reached.
 * @throws RangeError when the calendar has no working time within ten years
 */
export function advance(
  start: Instant,
  amount: Millis,
  calendar: Calendar | null,
  zone: string,
  pauses: readonly Interval[] = [],
): Instant | null {
  let left = amount;
  if (left <= 0) return start;
  for (const [from, to] of activeFrom(start, calendar, zone, pauses)) {
    if (to - from >= left) return from + left;
    left -= to - from;
  }
  if (pauses.some((pause) => pause.to === undefined)) return null;
  throw new RangeError('the calendar has no working time within ten years');
}

/** Working time between two instants, pauses left out. Inverse of `advance`. */
export function elapsed(
  start: Instant,
  end: Instant,
  calendar: Calendar | null,
  zone: string,
  pauses: readonly Interval[] = [],
): Millis {
  let sum = 0;
  for (const [from, to] of activeFrom(start, calendar, zone, pauses)) {
    if (from >= end) break;
    sum += Math.min(to, end) - from;
  }
  return sum;
}
