import { Temporal } from '@js-temporal/polyfill';
import fc from 'fast-check';
import { DAY, HOUR, MINUTE } from '../../domain/instant';
import { addDays, instantOfLocal, isZone, localDateOf, localTimeOf, timeOfDay, weekdayOf } from '../../domain/zone';

/** Zones with every habit there is: no changes, gaps at midnight, half hours, two hours, whole days skipped. */
const ZONES = [
  'UTC',
  'Asia/Shanghai',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Asia/Tehran',
  'Asia/Beirut',
  'Asia/Gaza',
  'Africa/Cairo',
  'Africa/Casablanca',
  'America/New_York',
  'America/Sao_Paulo',
  'America/Santiago',
  'America/Havana',
  'America/St_Johns',
  'America/Asuncion',
  'Antarctica/Troll',
  'Australia/Lord_Howe',
  'Europe/Dublin',
  'Europe/London',
  'Pacific/Apia',
  'Pacific/Chatham',
  'Pacific/Kiritimati',
];

const FROM = Date.UTC(1975, 0, 1);
const TO = Date.UTC(2045, 0, 1);
const zone = fc.constantFrom(...ZONES);
const instant = fc.integer({ min: FROM, max: TO });

const seen = (at: number, id: string) => Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(id);

/** The rule of zone.ts by the oracle: the first of a repeated time, the first instant after a skipped one. */
function expectedInstant(date: string, time: string, id: string): number {
  const wall = Temporal.PlainDate.from(date).toPlainDateTime(Temporal.PlainTime.from(time));
  const first = wall.toZonedDateTime(id, { disambiguation: 'earlier' });
  if (first.toPlainDateTime().equals(wall)) return first.epochMilliseconds;
  return first.getTimeZoneTransition('next')!.epochMilliseconds;
}

/** An instant within two hours of a change of the zone's clock, where there is one in the next years. */
function nearChange(at: number, id: string, offset: number): number {
  const change = seen(at, id).getTimeZoneTransition('next');
  return change && change.epochMilliseconds < TO ? change.epochMilliseconds + offset : at;
}

const closeBy = fc.integer({ min: -2 * HOUR, max: 2 * HOUR });

describe('the local time of an instant', () => {
  it('is what the oracle reads, in every zone', () => {
    fc.assert(
      fc.property(instant, zone, fc.option(closeBy), (any, id, offset) => {
        const at = offset === null ? any : nearChange(any, id, offset);
        const local = seen(at, id);
        const { hour, minute, second, millisecond } = local;
        expect(localTimeOf(at, id)).toEqual({
          date: local.toPlainDate().toString(),
          timeOfDay: ((hour * 60 + minute) * 60 + second) * 1000 + millisecond,
          weekday: local.dayOfWeek,
        });
        expect(localDateOf(at, id)).toBe(local.toPlainDate().toString());
      }),
      { numRuns: 300 },
    );
  });

  it('keeps milliseconds before the epoch too', () => {
    expect(localTimeOf(-1, 'UTC')).toEqual({ date: '1969-12-31', timeOfDay: DAY - 1, weekday: 3 });
  });
});

