import { Temporal } from '@js-temporal/polyfill';
import fc from 'fast-check';
import type { Role } from '../../domain/actor';
import { DAY, HOUR, MINUTE, type Instant } from '../../domain/instant';
import {
  coverage,
  dutiesBetween,
  dutyAt,
  type Roster,
  type RosterLine,
  type RosterPerson,
  type Substitution,
} from '../../domain/roster';
import { SHANGHAI, sh } from './support';

const NEW_YORK = 'America/New_York';
const ZONES = [SHANGHAI, NEW_YORK, 'Europe/London', 'Australia/Lord_Howe', 'America/Sao_Paulo'];
const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];

const person = (id: string, role: Role = 'engineering', more: Partial<RosterPerson> = {}): RosterPerson => ({
  ...{ id, roles: [role], department: 'engineering', post: null, zones: [], skills: [] },
  ...more,
});
const line = (staff: string, from: string, to: string, more: Partial<RosterLine> = {}): RosterLine => ({
  ...{ id: `${staff}-${from}`, staff, role: 'engineering', post: null, from, to, weekdays: EVERY_DAY },
  ...{ firstDay: '2020-01-01', lastDay: null },
  ...more,
});
const roster = (lines: readonly RosterLine[], more: Partial<Roster> = {}): Roster => ({
  ...{ zone: SHANGHAI, lines, overrides: [], substitutions: [] },
  ...more,
});
const whoAt = (of: Roster, people: readonly RosterPerson[], at: Instant) =>
  dutyAt(of, people, at).map(({ staff }) => staff);
const ny = (local: string): Instant =>
  Temporal.PlainDateTime.from(local).toZonedDateTime(NEW_YORK).toInstant().epochMilliseconds;

const THREE = [person('a'), person('b'), person('c')];

const time = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
/** Ends of shifts that together are the whole day, each beginning where the one before ends. */
const cuts = fc
  .uniqueArray(fc.integer({ min: 0, max: 24 * 4 - 1 }), { minLength: 2, maxLength: 3 })
  .map((quarters) => quarters.sort((a, b) => a - b).map((quarter) => time(quarter * 15)));
/** Instants of two years: the days of clock changes are among them. */
const instants = fc.integer({ min: Date.UTC(2025, 0, 1) / MINUTE, max: Date.UTC(2027, 0, 1) / MINUTE });

describe('shifts', () => {
  test('those that hand over to each other leave nobody out and overlap nowhere, on days of clock changes too', () => {
    fc.assert(
      fc.property(cuts, fc.constantFrom(...ZONES), instants, (ends, zone, minute) => {
        const lines = ends.map((from, index) => {
          const to = ends[(index + 1) % ends.length] ?? from;
          return line(THREE[index]?.id ?? '', from, to);
        });
        expect(whoAt(roster(lines, { zone }), THREE, minute * MINUTE)).toHaveLength(1);
      }),
      { numRuns: 400 },
    );
  });

  test('a shift runs from its local beginning to its local end, as the clock on the wall has it', () => {
    const times = fc.tuple(fc.integer({ min: 0, max: 95 }), fc.integer({ min: 0, max: 95 }));
    fc.assert(
      fc.property(times, fc.constantFrom(...ZONES), instants, ([begin, end], zone, minute) => {
        const at = minute * MINUTE;
        const [from, to] = [time(begin * 15), time(end * 15)];
        const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
        // The hour that a change repeats has two answers; the shift begins with the first of both.
        const isNear = (change: Temporal.ZonedDateTime | null) =>
          change !== null && Math.abs(change.epochMilliseconds - at) < 26 * HOUR;
        fc.pre(!isNear(local.getTimeZoneTransition('previous')) && !isNear(local.getTimeZoneTransition('next')));
        const now = time(local.hour * 60 + local.minute);
        const inside = from < to ? now >= from && now < to : now >= from || now < to;
        expect(whoAt(roster([line('a', from, to)], { zone }), THREE, at)).toEqual(inside ? ['a'] : []);
      }),
      { numRuns: 300 },
    );
  });

  test('over midnight a shift belongs to the day on which it begins', () => {
    const night = roster([
      line('a', '22:00', '06:00', { weekdays: [5], firstDay: '2026-11-01', lastDay: '2026-11-27' }),
    ]);
    // 2026-11-27 is a Friday.
    expect(whoAt(night, THREE, sh('2026-11-27 21:59'))).toEqual([]);
    expect(whoAt(night, THREE, sh('2026-11-27 22:00'))).toEqual(['a']);
    expect(whoAt(night, THREE, sh('2026-11-28 05:59'))).toEqual(['a']);
    expect(whoAt(night, THREE, sh('2026-11-28 06:00'))).toEqual([]);
    expect(dutyAt(night, THREE, sh('2026-11-28 01:00'))[0]).toMatchObject({
      since: sh('2026-11-27 22:00'),
      until: sh('2026-11-28 06:00'),
    });
    expect(whoAt(night, THREE, sh('2026-12-04 23:00'))).toEqual([]);
  });

  test('a night on which the clock is changed is an hour shorter or longer', () => {
    const night = roster([line('a', '22:00', '06:00')], { zone: NEW_YORK });
    const lengthAt = (at: Instant) => {
      const [duty] = dutiesBetween(night, THREE, at, at + 1);
      return duty && (duty.to - duty.from) / HOUR;
    };
    expect(lengthAt(ny('2026-03-08T03:30'))).toBe(7);
    expect(lengthAt(ny('2026-11-01T03:30'))).toBe(9);
    expect(lengthAt(ny('2026-11-02T03:30'))).toBe(8);
  });

  test('a shift that lies in the hour that is skipped does not take place', () => {
    const short = roster([line('a', '02:00', '03:00')], { zone: NEW_YORK });
    const duties = dutiesBetween(short, THREE, ny('2026-03-07T12:00'), ny('2026-03-09T12:00'));
    expect(duties.map(({ from }) => from)).toEqual([ny('2026-03-09T02:00')]);
  });

  test('equal times are a whole day', () => {
    const whole = roster([line('a', '08:00', '08:00', { weekdays: [6] })]);
    expect(whoAt(whole, THREE, sh('2026-11-28 07:59'))).toEqual([]);
    expect(whoAt(whole, THREE, sh('2026-11-29 07:59'))).toEqual(['a']);
  });
});

