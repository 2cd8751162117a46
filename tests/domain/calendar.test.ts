import { Temporal } from '@js-temporal/polyfill';
import fc from 'fast-check';
import { advance, elapsed, windowsOn, withDays, type Calendar, type Interval } from '../../domain/calendar';
import { DAY, HOUR, MINUTE } from '../../domain/instant';
import { instantOfLocal } from '../../domain/zone';
import { SHANGHAI, sh } from './support';

const OFFICE: Calendar = {
  version: '2026-1',
  windows: {
    '1': [
      ['08:00', '12:00'],
      ['13:00', '18:00'],
    ],
    '2': [
      ['08:00', '12:00'],
      ['13:00', '18:00'],
    ],
    '3': [['08:00', '18:00']],
    '4': [['08:00', '18:00']],
    '5': [['08:00', '17:30']],
    '6': [['00:00', '24:00']],
  },
  holidays: ['2026-10-01', '2026-10-02', '2026-03-09', '2028-02-29'],
  workdays: ['2026-10-11', '2026-11-01', '2026-03-08'],
};

const ZONES = [
  SHANGHAI,
  'America/New_York',
  'Europe/London',
  'Australia/Lord_Howe',
  'Africa/Cairo',
  'America/Sao_Paulo',
];
const QUARTER = 15 * MINUTE;

const minutesOf = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

/** Whether the clock on the wall stands inside a window, asked of the oracle one quarter of an hour after the other. */
function isWorking(at: number, zone: string, calendar: Calendar): boolean {
  const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  const date = local.toPlainDate().toString();
  if (calendar.holidays.includes(date)) return false;
  const weekday = calendar.workdays.includes(date) ? 1 : local.dayOfWeek;
  const now = local.hour * 60 + local.minute;
  return (calendar.windows[weekday] ?? []).some(([from, to]) => now >= minutesOf(from) && now < minutesOf(to));
}

function workedQuarters(start: number, end: number, zone: string, pauses: readonly Interval[]): number {
  let sum = 0;
  for (let at = start; at < end; at += QUARTER) {
    const paused = pauses.some(({ from, to }) => at >= from && at < (to ?? Infinity));
    if (!paused && isWorking(at, zone, OFFICE)) sum += QUARTER;
  }
  return sum;
}

/** Days around clock changes, month ends, the leap day, and the calendar's own exceptions. */
const BEGINS = [
  '2026-10-30',
  '2026-03-06',
  '2026-03-27',
  '2026-09-30',
  '2028-02-27',
  '2026-12-30',
  '2026-04-23',
  '2018-11-02',
];
const start = fc
  .tuple(fc.constantFrom(...BEGINS), fc.integer({ min: 0, max: 4 * 24 * 4 }))
  .map(([date, quarters]) => Date.parse(`${date}T00:00Z`) + quarters * QUARTER);
const quarters = (max: number) => fc.integer({ min: 0, max }).map((n) => n * QUARTER);

/** Pauses as a case has them: one after the other, the last one perhaps still open. */
const pausesFrom = (from: number) =>
  fc
    .tuple(fc.array(fc.tuple(quarters(40), quarters(60)), { maxLength: 3 }), fc.boolean())
    .map(([lengths, open]): Interval[] => {
      let at = from;
      const pauses = lengths.map(([gap, length]) => {
        const begin = at + gap;
        at = begin + length;
        return { from: begin, to: at };
      });
      const last = pauses.pop();
      return last ? [...pauses, open ? { from: last.from } : last] : [];
    });
const stretch = fc
  .tuple(start, quarters(4 * 24 * 5), fc.constantFrom(...ZONES))
  .chain(([from, length, zone]) => fc.tuple(fc.constant({ from, to: from + length, zone }), pausesFrom(from)));

describe('elapsed working time', () => {
  it('is what the oracle counts by the wall clock, pauses left out', () => {
    fc.assert(
      fc.property(stretch, ([{ from, to, zone }, pauses]) => {
        expect(elapsed(from, to, OFFICE, zone, pauses)).toBe(workedQuarters(from, to, zone, pauses));
      }),
      { numRuns: 60 },
    );
  });

  it('adds up, and runs with the clock when there is no calendar', () => {
    fc.assert(
      fc.property(stretch, fc.double({ min: 0, max: 1, noNaN: true }), ([{ from, to, zone }, pauses], share) => {
        const between = from + Math.round((to - from) * share);
        for (const calendar of [OFFICE, null]) {
          const parts = elapsed(from, between, calendar, zone, pauses) + elapsed(between, to, calendar, zone, pauses);
          expect(parts).toBe(elapsed(from, to, calendar, zone, pauses));
        }
        expect(elapsed(from, to, null, zone)).toBe(to - from);
      }),
      { numRuns: 150 },
    );
  });

  it('is nothing before the start', () => {
    expect(elapsed(1000, 500, null, SHANGHAI)).toBe(0);
    expect(elapsed(sh('2026-11-23 09:00'), sh('2026-11-23 08:30'), OFFICE, SHANGHAI)).toBe(0);
  });
});

