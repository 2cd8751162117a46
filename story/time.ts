import { DAY, HOUR, MINUTE, SECOND, type Instant, type Millis } from '../domain/instant';
import { addDays, instantOfLocal, localTimeOf, weekdayOf } from '../domain/zone';

/**
 * The moments and lengths of time that a story writes (docs/stories.md "Time"). A moment is parsed without a zone and
 * becomes an instant when the project's zone and the moment it counts from are known.
 */
export type Moment =
  | { readonly kind: 'instant'; readonly instant: Instant }
  | { readonly kind: 'date'; readonly date: string; readonly clock: Millis }
  /** `days` local days after the day of `from`, at this time of day. `from` null: the moment where it is written. */
  | { readonly kind: 'day'; readonly from: string | null; readonly days: number; readonly clock: Millis }
  | { readonly kind: 'elapsed'; readonly from: string | null; readonly ms: Millis };

/** Where a moment is written: what `+15m` and `17:00` count from, and the names it may count from instead. */
export interface Here {
  readonly zone: string;
  readonly now: Instant;
  readonly named: Readonly<Record<string, Instant>>;
}

export class MomentError extends Error {
  override readonly name = 'MomentError';
}

/** The name of the story's first moment. */
export const START = 'start';
export const MOMENT = 'a moment like "2026-11-23 09:00", "17:00", "+15m", "+1d 17:00" or "start+2h"';
export const DURATION = 'a length of time like "15m", "1h30m", "2d" or "500ms"';

const UNIT: Readonly<Record<string, Millis>> = { d: DAY, h: HOUR, m: MINUTE, s: SECOND, ms: 1 };
const LENGTH = /^(?=\d)(?:(\d{1,4})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m(?!s))?(?:(\d{1,7})s)?(?:(\d{1,9})ms)?$/;
const CLOCK = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,3}))?)?$/;
const WITH_OFFSET = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})$/;
const DATED = /^(\d{4}-\d{2}-\d{2}) (\S+)$/;
const RELATIVE = /^([a-z][a-z0-9_-]*)?([+-])(\d[0-9a-z]*)(?:\s+(\S+))?$/;
const NAMED = /^([a-z][a-z0-9_-]*)(?:\s+(\S+))?$/;
const WHOLE_DAYS = /^(\d{1,4})d$/;

/** @returns null for anything that is not a length of time. */
export function parseDuration(text: string): Millis | null {
  const parts = LENGTH.exec(text);
  if (!parts) return null;
  const units = ['d', 'h', 'm', 's', 'ms'];
  return units.reduce((sum, unit, index) => sum + Number(parts[index + 1] ?? 0) * (UNIT[unit] ?? 0), 0);
}

/** Time of day in milliseconds; null for anything else. */
export function parseClock(text: string): Millis | null {
  const parts = CLOCK.exec(text);
  if (!parts) return null;
  const [, hours, minutes, seconds = '0', fraction = '0'] = parts;
  return Number(hours) * HOUR + Number(minutes) * MINUTE + Number(seconds) * SECOND + Number(fraction.padEnd(3, '0'));
}

/** @returns null for anything that is not a moment. */
export function parseMoment(written: string): Moment | null {
  const text = written.trim();
  if (WITH_OFFSET.test(text)) {
    const instant = Date.parse(text);
    return Number.isFinite(instant) ? { kind: 'instant', instant } : null;
  }
  const clock = parseClock(text);
  if (clock !== null) return { kind: 'day', from: null, days: 0, clock };
  const dated = DATED.exec(text);
  if (dated) return parseDated(dated[1] ?? '', dated[2] ?? '');
  return parseRelative(text);
}

function parseDated(date: string, time: string): Moment | null {
  const clock = parseClock(time);
  const midnight = Date.parse(`${date}T00:00:00Z`);
  const exists = Number.isFinite(midnight) && new Date(midnight).toISOString().startsWith(date);
  return clock === null || !exists ? null : { kind: 'date', date, clock };
}

