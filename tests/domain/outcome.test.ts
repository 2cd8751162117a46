import { HOUR } from '../../domain/instant';
import { outcomeOf, type DueCause, type DueMove, type Obligation, type OutcomeClass } from '../../domain/obligation';
import { DUE, obligationOf } from './made';
import { BODY, CLERK, IMPORTANT, MANAGER, Play, RESIDENT, ROUTINE, sh, text, toClosed, toReview } from './support';

const moved = (cause: DueCause, at: number, to: number): DueMove => ({ cause, at, by: 'x', old: DUE, new: to });
const met = (endedAt: number, over: Partial<Obligation> = {}) => obligationOf({ state: 'met', endedAt, ...over });
const cancelled = (endedAt: number, over: Partial<Obligation> = {}) =>
  obligationOf({ state: 'cancelled', endedAt, ...over });
const missed = { missedAt: DUE + 1, overdue: true };
const extended = { dueAt: DUE + 48 * HOUR, dueBase: DUE, moves: [moved('extended', DUE - HOUR, DUE + 48 * HOUR)] };
const later = DUE + 100 * HOUR;

describe('the class in which an obligation is counted (management.md section 3)', () => {
  it.each<[string, Obligation, number, OutcomeClass]>([
    ['met long before', met(DUE - HOUR), later, 'met'],
    ['met in the due millisecond', met(DUE), later, 'met'],
    ['met a millisecond later', met(DUE + 1), later, 'late'],
    ['met after the timer said that it was missed', met(DUE + HOUR, missed), later, 'late'],
    ['open before it is due', obligationOf(), DUE - 1, 'open'],
    ['open in the due millisecond', obligationOf(), DUE, 'open'],
    ['open when it is past due, though the timer has not fired', obligationOf(), DUE + 1, 'missed'],
    ['missed and still owed', obligationOf(missed), later, 'missed'],
    ['cancelled before it was due', cancelled(DUE - 1), later, 'void'],
    ['cancelled in the due millisecond', cancelled(DUE), later, 'void'],
    ['cancelled after it was missed', cancelled(DUE + HOUR, missed), later, 'missed'],

    // A miss is never undone, whatever moves the due instant afterwards.
    ...(['plan-confirmed', 'pause', 'reclassified', 'promise-moved'] as const).map(
      (cause): [string, Obligation, number, OutcomeClass] => [
        `missed, then moved by ${cause} and met`,
        met(DUE + 20 * HOUR, {
          missedAt: DUE + 1,
          dueAt: DUE + 30 * HOUR,
          dueBase: DUE + 30 * HOUR,
          moves: [moved(cause, DUE + HOUR, DUE + 30 * HOUR)],
        }),
        later,
        'late',
      ],
    ),
    [
      'missed, then moved by the plan and cancelled before the new date',
      cancelled(DUE + 20 * HOUR, {
        missedAt: DUE + 1,
        dueAt: DUE + 30 * HOUR,
        dueBase: DUE + 30 * HOUR,
        moves: [moved('plan-confirmed', DUE + HOUR, DUE + 30 * HOUR)],
      }),
      later,
      'missed',
    ],

    ['extended and kept', met(DUE + 40 * HOUR, extended), later, 'ext-kept'],
    ['extended and done before the old date', met(DUE - 1, extended), later, 'ext-kept'],
    ['extended and kept in its last millisecond', met(DUE + 48 * HOUR, extended), later, 'ext-kept'],
    ['extended and broken', met(DUE + 50 * HOUR, { ...extended, missedAt: DUE + 48 * HOUR + 1 }), later, 'ext-broken'],
    [
      'extended, past the new date, still owed',
      obligationOf({ ...extended, missedAt: DUE + 48 * HOUR + 1 }),
      later,
      'ext-broken',
    ],
    ['extended, past the new date, before the timer', obligationOf(extended), DUE + 48 * HOUR + 1, 'ext-broken'],
    ['extended, between the dates', obligationOf(extended), DUE + HOUR, 'open'],
    ['extended and cancelled between the dates', cancelled(DUE + HOUR, extended), later, 'void'],
    [
      'extended, broken and cancelled',
      cancelled(later, { ...extended, missedAt: DUE + 48 * HOUR + 1 }),
      later,
      'ext-broken',
    ],

    ['typed in late and met', met(DUE + HOUR, { bornLate: 'typed-late', openedAt: DUE + 1 }), later, 'late'],
    ['typed in late and owed', obligationOf({ bornLate: 'typed-late', openedAt: DUE + 1 }), later, 'missed'],
    ['raised when past due, and met', met(DUE + HOUR, { bornLate: 'reclassified' }), later, 'void'],
    ['raised when past due, and owed', obligationOf({ bornLate: 'reclassified', ...missed }), later, 'void'],

    // What is scored is the first promise; that the last one was kept is told by missedAt.
    [
      'a promise that was moved in time and kept',
      met(DUE + HOUR, {
        kind: 'promise',
        dueAt: DUE + 2 * HOUR,
        moves: [moved('promise-moved', DUE - 1, DUE + 2 * HOUR)],
      }),
      later,
      'late',
    ],
  ])('%s', (_name, obligation, asOf, expected) => {
    // The helper derives the base from dueAt; here the base is what a case would have.
    const base = obligation.moves.some(({ cause }) => cause === 'promise-moved') && obligation.missedAt === null;
    expect(outcomeOf(base ? { ...obligation, dueBase: DUE } : obligation, asOf)).toBe(expected);
  });
});