describe('advancing by working time', () => {
  it('is the inverse of elapsed', () => {
    fc.assert(
      fc.property(stretch, fc.integer({ min: 1, max: 40 * HOUR }), ([{ from, zone }, pauses], amount) => {
        for (const calendar of [OFFICE, null]) {
          const reached = advance(from, amount, calendar, zone, pauses);
          if (reached === null) {
            const open = pauses.at(-1)!;
            expect(open.to).toBeUndefined();
            expect(elapsed(from, open.from, calendar, zone, pauses)).toBeLessThan(amount);
            continue;
          }
          expect(elapsed(from, reached, calendar, zone, pauses)).toBe(amount);
          // It is the first such instant: the clock ran in the millisecond before.
          expect(elapsed(from, reached - 1, calendar, zone, pauses)).toBe(amount - 1);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('reaches nothing at once, and never while a pause is open', () => {
    const at = sh('2026-11-23 09:00');
    expect(advance(at, 0, OFFICE, SHANGHAI)).toBe(at);
    expect(advance(at, 0, null, SHANGHAI, [{ from: at }])).toBe(at);
    expect(advance(at, 1, null, SHANGHAI, [{ from: at }])).toBeNull();
    expect(advance(at, HOUR, null, SHANGHAI, [{ from: at + HOUR }])).toBe(at + HOUR);
    expect(advance(at, HOUR + 1, null, SHANGHAI, [{ from: at + HOUR }])).toBeNull();
    expect(advance(at, HOUR, OFFICE, SHANGHAI, [{ from: at + HOUR - 1 }])).toBeNull();
  });

  it('says that a calendar has no working time, instead of looking for ever', () => {
    const never: Calendar = { version: '1', windows: {}, holidays: [], workdays: [] };
    expect(() => advance(sh('2026-11-23 09:00'), 1, never, SHANGHAI)).toThrow(RangeError);
  });

  it.each([
    // Over a lunch break, a night, a weekend that is worked all Saturday, and a rest day worked like a Monday.
    ['2026-11-23 11:00', 2 * HOUR, '2026-11-23 14:00'],
    ['2026-11-23 12:00', 1, '2026-11-23 13:00:00.001'],
    ['2026-11-23 17:00', 2 * HOUR, '2026-11-24 09:00'],
    ['2026-11-27 17:00', HOUR, '2026-11-28 00:30'],
    ['2026-11-27 17:00', 24.5 * HOUR, '2026-11-29 00:00'],
    ['2026-11-27 17:00', 24.5 * HOUR + 1, '2026-11-30 08:00:00.001'],
    ['2026-09-30 17:00', 2 * HOUR, '2026-10-03 01:00'],
    ['2026-10-11 11:30', HOUR, '2026-10-11 13:30'],
    // The end of a year and of February; the leap day is a holiday of this calendar.
    ['2026-12-31 17:30', HOUR, '2027-01-01 08:30'],
    ['2028-02-28 17:30', HOUR, '2028-03-01 08:30'],
  ])('from %s by %i ms comes to %s', (from, amount, expected) => {
    expect(advance(sh(from), amount, OFFICE, SHANGHAI)).toBe(sh(expected));
  });

  it('counts real hours on days that a clock change makes shorter or longer', () => {
    const day: Calendar = { version: '1', windows: { '7': [['00:00', '24:00']] }, holidays: [], workdays: [] };
    const length = (date: string, next: string, zone: string) =>
      elapsed(instantOfLocal(date, '00:00', zone), instantOfLocal(next, '00:00', zone), day, zone);
    expect(length('2026-03-08', '2026-03-09', 'America/New_York')).toBe(23 * HOUR);
    expect(length('2026-11-01', '2026-11-02', 'America/New_York')).toBe(25 * HOUR);
    expect(length('2018-11-04', '2018-11-05', 'America/Sao_Paulo')).toBe(23 * HOUR);
    expect(length('2026-10-04', '2026-10-05', 'Australia/Lord_Howe')).toBe(23.5 * HOUR);
    expect(length('2026-11-29', '2026-11-30', SHANGHAI)).toBe(DAY);
  });

  it('opens and closes windows at the clock change when their edges are skipped or come twice', () => {
    const early: Calendar = { version: '1', windows: { '7': [['01:30', '02:30']] }, holidays: [], workdays: [] };
    const midnight: Calendar = { version: '1', windows: { '5': [['00:00', '01:30']] }, holidays: [], workdays: [] };
    const length = (calendar: Calendar, date: string, zone: string) => {
      const from = instantOfLocal(date, '00:00', zone) - HOUR;
      return elapsed(from, from + 27 * HOUR, calendar, zone);
    };
    // 02:30 is skipped: the window ends where the clock goes on, at 03:00.
    expect(length(early, '2026-03-08', 'America/New_York')).toBe(30 * MINUTE);
    // 01:30 comes twice: the window opens at the first and closes after both.
    expect(length(early, '2026-11-01', 'America/New_York')).toBe(2 * HOUR);
    // The first hour of the day is skipped.
    expect(length(midnight, '2026-04-24', 'Africa/Cairo')).toBe(30 * MINUTE);
  });
});

describe('the days of a project', () => {
  const days = { version: 3, holidays: ['2026-05-04', '2026-10-11'], workdays: ['2026-10-02', '2026-05-09'] };

  test('go before those of the policy, and the version names both', () => {
    expect(withDays(OFFICE, days)).toEqual({
      ...OFFICE,
      version: '2026-1+project.3',
      holidays: ['2026-03-09', '2026-05-04', '2026-10-01', '2026-10-11', '2028-02-29'],
      workdays: ['2026-03-08', '2026-05-09', '2026-10-02', '2026-11-01'],
    });
  });

  test('a project without any leaves the calendar as it is', () => expect(withDays(OFFICE, null)).toBe(OFFICE));
});

describe('the windows of a date', () => {
  it('are those of its weekday, of Monday on a worked rest day, and none on a holiday', () => {
    expect(windowsOn('2026-11-25', OFFICE)).toEqual([['08:00', '18:00']]);
    expect(windowsOn('2026-11-29', OFFICE)).toEqual([]);
    expect(windowsOn('2026-10-11', OFFICE)).toEqual(OFFICE.windows['1']);
    expect(windowsOn('2026-10-01', OFFICE)).toEqual([]);
  });
});
