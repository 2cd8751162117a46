import fc from 'fast-check';
import { DAY, HOUR, MINUTE } from '../../domain/instant';
import { earliest, nextMoment } from '../../domain/moments';
import { instantAt, ranAt, warnedBefore } from '../../domain/obligation';
import { wakeAt } from '../../domain/book';
import { DUE, TERMS, obligationOf } from './made';
import { BODY, MONDAY_9, Play, RESIDENT, ROUTINE, ofType, sh, text, types } from './support';

describe('what an obligation does next by itself', () => {
  const next = (over: Parameters<typeof obligationOf>[0]) => nextMoment(obligationOf(over), TERMS);

  it('warns at each point, then is missed', () => {
    expect(next({})).toEqual({ at: MONDAY_9 + 12 * HOUR, purpose: 'warn', obligation: 'resolve', index: 0 });
    expect(next({ warned: 1 })).toEqual({
      at: MONDAY_9 + 19.2 * HOUR,
      purpose: 'warn',
      obligation: 'resolve',
      index: 1,
    });
    expect(next({ warned: 2 })).toEqual({ at: DUE, purpose: 'miss', obligation: 'resolve', index: 0 });
    expect(next({ warn: [] })).toMatchObject({ at: DUE, purpose: 'miss' });
  });

  it('is known to be missed one millisecond later: done in the due millisecond is in time', () => {
    expect(wakeAt({ at: DUE, purpose: 'miss' })).toBe(DUE + 1);
    expect(wakeAt({ at: DUE, purpose: 'warn' })).toBe(DUE);
  });

  it('reminds as often as it says, and only before it is due', () => {
    const remind = { every: 8 * HOUR, times: 3 };
    expect(next({ warn: [], remind })).toMatchObject({ at: MONDAY_9 + 8 * HOUR, purpose: 'remind', index: 0 });
    expect(next({ warn: [], remind, reminded: 1 })).toMatchObject({ at: MONDAY_9 + 16 * HOUR, purpose: 'remind' });
    // The third would fall on the due instant.
    expect(next({ warn: [], remind, reminded: 2 })).toMatchObject({ at: DUE, purpose: 'miss' });
    expect(next({ warn: [], remind: { every: HOUR, times: 1 }, reminded: 1 })).toMatchObject({ purpose: 'miss' });
  });

  it('does nothing while its clock stands still, nor when it has ended', () => {
    expect(next({ pauses: [{ from: MONDAY_9 + HOUR }] })).toBeNull();
    expect(next({ pauses: [{ from: MONDAY_9, to: MONDAY_9 + HOUR }] })).toMatchObject({ at: MONDAY_9 + 13 * HOUR });
    expect(next({ state: 'met', endedAt: MONDAY_9 })).toBeNull();
    expect(next({ state: 'cancelled', endedAt: MONDAY_9 })).toBeNull();
  });

  it('is missed at once when it was born late, and by its new date when that is moved', () => {
    const openedAt = DUE + HOUR;
    const born = { openedAt, bornLate: 'typed-late', warned: 2 } as const;
    expect(next(born)).toMatchObject({ at: openedAt, purpose: 'miss' });
    expect(next({ ...born, dueAt: DUE + 3 * HOUR })).toMatchObject({ at: DUE + 3 * HOUR, purpose: 'miss' });
  });

  it('happens at whole milliseconds, whatever the limit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 90 * DAY }), fc.integer({ min: 0, max: 2 }), (limit, warned) => {
        const moment = nextMoment(obligationOf({ limit, warned }), TERMS)!;
        expect(Number.isInteger(moment.at)).toBe(true);
        expect(moment.at).toBeLessThanOrEqual(MONDAY_9 + limit);
        const rung = nextMoment(obligationOf({ limit, warned, overdue: true, rung: 0 }), TERMS)!;
        expect(Number.isInteger(rung.at)).toBe(true);
      }),
    );
  });
});

describe('an obligation’s own time', () => {
  it('stands still in a pause and goes on after it', () => {
    const paused = obligationOf({ pauses: [{ from: MONDAY_9 + HOUR, to: MONDAY_9 + 5 * HOUR }] });
    expect(instantAt(paused, HOUR, TERMS)).toBe(MONDAY_9 + HOUR);
    expect(instantAt(paused, HOUR + 1, TERMS)).toBe(MONDAY_9 + 5 * HOUR + 1);
    expect(ranAt(paused, MONDAY_9 + 3 * HOUR, TERMS)).toBe(HOUR);
    expect(ranAt(paused, MONDAY_9 + 6 * HOUR, TERMS)).toBe(2 * HOUR);
  });

  it('tells how many warn points lie behind', () => {
    const count = (hours: number) => warnedBefore(obligationOf(), MONDAY_9 + hours * HOUR, TERMS);
    expect([0, 11.9, 12, 19, 19.2, 30].map(count)).toEqual([0, 0, 1, 1, 2, 2]);
    const standing = obligationOf({ pauses: [{ from: MONDAY_9 + 13 * HOUR }] });
    expect(warnedBefore(standing, MONDAY_9 + 99 * HOUR, TERMS)).toBe(1);
  });
});

describe('the earliest of several moments', () => {
  it('is the first in time, and of two at one instant the first in the list', () => {
    const [a, b, c] = [{ at: 2 }, { at: 1 }, { at: 1 }];
    expect(earliest([a, b, c])).toBe(b);
    expect(earliest([a, c, b])).toBe(c);
    expect(earliest([])).toBeNull();
  });
});