function parseRelative(text: string): Moment | null {
  const [, from = null, sign, amount = '', time] = RELATIVE.exec(text) ?? [];
  const factor = sign === '-' ? -1 : 1;
  const clock = time === undefined ? null : parseClock(time);
  const days = WHOLE_DAYS.exec(amount)?.[1];
  if (clock !== null && days !== undefined) return { kind: 'day', from, days: factor * Number(days), clock };
  const ms = time === undefined ? parseDuration(amount) : null;
  return ms === null ? parseNamed(text) : { kind: 'elapsed', from, ms: factor * ms };
}

/** `paused`, `paused 19:00`. */
function parseNamed(text: string): Moment | null {
  const [, from, time] = NAMED.exec(text) ?? [];
  if (from === undefined) return null;
  if (time === undefined) return { kind: 'elapsed', from, ms: 0 };
  const clock = parseClock(time);
  return clock === null ? null : { kind: 'day', from, days: 0, clock };
}

/**
 * @throws MomentError when it counts from a name that no earlier step has, or names a local time that a clock change
 * skips.
 */
export function resolveMoment(moment: Moment, here: Here): Instant {
  switch (moment.kind) {
    case 'instant':
      return moment.instant;
    case 'date':
      return atWall(moment.date, moment.clock, here.zone);
    case 'day': {
      const { date } = localTimeOf(origin(moment.from, here), here.zone);
      return atWall(addDays(date, moment.days), moment.clock, here.zone);
    }
    case 'elapsed':
      return origin(moment.from, here) + moment.ms;
  }
}

function origin(from: string | null, here: Here): Instant {
  if (from === null) return here.now;
  const known = here.named[from];
  if (known !== undefined) return known;
  const names = Object.keys(here.named).join(', ');
  throw new MomentError(`no moment before this one is named "${from}"; known: ${names}`);
}

/** The instant at which the zone's clock shows this; of a time that comes twice, the first. */
export function atWall(date: string, clock: Millis, zone: string): Instant {
  const instant = instantOfLocal(date, clockText(clock).slice(0, 5), zone) + (clock % MINUTE);
  const shown = localTimeOf(instant, zone);
  if (shown.date === date && shown.timeOfDay === clock) return instant;
  throw new MomentError(`${date} ${clockText(clock)} does not exist in ${zone}: the clocks go forward over it`);
}

/** `09:00`, `16:59:59.500`: seconds only when there are any. */
export function clockText(clock: Millis): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const short = `${two(clock / HOUR)}:${two((clock % HOUR) / MINUTE)}`;
  const rest = clock % MINUTE;
  if (rest === 0) return short;
  const fraction = rest % SECOND === 0 ? '' : `.${String(rest % SECOND).padStart(3, '0')}`;
  return `${short}:${two(rest / SECOND)}${fraction}`;
}

/** `2026-11-23 17:00`, as a story writes it. */
export function localText(instant: Instant, zone: string): string {
  const { date, timeOfDay } = localTimeOf(instant, zone);
  return `${date} ${clockText(timeOfDay)}`;
}

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** `Mon 2026-11-23` */
export function dayText(instant: Instant, zone: string): string {
  const { date } = localTimeOf(instant, zone);
  return `${WEEKDAYS[weekdayOf(date) - 1] ?? ''} ${date}`;
}

/** `1h30m`, `-5m`, `0s`: exact. */
export function durationText(length: Millis): string {
  if (length < 0) return `-${durationText(-length)}`;
  let left = Math.round(length);
  let text = '';
  for (const [unit, size] of Object.entries(UNIT)) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) text += `${count}${unit}`;
  }
  return text === '' ? '0s' : text;
}

/** RFC 3339 with the zone's own offset: what the API is sent. */
export function offsetText(instant: Instant, zone: string): string {
  const { date, timeOfDay } = localTimeOf(instant, zone);
  const offset = Math.round((Date.parse(`${date}T00:00:00Z`) + timeOfDay - instant) / MINUTE);
  const two = (value: number): string => String(value).padStart(2, '0');
  const absolute = Math.abs(offset);
  const clock = new Date(timeOfDay).toISOString().slice(11, 23);
  return `${date}T${clock}${offset < 0 ? '-' : '+'}${two(Math.floor(absolute / 60))}:${two(absolute % 60)}`;
}
