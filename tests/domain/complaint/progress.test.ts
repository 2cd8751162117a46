import { outcomeOf } from '../../../domain/obligation';
import {
  BODY,
  ENGINEER,
  IMPORTANT,
  Play,
  RESIDENT,
  ROUTINE,
  UNCLASSIFIED,
  notices,
  ofType,
  sh,
  types,
  workDone,
} from '../support';
import type { OpenOptions } from '../support';

const DAY1 = '2026-11-23';
const owedDays = (play: Play) =>
  Object.values(play.state.obligations)
    .filter(({ kind }) => kind === 'progress')
    .map(({ id, episode }) => id.slice('progress:'.length).replace(`@${episode}`, ''))
    .sort();
const daily = (play: Play, day: string) => play.obligation(`progress:${day}`);

describe('the daily update is owed by 17:00 of a day', () => {
  it('on which the case at 16:00 is expected to last longer than 17:00', () => {
    const play = new Play(ROUTINE);
    expect(play.until(sh(`${DAY1} 15:59:59.999`)).filter(({ type }) => type === 'progress-checked')).toEqual([]);
    const events = play.until(sh(`${DAY1} 16:00`));
    expect(ofType(events, 'progress-checked').map(({ data }) => data)).toEqual([{ day: DAY1, owed: true }]);
    expect(daily(play, DAY1)).toMatchObject({
      dueAt: sh(`${DAY1} 17:00`),
      windowFrom: sh(`${DAY1} 00:00`),
      state: 'open',
    });
    // The reminder goes to whoever owes it.
    expect(notices(events)).toEqual(['obligation-warned → clerk-li']);
  });

  it('is missed at 17:00 without one, climbs, and stays owed', () => {
    const play = new Play(ROUTINE);
    play.until(sh(`${DAY1} 17:00`));
    expect(daily(play, DAY1).missedAt).toBeNull();
    const events = play.until(sh(`${DAY1} 17:00:00.001`));
    expect(types(events)).toEqual([
      'timer-fired',
      'obligation-missed',
      'escalated',
      'notify-requested',
      'notify-requested',
    ]);
    play.do('progress', BODY.progress, { at: sh(`${DAY1} 17:20`) });
    expect(daily(play, DAY1)).toMatchObject({ state: 'met', lateMs: 20 * 60_000 });
    expect(outcomeOf(daily(play, DAY1), play.now)).toBe('late');
  });

  it('is met by any progress of that day: before the reminder, after it, in the last millisecond', () => {
    for (const time of ['09:10', '15:59:59.999', '16:00', '16:30', '17:00']) {
      const play = new Play(ROUTINE);
      const metAt = sh(`${DAY1} ${time}`);
      const told = play.do('progress', BODY.progress, { at: metAt, by: ENGINEER });
      expect(notices(told)).toContain('progress-recorded → resident');
      const events = play.until(sh(`${DAY1} 17:30`));
      expect(daily(play, DAY1)).toMatchObject({ state: 'met', endedAt: metAt, missedAt: null });
      expect(outcomeOf(daily(play, DAY1), play.now)).toBe('met');
      const reminded = ofType(events, 'notify-requested').filter(({ data }) => data.obligation?.startsWith('progress'));
      if (time < '16:00') expect(reminded).toEqual([]);
    }
  });

  it('begins at midnight: an update in its first millisecond is of the new day', () => {
    const play = new Play(ROUTINE);
    play.do('progress', BODY.progress, { at: sh('2026-11-24 00:00') });
    play.until(sh('2026-11-24 16:00'));
    expect(daily(play, DAY1).missedAt).toBe(sh(`${DAY1} 17:00:00.001`));
    expect(daily(play, '2026-11-24')).toMatchObject({ state: 'met', endedAt: sh('2026-11-24 00:00') });
  });

  it('is not met by the progress of the day before', () => {
    const play = new Play(ROUTINE);
    play.do('progress', BODY.progress, { at: sh(`${DAY1} 23:59`) });
    play.until(sh('2026-11-24 17:00:00.001'));
    expect(daily(play, '2026-11-24').missedAt).toBe(sh('2026-11-24 17:00:00.001'));
  });

  it('is owed by older cases whatever is planned, on weekends and holidays too', () => {
    const friday = sh('2026-11-27 09:00');
    const play = new Play({ ...IMPORTANT, at: friday });
    play.until(sh('2026-11-30 18:00'));
    expect(owedDays(play)).toEqual(['2026-11-27', '2026-11-28', '2026-11-29', '2026-11-30']);
    // Only the newest is still owed; those before stay missed.
    expect(owedDays(play).map((day) => daily(play, day).state)).toEqual([
      'cancelled',
      'cancelled',
      'cancelled',
      'open',
    ]);
    expect(owedDays(play).map((day) => outcomeOf(daily(play, day), play.now))).toEqual([
      'missed',
      'missed',
      'missed',
      'missed',
    ]);
    expect(daily(play, '2026-11-28')).toMatchObject({ endReason: 'superseded' });
  });

  it('is owed by a case that nobody has classified', () => {
    const play = new Play(UNCLASSIFIED);
    play.until(sh(`${DAY1} 16:00`));
    expect(owedDays(play)).toEqual([DAY1]);
  });

  it('is owed in a pause as well', () => {
    const play = new Play(ROUTINE);
    play.do('pause', BODY.pause(sh('2026-11-25 09:00')));
    play.until(sh('2026-11-24 17:30'));
    expect(owedDays(play)).toEqual([DAY1, '2026-11-24']);
  });
});

