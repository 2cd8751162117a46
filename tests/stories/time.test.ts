import {
  durationText,
  localText,
  MomentError,
  offsetText,
  parseDuration,
  parseMoment,
  resolveMoment,
  type Here,
} from '../../story/time';

const SHANGHAI = 'Asia/Shanghai';
const here: Here = {
  zone: SHANGHAI,
  now: Date.parse('2026-11-23T09:00:00+08:00'),
  named: {
    start: Date.parse('2026-11-20T08:00:00+08:00'),
    paused: Date.parse('2026-11-21T18:30:00+08:00'),
    'round-2': Date.parse('2026-11-22T10:00:00+08:00'),
  },
};

function resolved(text: string, at: Here = here): string {
  const moment = parseMoment(text);
  if (!moment) throw new Error(`no moment: ${text}`);
  return localText(resolveMoment(moment, at), at.zone);
}

describe('moments', () => {
  test.each([
    ['2026-11-24 17:00', '2026-11-24 17:00'],
    ['17:00', '2026-11-23 17:00'],
    ['08:59:59.5', '2026-11-23 08:59:59.500'],
    ['+15m', '2026-11-23 09:15'],
    ['-40m', '2026-11-23 08:20'],
    ['+1h30m', '2026-11-23 10:30'],
    ['+2d', '2026-11-25 09:00'],
    ['+1d 17:00', '2026-11-24 17:00'],
    ['-1d 17:00', '2026-11-22 17:00'],
    ['start', '2026-11-20 08:00'],
    ['start+2h', '2026-11-20 10:00'],
    ['start+3d 16:00', '2026-11-23 16:00'],
    ['paused 19:00', '2026-11-21 19:00'],
    ['paused', '2026-11-21 18:30'],
    ['paused-1h', '2026-11-21 17:30'],
    ['round-2', '2026-11-22 10:00'],
    ['round-2-30m', '2026-11-22 09:30'],
    ['paused+500ms', '2026-11-21 18:30:00.500'],
    ['2026-11-23T01:00:00Z', '2026-11-23 09:00'],
    ['2026-11-23T09:00:00.250+08:00', '2026-11-23 09:00:00.250'],
  ])('%s is %s', (text, expected) => {
    expect(resolved(text)).toBe(expected);
  });

  test.each([
    '',
    '9:00',
    '24:00',
    '25:00',
    '2026-02-30 09:00',
    '2026-11-23',
    '+',
    '+15',
    '+15m 17:00',
    '+1h 17:00',
    'START+1h',
    'soon or later',
    '+1d1h 17:00',
  ])('%j is none', (text) => {
    expect(parseMoment(text)).toBeNull();
  });

  test('a name that no step has is refused, with those that there are', () => {
    expect(() => resolved('later+1h')).toThrow(
      new MomentError('no moment before this one is named "later"; known: start, paused, round-2'),
    );
  });
});

describe('a day on which the clocks are changed', () => {
  const newYork = (now: string): Here => ({ zone: 'America/New_York', now: Date.parse(now), named: {} });

  test('24 hours are not a day by the wall clock', () => {
    const before = newYork('2027-03-13T15:00:00-05:00');
    expect(resolved('+24h', before)).toBe('2027-03-14 16:00');
    expect(resolved('+1d', before)).toBe('2027-03-14 16:00');
    expect(resolved('+1d 15:00', before)).toBe('2027-03-14 15:00');
  });

  test('a local time that is skipped does not exist', () => {
    expect(() => resolved('2027-03-14 02:30', newYork('2027-03-13T15:00:00-05:00'))).toThrow(
      /02:30 does not exist in America\/New_York/,
    );
  });

  test('of a local time that comes twice it is the first; the second is written with its offset', () => {
    const at = newYork('2026-10-31T15:00:00-04:00');
    const moment = parseMoment('2026-11-01 01:30');
    expect(moment && resolveMoment(moment, at)).toBe(Date.parse('2026-11-01T01:30:00-04:00'));
    const second = parseMoment('2026-11-01T01:30:00-05:00');
    expect(second && resolveMoment(second, at)).toBe(Date.parse('2026-11-01T01:30:00-05:00'));
  });
});

describe('lengths of time', () => {
  test.each([
    ['15m', 900_000],
    ['1h30m', 5_400_000],
    ['2d', 172_800_000],
    ['500ms', 500],
    ['1m500ms', 60_500],
    ['0s', 0],
  ])('%s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each(['', '15', 'm', '1m1h', '-5m', '1.5h'])('%j is none', (text) => {
    expect(parseDuration(text)).toBeNull();
  });

  test('are shown as they are written', () => {
    expect(durationText(-(90 * 60_000))).toBe('-1h30m');
    expect(durationText(0)).toBe('0s');
    expect(parseDuration(durationText(93_784_005))).toBe(93_784_005);
  });
});

test('the API is sent the local time with its offset', () => {
  expect(offsetText(Date.parse('2026-11-23T09:00:00+08:00'), SHANGHAI)).toBe('2026-11-23T09:00:00.000+08:00');
  expect(offsetText(Date.parse('2026-11-01T01:30:00-05:00'), 'America/New_York')).toBe('2026-11-01T01:30:00.000-05:00');
});