describe('the classes of a played case', () => {
  const classes = (play: Play) =>
    Object.fromEntries(Object.values(play.state.obligations).map((o) => [o.id, outcomeOf(o, play.now)]));

  it('are met and late as the commands came', () => {
    const play = new Play(ROUTINE);
    play.do('acknowledge', BODY.acknowledge, { at: sh('2026-11-23 11:00') });
    play.do('set-measure', BODY.measure(sh('2026-11-23 16:30')), { at: sh('2026-11-23 13:00:00.001') });
    toClosed(play, sh('2026-11-23 15:00'));
    expect(classes(play)).toEqual({
      acknowledge: 'met',
      measure: 'late',
      resolve: 'met',
      'part:engineering': 'met',
      'owner-confirm:result': 'met',
      callback: 'met',
      close: 'met',
    });
  });

  it('are void for a withdrawal before the due instants, and missed for those before it', () => {
    const play = new Play(IMPORTANT);
    play.do('withdraw', { reason: text('r') }, { by: RESIDENT, at: sh('2026-11-23 11:30') });
    expect(classes(play)).toEqual({
      acknowledge: 'missed',
      survey: 'missed',
      plan: 'void',
      resolve: 'void',
      close: 'void',
      'part:engineering': 'void',
    });
  });

  it('are void for a withdrawal in a pause, which kept the clocks from becoming due', () => {
    const play = new Play(IMPORTANT);
    play.do('survey', BODY.survey);
    play.do('pause', BODY.pause(sh('2026-11-26 08:00')), { at: sh('2026-11-23 10:00') });
    play.do('withdraw', { reason: text('r') }, { by: RESIDENT, at: sh('2026-11-25 08:00') });
    expect(classes(play)).toMatchObject({ plan: 'void', resolve: 'void', 'part:engineering': 'void' });
  });

  it('are met for what was done in a pause', () => {
    const play = new Play(IMPORTANT);
    play.do('pause', BODY.pause(sh('2026-11-25 10:00')), { at: sh('2026-11-23 10:00') });
    play.do('survey', BODY.survey, { at: sh('2026-11-24 09:00') });
    expect(classes(play)).toMatchObject({ survey: 'met', acknowledge: 'late' });
    // An hour had run when the pause began, so an hour is left.
    expect(play.obligation('survey')).toMatchObject({ dueAt: sh('2026-11-24 10:00'), lateMs: -HOUR });
    expect(play.obligation('survey').pauses).toEqual([{ from: sh('2026-11-23 10:00'), to: sh('2026-11-24 09:00') }]);
  });

  it('tell the extended apart, kept or broken', () => {
    const outcome = (closedAt: string) => {
      const play = toReview(new Play(ROUTINE), sh('2026-11-24 08:00'));
      const dueAt = sh('2026-11-27 09:00');
      play.do('extend', { dueAt, reason: text('r') }, { by: MANAGER, at: sh('2026-11-25 08:59') });
      play.do('close', BODY.close, { by: CLERK, at: sh(closedAt) });
      return outcomeOf(play.obligation('close'), play.now);
    };
    expect(outcome('2026-11-25 08:59')).toBe('ext-kept');
    expect(outcome('2026-11-27 09:00')).toBe('ext-kept');
    expect(outcome('2026-11-27 09:00:00.001')).toBe('ext-broken');
  });
});