describe('the daily update is not owed', () => {
  it('when the case is to be finished the same day', () => {
    for (const [finish, owed] of [
      ['16:59', []],
      ['17:00', []],
      ['17:00:00.001', [DAY1]],
    ] as const) {
      const measured = new Play(ROUTINE);
      measured.do('set-measure', BODY.measure(sh(`${DAY1} ${finish}`)), { at: sh(`${DAY1} 10:00`) });
      measured.until(sh(`${DAY1} 16:30`));
      expect(owedDays(measured)).toEqual(owed);
      const planned = new Play(IMPORTANT);
      planned.do('survey', BODY.survey);
      planned.do('propose-plan', BODY.plan(sh(`${DAY1} ${finish}`)));
      planned.do('owner-answer', BODY.accept, { by: RESIDENT });
      planned.until(sh(`${DAY1} 16:30`));
      expect(owedDays(planned)).toEqual(owed);
    }
  });

  it('but is the next day, when it was not finished after all', () => {
    const play = new Play(ROUTINE);
    play.do('set-measure', BODY.measure(sh(`${DAY1} 15:00`)));
    play.until(sh('2026-11-24 16:00'));
    expect(owedDays(play)).toEqual(['2026-11-24']);
  });

  it.each<[string, OpenOptions, string[]]>([
    ['received after 16:00', { at: sh(`${DAY1} 16:00:00.001`) }, ['2026-11-24']],
    ['received at 16:00', { at: sh(`${DAY1} 16:00`) }, [DAY1, '2026-11-24']],
    ['received before midnight', { at: sh(`${DAY1} 23:59`) }, ['2026-11-24']],
    [
      'reported before 16:00, typed in between',
      { at: sh(`${DAY1} 16:30`), reportedAt: sh(`${DAY1} 15:50`) },
      [DAY1, '2026-11-24'],
    ],
    [
      'reported after 16:00, typed in before 17:00',
      { at: sh(`${DAY1} 16:30`), reportedAt: sh(`${DAY1} 16:10`) },
      ['2026-11-24'],
    ],
    [
      'reported before 16:00, typed in at 17:00',
      { at: sh(`${DAY1} 17:00`), reportedAt: sh(`${DAY1} 15:50`) },
      ['2026-11-24'],
    ],
    [
      'reported the day before, typed in in the morning',
      { at: sh(`${DAY1} 10:00`), reportedAt: sh('2026-11-22 18:00') },
      [DAY1, '2026-11-24'],
    ],
    [
      'reported days ago, typed in in the evening',
      { at: sh(`${DAY1} 18:00`), reportedAt: sh('2026-11-19 18:00') },
      ['2026-11-24'],
    ],
  ])('for the first day of one that was %s, or is', (_name, options, days) => {
    const play = new Play({ ...ROUTINE, ...options });
    play.until(sh('2026-11-24 16:00'));
    expect(owedDays(play)).toEqual(days);
  });

  it('once the work is done: before 16:00, between, and after 17:00', () => {
    const before = new Play(ROUTINE);
    workDone(before, sh(`${DAY1} 15:59`));
    before.until(sh('2026-11-24 18:00'));
    expect(owedDays(before)).toEqual([]);
    const between = new Play(ROUTINE);
    workDone(between, sh(`${DAY1} 16:30`));
    expect(daily(between, DAY1)).toMatchObject({ state: 'cancelled', endReason: 'resolved', missedAt: null });
    between.until(sh(`${DAY1} 18:00`));
    expect(outcomeOf(daily(between, DAY1), between.now)).toBe('void');
    const after = new Play(ROUTINE);
    workDone(after, sh(`${DAY1} 17:30`));
    expect(daily(after, DAY1).state).toBe('cancelled');
    expect(outcomeOf(daily(after, DAY1), after.now)).toBe('missed');
  });
});

describe('the daily update by the project’s own clock', () => {
  it.each([
    // 2026-03-29 has 23 hours in London, 2026-10-25 has 25.
    ['Europe/London', '2026-03-28T18:00Z', '2026-03-29', '2026-03-29T16:00Z'],
    ['Europe/London', '2026-10-24T18:00Z', '2026-10-25', '2026-10-25T17:00Z'],
    ['America/New_York', '2028-02-28T20:00Z', '2028-02-28', '2028-02-28T22:00Z'],
    ['Africa/Cairo', '2026-04-23T20:00Z', '2026-04-24', '2026-04-24T14:00Z'],
  ])('%s: reported at %s, due on %s at %s', (zone, reported, day, due) => {
    const play = new Play({ ...ROUTINE, zone, at: Date.parse(reported) });
    play.until(Date.parse(due) - 1);
    expect(owedDays(play)).toEqual([day]);
    expect(daily(play, day).dueAt).toBe(Date.parse(due));
  });
});
