import { HOUR } from '../../../domain/instant';
import { outcomeOf } from '../../../domain/obligation';
import {
  BODY,
  ENGINEER,
  IMPORTANT,
  Play,
  QUALITY,
  RESIDENT,
  ROUTINE,
  UNCLASSIFIED,
  URGENT,
  sh,
  text,
  toClosed,
  types,
  workDone,
} from '../support';

const until = (play: Play) => play.now + 10 * HOUR;

describe('pausing', () => {
  it('stops the clocks that allow it, and no others', () => {
    const play = new Play(ROUTINE);
    const events = play.do('pause', BODY.pause(until(play)), { at: sh('2026-11-23 10:00') });
    expect(events.filter(({ type }) => type === 'obligation-paused').map(({ data }) => data)).toEqual([
      { obligation: 'measure' },
      { obligation: 'resolve' },
      { obligation: 'part:engineering' },
    ]);
    expect(play.state).toMatchObject({ waitingOn: 'resident', pause: { reason: 'waiting-for-resident' } });
    play.until(sh('2026-11-23 18:59'));
    expect(play.obligation('acknowledge').missedAt).toBe(sh('2026-11-23 11:00:00.001'));
    expect(play.obligation('measure')).toMatchObject({ missedAt: null, overdue: false });
  });

  it.each([
    ['waiting-for-resident', 'resident'],
    ['waiting-for-outside', 'outside'],
    ['weather', 'outside'],
  ])('for %s waits for %s', (reason, waitingOn) => {
    const play = new Play(ROUTINE);
    play.do('pause', { reason, until: until(play), note: text('n') });
    expect(play.state.waitingOn).toBe(waitingOn);
  });

  it('resumes by itself, and moves every due instant by exactly the pause', () => {
    const play = new Play(ROUTINE);
    play.do('pause', BODY.pause(sh('2026-11-23 15:30')), { at: sh('2026-11-23 10:00') });
    const events = play.until(sh('2026-11-23 15:30'));
    expect(types(events)).toContain('resumed');
    expect(play.all('resumed').map(({ at, data }) => [at, data.auto])).toEqual([[sh('2026-11-23 15:30'), true]]);
    expect(play.obligation('measure')).toMatchObject({
      dueAt: sh('2026-11-23 18:30'),
      dueBase: sh('2026-11-23 18:30'),
      limit: 4 * HOUR,
      moves: [{ cause: 'pause', by: 'system', old: sh('2026-11-23 13:00'), new: sh('2026-11-23 18:30') }],
    });
    expect(play.obligation('resolve').dueAt).toBe(sh('2026-11-24 14:30'));
    expect(play.state).toMatchObject({ pause: null, waitingOn: 'working' });
  });

  it('resumes by hand, and can begin again', () => {
    const play = new Play(ROUTINE);
    play.do('pause', BODY.pause(sh('2026-11-23 18:00')), { at: sh('2026-11-23 10:00') });
    play.do('resume', {}, { by: ENGINEER, at: sh('2026-11-23 11:00') });
    play.do('pause', BODY.pause(sh('2026-11-23 14:00')), { at: sh('2026-11-23 12:00') });
    play.until(sh('2026-11-23 14:00'));
    expect(play.obligation('measure').dueAt).toBe(sh('2026-11-23 16:00'));
    expect(play.obligation('measure').pauses).toHaveLength(2);
  });

  it('ends when it was to, however late the system woke', () => {
    const play = new Play(ROUTINE);
    play.do('pause', BODY.pause(sh('2026-11-23 12:00')), { at: sh('2026-11-23 10:00') });
    play.downUntil(sh('2026-11-23 20:00'));
    expect(play.obligation('measure')).toMatchObject({
      dueAt: sh('2026-11-23 15:00'),
      missedAt: sh('2026-11-23 20:00'),
    });
  });

  it('lets missed clocks run on: a broken promise can’t be paused away', () => {
    const play = new Play(ROUTINE);
    play.until(sh('2026-11-23 13:10'));
    play.do('pause', BODY.pause(sh('2026-11-24 13:00')));
    expect(play.obligation('measure')).toMatchObject({ overdue: true, pauses: [] });
    const rungs = play.obligation('measure').escalations.length;
    play.until(sh('2026-11-23 14:00'));
    expect(play.obligation('measure').escalations.length).toBeGreaterThan(rungs);
    expect(play.obligation('resolve').pauses).toHaveLength(1);
  });

  it('keeps the remaining time of a date that was agreed on meanwhile', () => {
    const play = new Play(IMPORTANT);
    play.do('survey', BODY.survey);
    play.do('propose-plan', BODY.plan(sh('2026-11-26 18:00')), { at: sh('2026-11-23 10:00') });
    play.do('pause', BODY.pause(sh('2026-11-24 10:00')), { at: sh('2026-11-23 10:00') });
    play.do('owner-answer', BODY.accept, { by: RESIDENT, at: sh('2026-11-23 20:00') });
    expect(play.obligation('resolve')).toMatchObject({
      dueAt: sh('2026-11-26 18:00'),
      dueBase: sh('2026-11-26 18:00'),
    });
    play.do('resume', {}, { at: sh('2026-11-23 21:00') });
    // Agreed on at 20:00; the clock stood still for another hour.
    expect(play.obligation('resolve')).toMatchObject({ dueAt: sh('2026-11-26 19:00'), missedAt: null });
    expect(play.obligation('part:engineering').dueAt).toBe(sh('2026-11-26 19:00'));
    play.until(sh('2026-11-26 19:00'));
    expect(play.obligation('resolve').missedAt).toBeNull();
  });

  it('is over for what is done meanwhile', () => {
    const play = new Play(ROUTINE);
    play.do('pause', BODY.pause(sh('2026-11-25 10:00')), { at: sh('2026-11-23 10:00') });
    workDone(play, sh('2026-11-25 09:00'));
    const resolve = play.obligation('resolve');
    expect(resolve).toMatchObject({ state: 'met', dueAt: sh('2026-11-26 08:00'), lateMs: -23 * HOUR });
    expect(outcomeOf(resolve, play.now)).toBe('met');
    expect(play.obligation('measure').pauses.every(({ to }) => to !== undefined)).toBe(true);
    expect(play.state.waitingOn).toBe('us');
    play.until(sh('2026-11-25 12:00'));
    // Nobody is working any more, whatever becomes of the pause.
    expect(play.state).toMatchObject({ stage: 'feedback', waitingOn: 'us' });
  });

  it('covers a part that is assigned while it lasts', () => {
    const play = new Play(ROUTINE);
    play.do('pause', BODY.pause(sh('2026-11-23 20:00')), { at: sh('2026-11-23 10:00') });
    play.do('assign-department', { department: 'finance', task: null }, { at: sh('2026-11-23 12:00') });
    play.until(sh('2026-11-23 20:00'));
    const late = sh('2026-11-24 19:00');
    expect([play.obligation('resolve').dueAt, play.obligation('part:finance').dueAt]).toEqual([late, late]);
    play.do('assign-department', { department: 'security', task: null });
    expect(play.obligation('part:security')).toMatchObject({ dueAt: late, pauses: [] });
  });
});