describe('overrides', () => {
  const overrides = [
    { line: 'a-08:00', date: '2026-11-25', shift: null },
    { line: 'a-08:00', date: '2026-11-26', shift: { from: '20:00', to: '02:00' } },
    { line: 'a-08:00', date: '2026-11-29', shift: { from: '08:00', to: '12:00' } },
  ];
  const week = roster([line('a', '08:00', '17:00', { weekdays: [1, 2, 3, 4, 5] })], { overrides });

  test.each([
    ['2026-11-24 09:00', ['a']],
    ['2026-11-25 09:00', []],
    ['2026-11-26 09:00', []],
    ['2026-11-27 01:59', ['a']],
    ['2026-11-27 09:00', ['a']],
    ['2026-11-29 09:00', ['a']],
  ])('%s: %j', (at, who) => {
    expect(whoAt(week, THREE, sh(at))).toEqual(who);
  });
});

describe('standing in', () => {
  const NOON = sh('2026-11-25 12:00');
  const away = (staff: string, by: string, from: Instant, to: Instant): Substitution => ({ staff, by, from, to });
  const day = [line('a', '08:00', '18:00', { post: 'lifts' })];

  test('cuts the shift, and takes its post, zones and department but its own skills', () => {
    const people = [
      person('a', 'engineering', { zones: ['east'], skills: ['lift'] }),
      person('b', 'engineering', { zones: ['west'], skills: ['pumps'], department: 'security' }),
    ];
    const of = roster(day, { substitutions: [away('a', 'b', NOON, NOON + HOUR)] });
    expect(dutyAt(of, people, NOON - 1)).toMatchObject([{ staff: 'a', until: NOON, substituteFor: null }]);
    expect(dutyAt(of, people, NOON)).toEqual([
      {
        ...{ staff: 'b', roles: ['engineering'], department: 'engineering', post: 'lifts', zones: ['east'] },
        ...{ skills: ['pumps'], since: NOON, until: NOON + HOUR, substituteFor: 'a' },
      },
    ]);
    expect(dutyAt(of, people, NOON + HOUR)).toMatchObject([{ staff: 'a', since: NOON + HOUR }]);
  });

  test.each([
    ['is handed on', [away('a', 'b', NOON, NOON + DAY), away('b', 'c', NOON, NOON + DAY)], ['c']],
    ['round in a circle is nobody', [away('a', 'b', NOON, NOON + DAY), away('b', 'a', NOON, NOON + DAY)], []],
    ['by somebody who has left is nobody', [away('a', 'left', NOON, NOON + DAY)], []],
  ])('%s', (_name, substitutions, who) => {
    expect(whoAt(roster(day, { substitutions }), THREE, NOON)).toEqual(who);
  });

  test('by somebody who does not hold the role is nobody, and holds for people without a roster', () => {
    const people = [person('a'), person('b', 'security'), person('c')];
    const of = (by: string) => roster([], { substitutions: [away('a', by, NOON, NOON + HOUR)] });
    expect(whoAt(of('b'), people, NOON)).toEqual(['b', 'c']);
    expect(dutyAt(of('b'), people, NOON).flatMap(({ roles }) => roles)).toEqual(['security', 'engineering']);
    expect(dutyAt(of('c'), people, NOON).filter(({ staff }) => staff === 'c')).toMatchObject([
      { substituteFor: null, since: null, until: null },
      { substituteFor: 'a', since: NOON, until: NOON + HOUR },
    ]);
  });
});

