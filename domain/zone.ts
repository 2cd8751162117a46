import { DAY, type Instant, type Millis } from './instant';

/**
 * Wall time in an explicit IANA zone. The machine's own zone is never asked, so a history replays alike everywhere.
 * Local dates are `YYYY-MM-DD`, local times `HH:MM`.
 */
export interface LocalTime {
  readonly date: string;
  /** Milliseconds since local midnight by the wall clock. */
  readonly timeOfDay: Millis;
  /** 1 = Monday … 7 = Sunday. */
  readonly weekday: number;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(zone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(zone);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formatters.set(zone, formatter);
  }
  return formatter;
}

/** The wall clock of the zone at this instant, read as if it were UTC. */
function wallAsUtc(instant: Instant, zone: string): Millis {
  // `9/21/2026, 22:13:20`, always in this order: three times as fast as asking for its parts, and every case asks often.
  const numbers = formatterOf(zone).format(instant).match(/\d+/g) ?? [];
  const [month = 1, day = 1, year = 0, hour = 0, minute = 0, second = 0] = numbers.map(Number);
  const milliseconds = ((instant % 1000) + 1000) % 1000;
  return Date.UTC(year, month - 1, day, hour, minute, second, milliseconds);
}

function offsetAt(instant: Instant, zone: string): Millis {
  return wallAsUtc(instant, zone) - instant;
}

export function isZone(zone: string): boolean {
  try {
    formatterOf(zone);
    return true;
  } catch {
    return false;
  }
}

export function localTimeOf(instant: Instant, zone: string): LocalTime {
  const wall = wallAsUtc(instant, zone);
  const timeOfDay = ((wall % DAY) + DAY) % DAY;
  const day = Math.floor(wall / DAY);
  return { date: dateOfDay(day), timeOfDay, weekday: ((((day + 3) % 7) + 7) % 7) + 1 };
}

export function localDateOf(instant: Instant, zone: string): string {
  return localTimeOf(instant, zone).date;
}

/** `2026-02-28` plus 1 is `2026-03-01`. */
export function addDays(date: string, days: number): string {
  return dateOfDay(dayOfDate(date) + days);
}

/** 1 = Monday … 7 = Sunday. */
export function weekdayOf(date: string): number {
  return ((((dayOfDate(date) + 3) % 7) + 7) % 7) + 1;
}

/** `HH:MM` (also `24:00`) in milliseconds since midnight. */
export function timeOfDay(text: string): Millis {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return (hours * 60 + minutes) * 60_000;
}

/** Whether the zone's clock shows a time from `from` inclusive to `to` exclusive; over midnight when `to` is earlier. */
export function isBetween(at: Instant, { from, to }: { readonly from: string; readonly to: string }, zone: string) {
  const now = localTimeOf(at, zone).timeOfDay;
  const [begin, end] = [timeOfDay(from), timeOfDay(to)];
  return begin <= end ? now >= begin && now < end : now >= begin || now < end;
}

/** Today's 17:00 is asked for by every case at every event. Some days of some zones are kept. */
const LOCAL_KEPT = 1_000;
const localKept = new Map<string, Instant>();

/**
 * The instant at which the zone's clock shows this local time. A time that a clock change skips becomes the first
 * instant after the gap; one that it repeats, the first of both.
 */
export function instantOfLocal(date: string, time: string, zone: string): Instant {
  const name = `${date} ${time} ${zone}`;
  const known = localKept.get(name);
  if (known !== undefined) return known;
  const instant = findLocal(date, time, zone);
  if (localKept.size >= LOCAL_KEPT) localKept.clear();
  localKept.set(name, instant);
  return instant;
}

function findLocal(date: string, time: string, zone: string): Instant {
  const wall = dayOfDate(date) * DAY + timeOfDay(time);
  const before = offsetAt(wall - DAY, zone);
  const after = offsetAt(wall + DAY, zone);
  const candidates = [wall - before, wall - after].sort((a, b) => a - b);
  for (const candidate of candidates) {
    if (wallAsUtc(candidate, zone) === wall) return candidate;
  }
  return endOfGap(candidates[0] ?? wall, candidates[1] ?? wall, zone);
}

/** The clock change between two instants, to the millisecond. */
function endOfGap(from: Instant, to: Instant, zone: string): Instant {
  const before = offsetAt(from, zone);
  let low = from;
  let high = to;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle, zone) === before) low = middle;
    else high = middle;
  }
  return high;
}

function dayOfDate(date: string): number {
  const [year = 1970, month = 1, day = 1] = date.split('-').map(Number);
  return Date.UTC(year, month - 1, day) / DAY;
}

function dateOfDay(day: number): string {
  return new Date(day * DAY).toISOString().slice(0, 10);
}
