import { outcomeOf } from '../../../domain/obligation';
import {
  BODY,
  CLERK,
  ENGINEER,
  MANAGER,
  Play,
  RESIDENT,
  ROUTINE,
  notices,
  sh,
  text,
  toClosed,
  toReview,
  workDone,
} from '../support';

const thursday = sh('2026-11-26 09:00');
const saturday = sh('2026-11-28 09:00');
const move = (promise: string, dueAt: number) => ({ promise, dueAt, reason: text('r') });

function promised(dueAt = thursday): Play {
  const play = new Play(ROUTINE);
  play.do('promise', { text: text('rules'), dueAt }, { by: ENGINEER });
  return play;
}

describe('a promise to the resident', () => {
  it('is a clock of the case, due at its own instant', () => {
    const play = promised();
    expect(play.obligation('promise:p1')).toMatchObject({
      start: play.now,
      dueAt: thursday,
      limit: 72 * 3_600_000,
      ladder: 'default',
    });
    expect(play.state.promises).toEqual({ p1: { id: 'p1', dueAt: thursday, state: 'open' } });
    expect(notices(play.journal).at(-1)).toBe('promise-made → resident');
  });

  it('is kept, in time or late', () => {
    const play = promised();
    play.do('keep-promise', { promise: 'p1', note: null }, { at: thursday });
    expect(outcomeOf(play.obligation('promise:p1'), play.now)).toBe('met');
    const late = promised();
    late.do('keep-promise', { promise: 'p1', note: null }, { at: thursday + 1 });
    expect(outcomeOf(late.obligation('promise:p1'), late.now)).toBe('late');
    expect(late.obligation('promise:p1').escalations).toHaveLength(1);
  });

  it('can be moved in time, which the resident is told, and not once it is broken', () => {
    const play = promised();
    const events = play.do('move-promise', move('p1', saturday), { at: thursday });
    expect(notices(events)).toEqual(['promise-moved → resident']);
    expect(play.obligation('promise:p1')).toMatchObject({ dueAt: saturday, dueBase: thursday, missedAt: null });
    expect(play.state.promises['p1']).toMatchObject({ dueAt: saturday });
    expect(play.refused('move-promise', move('p1', saturday + 1), { at: saturday + 1 })).toEqual({
      refused: 'promise-already-broken',
      args: { promise: 'p1', dueAt: saturday },
    });
  });

  it('is one of several, each with its own number', () => {
    const play = promised();
    workDone(play);
    play.do('feed-back', {
      ...BODY.feedBack,
      promises: [
        { text: text('a'), dueAt: thursday },
        { text: text('b'), dueAt: saturday },
      ],
    });
    expect(Object.keys(play.state.promises)).toEqual(['p1', 'p2', 'p3']);
    expect(play.obligation('promise:p3').dueAt).toBe(saturday);
    play.do('keep-promise', { promise: 'p2', note: null });
    expect(play.open()).toEqual(['callback', 'close', 'owner-confirm:result', 'promise:p1', 'promise:p3']);
  });

  it('keeps the case from being closed, and outlives a result that was rejected', () => {
    const play = promised();
    toReview(play);
    expect(play.refused('close', BODY.close)).toEqual({ refused: 'promises-open', args: { promises: ['p1'] } });
    play.do('keep-promise', { promise: 'p1', note: null });
    play.do('close', BODY.close);
    const back = promised();
    workDone(back);
    back.do('feed-back', BODY.feedBack);
    back.do('owner-answer', BODY.reject, { by: RESIDENT });
    expect(back.open()).toContain('promise:p1');
    back.do('promise', { text: text('c'), dueAt: saturday });
    expect(back.open()).toContain('promise:p2@2');
    back.do('move-promise', move('p2', saturday + 1));
    back.do('keep-promise', { promise: 'p2', note: null });
    back.do('keep-promise', { promise: 'p1', note: null });
    expect(back.open().filter((id) => id.startsWith('promise'))).toEqual([]);
  });

  it('is off when the resident withdraws, and does not hang on a case that comes back', () => {
    const play = promised();
    play.do('withdraw', { reason: text('r') }, { by: RESIDENT });
    expect(play.state.promises['p1']?.state).toBe('cancelled');
    expect(outcomeOf(play.obligation('promise:p1'), play.now)).toBe('void');
    play.do('reopen', { reason: text('r') });
    toReview(play);
    play.do('close', BODY.close, { by: MANAGER });
    expect(play.state.stage).toBe('closed');
  });
});

describe('a promise is refused', () => {
  it('for an instant that is not ahead', () => {
    const play = promised();
    const now = play.now;
    const behind = (field: string, instant: number) => ({ refused: 'instant-not-ahead', args: { field, instant } });
    expect(play.refused('promise', { text: text('t'), dueAt: now })).toEqual(behind('dueAt', now));
    expect(play.refused('move-promise', move('p1', now))).toEqual(behind('dueAt', now));
    workDone(play);
    const body = {
      ...BODY.feedBack,
      promises: [
        { text: text('a'), dueAt: thursday },
        { text: text('b'), dueAt: now - 1 },
      ],
    };
    expect(play.refused('feed-back', body)).toEqual(behind('dueAt', now - 1));
  });

  it('to be kept or moved when there is none of that name, or none at all', () => {
    const play = promised();
    const unknown = { refused: 'promise-unknown', args: { promise: 'p9', allowed: ['p1'] } };
    expect(play.refused('keep-promise', { promise: 'p9', note: null })).toEqual(unknown);
    expect(play.refused('move-promise', move('p9', saturday))).toEqual(unknown);
    play.do('keep-promise', { promise: 'p1', note: null });
    expect(play.refused('keep-promise', { promise: 'p1', note: null })).toEqual({
      refused: 'no-open-promise',
      args: { stage: 'classified' },
    });
    expect(play.refused('move-promise', move('p1', saturday)).refused).toBe('no-open-promise');
  });

  it('by those who may not, and after the end', () => {
    const play = promised();
    expect(play.refused('move-promise', move('p1', saturday), { by: ENGINEER }).refused).toBe('role-not-allowed');
    play.do('keep-promise', { promise: 'p1', note: null });
    toClosed(play);
    for (const refusal of [
      play.refused('promise', { text: text('t'), dueAt: saturday }, { by: CLERK }),
      play.refused('keep-promise', { promise: 'p1', note: null }),
      play.refused('move-promise', move('p1', saturday)),
    ]) {
      expect(refusal).toEqual({ refused: 'case-closed', args: { stage: 'closed', allowed: ['reopen'] } });
    }
  });
});