describe('without a roster', () => {
  test('a role is always on duty, until the first day of its first line; then others of it are not', () => {
    const of = roster([line('a', '08:00', '18:00', { firstDay: '2026-12-01' })]);
    const people = [...THREE, person('guard', 'security')];
    expect(whoAt(of, people, sh('2026-11-30 23:59'))).toEqual(['a', 'b', 'c', 'guard']);
    expect(whoAt(of, people, sh('2026-12-01 00:00'))).toEqual(['guard']);
    expect(whoAt(of, people, sh('2026-12-01 08:00'))).toEqual(['a', 'guard']);
  });

  test('who has left or lost the role is not on duty', () => {
    expect(whoAt(roster([line('a', '08:00', '18:00')]), [person('a', 'security')], sh('2026-11-25 09:00'))).toEqual([
      'a',
    ]);
    const duties = dutyAt(roster([line('a', '08:00', '18:00')]), [person('a', 'security')], sh('2026-11-25 09:00'));
    expect(duties.map(({ roles }) => roles)).toEqual([['security']]);
    expect(whoAt(roster([line('left', '08:00', '18:00')]), THREE, sh('2026-11-25 09:00'))).toEqual([]);
  });
});

describe('coverage', () => {
  test('gaps and overlaps of the role and of each post', () => {
    const of = roster([line('a', '08:00', '16:00', { post: 'lifts' }), line('b', '15:00', '24:00', { post: 'pumps' })]);
    const found = coverage(of, THREE, sh('2026-11-25 00:00'), sh('2026-11-26 00:00'));
    expect(found.gaps).toEqual([
      { role: 'engineering', post: 'lifts', from: sh('2026-11-25 00:00'), to: sh('2026-11-25 08:00'), staff: [] },
      { role: 'engineering', post: 'lifts', from: sh('2026-11-25 16:00'), to: sh('2026-11-26 00:00'), staff: [] },
      { role: 'engineering', post: 'pumps', from: sh('2026-11-25 00:00'), to: sh('2026-11-25 15:00'), staff: [] },
      { role: 'engineering', post: null, from: sh('2026-11-25 00:00'), to: sh('2026-11-25 08:00'), staff: [] },
    ]);
    expect(found.overlaps).toEqual([
      { role: 'engineering', post: null, from: sh('2026-11-25 15:00'), to: sh('2026-11-25 16:00'), staff: ['a', 'b'] },
    ]);
  });

  test('a role has a gap exactly where nobody is on duty', () => {
    const shifts = fc.array(
      fc.record({
        staff: fc.constantFrom('a', 'b', 'c'),
        begin: fc.integer({ min: 0, max: 23 }),
        end: fc.integer({ min: 0, max: 23 }),
        weekdays: fc.subarray(EVERY_DAY, { minLength: 1 }),
      }),
      { minLength: 1, maxLength: 5 },
    );
    const from = ny('2026-10-30T00:00');
    const to = from + 5 * DAY;
    fc.assert(
      fc.property(shifts, fc.integer({ min: 0, max: 5 * 24 * 60 - 1 }), (planned, minute) => {
        const lines = planned.map(({ staff, begin, end, weekdays }, index) =>
          line(staff, time(begin * 60), time(end * 60), { id: String(index), weekdays }),
        );
        const of = roster(lines, { zone: NEW_YORK });
        const at = from + minute * MINUTE;
        const { gaps, overlaps } = coverage(of, THREE, from, to);
        const holds = (found: typeof gaps) => found.some((stretch) => stretch.from <= at && at < stretch.to);
        const there = new Set(whoAt(of, THREE, at)).size;
        expect([holds(gaps), holds(overlaps)]).toEqual([there === 0, there > 1]);
      }),
      { numRuns: 150 },
    );
  });
});