describe('a pause is refused', () => {
  const play = new Play(ROUTINE);
  const ahead = (ms: number) => play.now + ms;
  it.each([
    [
      'of an unknown reason',
      { reason: 'holiday', until: ahead(HOUR), note: null },
      {
        refused: 'pause-reason-unknown',
        args: { reason: 'holiday', allowed: ['waiting-for-resident', 'waiting-for-outside', 'weather'] },
      },
    ],
    [
      'of no length',
      BODY.pause(ahead(0)),
      { refused: 'instant-not-ahead', args: { field: 'until', instant: ahead(0) } },
    ],
    [
      'of more than 72 hours',
      BODY.pause(ahead(72 * HOUR + 1)),
      { refused: 'pause-too-long', args: { until: ahead(72 * HOUR + 1), latest: ahead(72 * HOUR) } },
    ],
  ])('%s', (_name, data, expected) => {
    expect(play.refused('pause', data)).toEqual(expected);
  });

  it('of exactly 72 hours is not', () => {
    const long = new Play(ROUTINE);
    long.do('pause', BODY.pause(long.now + 72 * HOUR));
    expect(long.refused('pause', BODY.pause(long.now + HOUR))).toEqual({
      refused: 'already-paused',
      args: { until: long.now + 72 * HOUR },
    });
  });

  it('for an urgent matter, before the classification, after the work and after the end', () => {
    const urgent = new Play(URGENT);
    expect(urgent.refused('pause', BODY.pause(until(urgent)))).toEqual({
      refused: 'urgent-cannot-pause',
      args: { priority: 'urgent' },
    });
    const fresh = new Play(UNCLASSIFIED);
    expect(fresh.refused('pause', BODY.pause(until(fresh))).refused).toBe('not-allowed-now');
    const done = new Play(ROUTINE);
    workDone(done);
    expect(done.refused('pause', BODY.pause(until(done)))).toEqual({
      refused: 'not-allowed-now',
      args: { stage: 'feedback', allowed: ['classified', 'handling'] },
    });
    const closed = toClosed(new Play(ROUTINE));
    expect(closed.refused('pause', BODY.pause(until(closed))).refused).toBe('case-closed');
    expect(closed.refused('resume', {})).toEqual({ refused: 'not-paused', args: { stage: 'closed' } });
  });

  it('to whom it is no business of', () => {
    expect(play.refused('pause', BODY.pause(until(play)), { by: RESIDENT }).refused).toBe('role-not-allowed');
    expect(play.refused('resume', {}, { by: QUALITY }).refused).toBe('role-not-allowed');
  });
});
