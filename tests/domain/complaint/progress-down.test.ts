import {
  BODY,
  CLERK,
  MANAGER,
  Play,
  ROUTINE,
  SUPERVISOR,
  notices,
  ofType,
  sh,
  text,
  toClosed,
  toReview,
  types,
} from '../support';

const DAY1 = '2026-11-23';
const owedDays = (play: Play) =>
  Object.values(play.state.obligations)
    .filter(({ kind }) => kind === 'progress')
    .map(({ id, episode }) => id.slice('progress:'.length).replace(`@${episode}`, ''))
    .sort();
const daily = (play: Play, day: string) => play.obligation(`progress:${day}`);

describe('the system was down', () => {
  it('over 16:00 and 17:00: missed once, with the true lateness, and the ladder goes on', () => {
    const play = new Play(ROUTINE);
    play.do('acknowledge', BODY.acknowledge);
    play.do('set-measure', BODY.measure(sh('2026-11-24 08:00')));
    play.until(sh(`${DAY1} 15:30`));
    const events = play.downUntil(sh(`${DAY1} 17:05`));
    expect(types(events)).toEqual([
      'wake-gap',
      'timer-fired',
      'progress-checked',
      'obligation-opened',
      'timer-fired',
      'obligation-missed',
      'escalated',
      'notify-requested',
      'notify-requested',
    ]);
    expect(ofType(events, 'wake-gap')[0]!.data).toEqual({ plannedAt: sh(`${DAY1} 16:00`), gapMs: 65 * 60_000 });
    expect(daily(play, DAY1)).toMatchObject({
      missedAt: sh(`${DAY1} 17:05`),
      dueAt: sh(`${DAY1} 17:00`),
      bornLate: null,
      rung: 0,
    });
    expect(notices(events)).toEqual(['escalated → department_head', 'obligation-missed → customer_service']);
  });

  it('but the update had been given in the morning: met, and nobody is told', () => {
    const play = new Play(ROUTINE);
    play.do('acknowledge', BODY.acknowledge);
    play.do('set-measure', BODY.measure(sh('2026-11-24 08:00')));
    play.do('progress', BODY.progress, { at: sh(`${DAY1} 11:00`) });
    const events = play.downUntil(sh(`${DAY1} 18:00`));
    expect(daily(play, DAY1)).toMatchObject({ state: 'met', endedAt: sh(`${DAY1} 11:00`), missedAt: null });
    expect(notices(events)).toEqual([]);
  });

  it('for days: each day missed, the newest owed, and one of them told', () => {
    const play = new Play(ROUTINE);
    play.do('acknowledge', BODY.acknowledge);
    play.do('set-measure', BODY.measure(sh('2026-11-30 08:00')));
    play.until(sh(`${DAY1} 15:30`));
    const events = play.downUntil(sh('2026-11-26 18:00'));
    expect(owedDays(play)).toEqual([DAY1, '2026-11-24', '2026-11-25', '2026-11-26']);
    expect(owedDays(play).map((day) => daily(play, day).missedAt)).toEqual(Array(4).fill(sh('2026-11-26 18:00')));
    expect(owedDays(play).map((day) => daily(play, day).state)).toEqual([
      'cancelled',
      'cancelled',
      'cancelled',
      'open',
    ]);
    const told = ofType(events, 'notify-requested').filter(({ data }) => data.obligation?.startsWith('progress'));
    expect(told.map(({ data }) => [data.template, data.obligation])).toEqual([
      ['escalated', 'progress:2026-11-26'],
      ['obligation-missed', 'progress:2026-11-26'],
    ]);
    expect(events.filter(({ type }) => type === 'wake-gap')).toHaveLength(1);
  });
});

describe('the daily update of a case that came back', () => {
  const reopenedAt = (time: string) => {
    const play = toClosed(new Play(ROUTINE), sh(`${DAY1} 15:00`));
    play.do('reopen', { reason: text('r') }, { at: sh(`2026-11-25 ${time}`), by: SUPERVISOR });
    return play;
  };

  it('is owed on the day of the reopening: the case is older than that day', () => {
    const play = reopenedAt('10:00');
    play.do('set-measure', BODY.measure(sh('2026-11-25 15:00')), { by: CLERK });
    play.until(sh('2026-11-25 16:00'));
    expect(play.open()).toContain('progress:2026-11-25@2');
  });

  it('is not owed that day when it came back after 16:00', () => {
    const play = reopenedAt('16:30');
    play.until(sh('2026-11-26 16:00'));
    expect(owedDays(play)).toEqual(['2026-11-26']);
  });

  it('is not owed while it waits for its closing', () => {
    const play = toReview(new Play(ROUTINE), sh(`${DAY1} 15:00`));
    play.until(sh('2026-11-24 18:00'));
    expect(owedDays(play)).toEqual([]);
    play.do('close', BODY.close, { by: MANAGER });
  });
});
