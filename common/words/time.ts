import { HOUR, MINUTE, SECOND, type Instant, type Millis } from '../../domain/instant';
import { localTimeOf } from '../../domain/zone';
import type { Locale, WordKey } from './tables';
import { words } from './words';

/** Limits are named in hours up to here, as the policies do: 72 h of working time are not three days. */
const HOURS_UP_TO = 96 * HOUR;
/** Below it, what is no whole minute is shown as m:ss (console.md "Durations"). */
const CLOCK_BELOW = 10 * MINUTE;

/** `2026-11-23 周一 16:00` or `Mon 2026-11-23 16:00`, by the wall clock of the zone; seconds only where there are any. */
export function formatInstant(instant: Instant, zone: string, locale: Locale): string {
  const { date, timeOfDay, weekday } = localTimeOf(instant, zone);
  const day = `time.weekday.${weekday}` as WordKey;
  return words(locale).say('time.instant', { date, weekday: words(locale).say(day), time: clock(timeOfDay) });
}

function clock(timeOfDay: Millis): string {
  const seconds = Math.floor((timeOfDay % MINUTE) / SECOND);
  const minutes = `${pad(Math.floor(timeOfDay / HOUR))}:${pad(Math.floor((timeOfDay % HOUR) / MINUTE))}`;
  return seconds === 0 ? minutes : `${minutes}:${pad(seconds)}`;
}

/** `2 小时` / `2 h`, `1 小时 05 分` / `1 h 05 min`, `2:40`. The sign is left out; parts of a second are cut off. */
export function formatDuration(length: Millis, locale: Locale): string {
  const { say } = words(locale);
  const whole = Math.floor(Math.abs(length) / SECOND) * SECOND;
  const minutes = Math.floor(whole / MINUTE);
  if (whole < CLOCK_BELOW && whole % MINUTE !== 0) return `${minutes}:${pad((whole % MINUTE) / SECOND)}`;
  if (whole < HOUR) return say('time.minutes', { minutes: String(minutes) });
  const hours = Math.floor(whole / HOUR);
  if (whole > HOURS_UP_TO) {
    const days = String(Math.floor(hours / 24));
    return hours % 24 === 0 ? say('time.days', { days }) : say('time.days-hours', { days, hours: String(hours % 24) });
  }
  const rest = minutes % 60;
  if (rest === 0) return say('time.hours', { hours: String(hours) });
  return say('time.hours-minutes', { hours: String(hours), minutes: pad(rest) });
}

/** How late or early something was done. */
export function formatLateness(late: Millis, locale: Locale): string {
  if (Math.abs(late) < SECOND) return words(locale).say('time.on-time');
  return words(locale).say(late > 0 ? 'time.late' : 'time.early', { amount: formatDuration(late, locale) });
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