describe('the instant of a local time', () => {
  const wall = fc.tuple(instant, zone, fc.option(closeBy), fc.integer({ min: 0, max: 24 * 60 - 1 }));

  it('is what the oracle computes: the first of a repeated time, the end of a gap', () => {
    fc.assert(
      fc.property(wall, ([any, id, offset, minutes]) => {
        const local = seen(offset === null ? any : nearChange(any, id, offset), id);
        const date = local.toPlainDate().toString();
        const [hour, minute] = offset === null ? [Math.floor(minutes / 60), minutes % 60] : [local.hour, local.minute];
        const time = `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
        expect([date, time, id, instantOfLocal(date, time, id)]).toEqual([
          date,
          time,
          id,
          expectedInstant(date, time, id),
        ]);
      }),
      { numRuns: 400 },
    );
  });

  it.each([
    // Midnight does not exist: the day begins at 01:00.
    ['Africa/Cairo', '2026-04-24', '00:00', '2026-04-23T22:00:00Z'],
    ['America/Sao_Paulo', '2018-11-04', '00:00', '2018-11-04T03:00:00Z'],
    ['Asia/Beirut', '2026-03-29', '00:30', '2026-03-28T22:00:00Z'],
    // Lord Howe moves by half an hour.
    ['Australia/Lord_Howe', '2026-10-04', '02:15', '2026-10-03T15:30:00Z'],
    // A whole day was skipped.
    ['Pacific/Apia', '2011-12-30', '17:00', '2011-12-30T10:00:00Z'],
    ['Pacific/Apia', '2011-12-31', '00:00', '2011-12-30T10:00:00Z'],
    // An hour that comes twice: the first of both.
    ['America/New_York', '2026-11-01', '01:30', '2026-11-01T05:30:00Z'],
    ['America/Sao_Paulo', '2018-02-17', '23:30', '2018-02-18T01:30:00Z'],
    ['America/St_Johns', '2010-11-07', '00:00', '2010-11-07T02:30:00Z'],
    // 17:00 of days with 23 and 25 hours, and of the leap day.
    ['Europe/London', '2026-03-29', '17:00', '2026-03-29T16:00:00Z'],
    ['Europe/London', '2026-10-25', '17:00', '2026-10-25T17:00:00Z'],
    ['Asia/Shanghai', '2028-02-29', '17:00', '2028-02-29T09:00:00Z'],
    // Shanghai had summer time until 1991.
    ['Asia/Shanghai', '1986-07-01', '12:00', '1986-07-01T03:00:00Z'],
  ])('%s %s %s', (id, date, time, expected) => {
    expect(new Date(instantOfLocal(date, time, id))).toEqual(new Date(expected));
  });

  it('makes local days of 23, 24 and 25 hours', () => {
    const length = (date: string, id: string) =>
      (instantOfLocal(addDays(date, 1), '00:00', id) - instantOfLocal(date, '00:00', id)) / HOUR;
    expect(length('2026-03-08', 'America/New_York')).toBe(23);
    expect(length('2026-11-01', 'America/New_York')).toBe(25);
    expect(length('2026-04-24', 'Africa/Cairo')).toBe(23);
    expect(length('2026-10-04', 'Australia/Lord_Howe')).toBe(23.5);
    expect(length('2026-11-23', 'Asia/Shanghai')).toBe(24);
  });
});

describe('local dates', () => {
  it('are counted as the oracle counts them', () => {
    const days = fc.integer({ min: -40_000, max: 40_000 });
    fc.assert(
      fc.property(instant, days, (at, n) => {
        const date = Temporal.PlainDate.from(new Date(at).toISOString().slice(0, 10));
        const moved = date.add({ days: n });
        if (moved.year < 1900 || moved.year > 2150) return;
        expect(addDays(date.toString(), n)).toBe(moved.toString());
        expect(weekdayOf(date.toString())).toBe(date.dayOfWeek);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['2026-02-28', 1, '2026-03-01'],
    ['2028-02-28', 1, '2028-02-29'],
    ['2028-02-29', 1, '2028-03-01'],
    ['2028-02-29', 366, '2029-03-01'],
    ['2026-12-31', 1, '2027-01-01'],
    ['2027-01-01', -1, '2026-12-31'],
    ['2026-01-31', 31, '2026-03-03'],
  ])('%s plus %i is %s', (date, days, expected) => {
    expect(addDays(date, days)).toBe(expected);
  });

  it('know Monday as the first day of the week', () => {
    expect(weekdayOf('2026-11-23')).toBe(1);
    expect(weekdayOf('2026-11-29')).toBe(7);
    expect(weekdayOf('1969-12-28')).toBe(7);
  });
});

describe('zones and times of day', () => {
  it('are known or not', () => {
    expect(ZONES.every(isZone)).toBe(true);
    expect(isZone('Asia/Nowhere')).toBe(false);
    expect(isZone('')).toBe(false);
  });

  it('reach 24:00', () => {
    expect(timeOfDay('00:00')).toBe(0);
    expect(timeOfDay('07:05')).toBe(7 * HOUR + 5 * MINUTE);
    expect(timeOfDay('24:00')).toBe(DAY);
  });
});