describe('a promise of any length', () => {
  const lengths = fc.integer({ min: 2, max: 10 * DAY });

  it('warns twice, is missed once and never early, and ends once', () => {
    fc.assert(
      fc.property(lengths, fc.integer({ min: -3, max: 3 * HOUR }), (length, late) => {
        const play = new Play({ ...ROUTINE, policy: withoutOtherClocks() });
        const dueAt = play.now + length;
        play.do('promise', { text: text('t'), dueAt });
        const keptAt = Math.max(play.now, dueAt + late);
        play.do('keep-promise', { promise: 'p1', note: null }, { at: keptAt });
        play.until(keptAt + 3 * DAY);
        const own = play.journal.filter(
          (event) => 'obligation' in event.data && event.data.obligation === 'promise:p1',
        );
        const warned = ofType(own, 'obligation-warned');
        const missed = ofType(own, 'obligation-missed');
        expect(warned.map((event) => event.data.fraction)).toEqual([0.5, 0.8].slice(0, warned.length));
        for (const event of warned) expect(event.at).toBeLessThan(dueAt);
        expect(missed).toHaveLength(keptAt > dueAt ? 1 : 0);
        for (const event of missed) expect(event.at).toBe(dueAt + 1);
        const ends = ofType(own, 'obligation-met');
        expect(ends.map(({ data }) => [data.metAt, data.lateMs])).toEqual([[keptAt, keptAt - dueAt]]);
        // Nothing comes after the end.
        const last = own.filter((event) => event.seq > ends[0]!.seq && event.type !== 'notify-requested');
        expect(types(last)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('is moved, and its warnings with it, without warning twice of the same point', () => {
    const play = new Play(ROUTINE);
    play.do('promise', { text: text('t'), dueAt: sh('2026-11-23 19:00') });
    play.until(sh('2026-11-23 15:00'));
    expect(play.obligation('promise:p1').warned).toBe(1);
    play.do('move-promise', { promise: 'p1', dueAt: sh('2026-11-24 09:00'), reason: text('r') });
    // 50 % of the new 24 hours is still ahead, at 21:00.
    expect(play.obligation('promise:p1')).toMatchObject({ warned: 0, limit: DAY, dueBase: sh('2026-11-23 19:00') });
    play.until(sh('2026-11-23 22:00'));
    play.do('move-promise', { promise: 'p1', dueAt: sh('2026-11-24 10:00'), reason: text('r') });
    // 50 % of 25 hours lies at 21:30, behind; it is not told again.
    expect(play.obligation('promise:p1')).toMatchObject({ warned: 1, moves: [{}, { cause: 'promise-moved' }] });
    const fired = play.until(sh('2026-11-24 10:00:00.001'));
    expect(ofType(fired, 'obligation-warned').filter(({ data }) => data.obligation === 'promise:p1')).toHaveLength(1);
  });
});

describe('arrival in one instant', () => {
  it('does not matter: a command and a timer of the same millisecond end alike', () => {
    const due = sh('2026-11-23 11:00');
    for (const at of [due - 1, due, due + 1]) {
      const timerFirst = new Play(ROUTINE);
      timerFirst.until(at);
      timerFirst.do('acknowledge', BODY.acknowledge, { at });
      const commandFirst = new Play(ROUTINE);
      commandFirst.until(at - 1);
      commandFirst.now = at;
      commandFirst.do('acknowledge', BODY.acknowledge, { at });
      commandFirst.until(at);
      expect(commandFirst.state).toEqual(timerFirst.state);
      expect(timerFirst.obligation('acknowledge').missedAt).toBe(at > due ? at : null);
    }
  });

  it('does not matter between commands that have nothing to do with each other', () => {
    const at = sh('2026-11-23 12:00');
    const commands: ((play: Play) => unknown)[] = [
      (play) => play.do('progress', BODY.progress, { at }),
      (play) => play.do('note', { text: text('n') }, { at }),
      (play) => play.do('set-measure', BODY.measure(at + HOUR), { at }),
      (play) =>
        play.do(
          'accept-part',
          { department: 'engineering' },
          { at, by: { id: 'e', role: 'engineering', department: 'engineering' } },
        ),
      (play) => play.do('promise', { text: text('p'), dueAt: at + HOUR }, { at }),
    ];
    const outcome = (order: readonly number[]) => {
      const play = new Play(ROUTINE);
      play.do('acknowledge', BODY.acknowledge, { at: at - MINUTE });
      for (const index of order) commands[index]!(play);
      return play.state;
    };
    const expected = outcome([0, 1, 2, 3, 4]);
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 }), (order) => {
        expect(outcome(order)).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });

  it('does not matter between the answer of the owner and the manager who is asked in that millisecond', () => {
    const play = new Play({ subtype: 'lift' });
    play.do('survey', BODY.survey);
    play.do('propose-plan', BODY.plan(sh('2026-11-30 09:00')));
    const due = play.obligation('owner-confirm:plan:1').dueAt;
    play.do('owner-answer', BODY.accept, { at: due, by: RESIDENT });
    expect(play.obligation('owner-confirm:plan:1')).toMatchObject({ state: 'met', missedAt: null });
    expect(play.state.obligations['owner-decision:plan:1']).toBeUndefined();
  });
});

/** A policy in which a promise is alone: everything else is due in a year. */
function withoutOtherClocks() {
  const { policy } = new Play(ROUTINE).opening;
  const rule = { ...policy.clocks.routine.close!, limit: 365 * DAY, warn: [] };
  return {
    ...policy,
    clocks: { ...policy.clocks, routine: { acknowledge: rule, resolve: rule, close: rule } },
    progress: { ...policy.progress, rule: { ...policy.progress.rule, ladder: null } },
  };
}
