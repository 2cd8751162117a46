import { HOUR } from '../../../domain/instant';
import {
  CLERK,
  ENGINEER,
  GOOD,
  MANAGER,
  OTHER_CLERK,
  REPAIR_BODY,
  RESIDENT,
  SUPERVISOR,
  accepted,
  completed,
  notices,
  sh,
  text,
  toCallback,
  tomorrow,
  type RepairPlay,
} from './support';

const TEN = sh('2026-11-23 10:00');
const bad = { score: 2, solved: true, conduct: false, comment: text('dirty') };
const closings = (play: RepairPlay) => play.all('closed').map(({ data }) => data);

describe('the callback', () => {
  it('that finds the resident satisfied closes the case', () => {
    const play = toCallback();
    play.do('callback', { ...GOOD, score: 3 }, { by: CLERK, at: TEN });
    expect(play.obligation('callback').state).toBe('met');
    expect(play.state).toMatchObject({ stage: 'closed', satisfaction: 3 });
    expect(closings(play)).toEqual([{}]);
    expect(play.open()).toEqual([]);
  });

  it.each([
    ['08:59:59.999', false],
    ['09:00', true],
    ['19:59:59.999', true],
    ['20:00', false],
  ])('is made from 09:00 to 20:00: at %s %s', (time, allowed) => {
    const play = toCallback();
    const at = sh(`2026-11-24 ${time}`);
    if (allowed) play.do('callback', GOOD, { at });
    else {
      const refusal = { refused: 'outside-callback-hours', args: { from: '09:00', to: '20:00' } };
      expect(play.refused('callback', GOOD, { at })).toEqual(refusal);
      expect(play.refused('callback-attempt', {}, { at })).toEqual(refusal);
    }
    // The resident answers by himself whenever he likes.
    if (!allowed) play.do('callback', GOOD, { by: RESIDENT });
    expect(play.state.stage).toBe('closed');
  });

  it('is made by somebody who did not do the work', () => {
    const play = completed(accepted({}, SUPERVISOR), SUPERVISOR);
    const refusal = { refused: 'did-the-work', args: { staff: SUPERVISOR.id } };
    expect(play.refused('callback', GOOD, { by: SUPERVISOR, at: TEN })).toEqual(refusal);
    expect(play.refused('callback-attempt', {}, { by: SUPERVISOR })).toEqual(refusal);
    expect(play.refused('callback', GOOD, { by: ENGINEER }).refused).toBe('role-not-allowed');
    play.do('callback', GOOD, { by: OTHER_CLERK });
  });

  it('is not walked around by a withdrawal, but in a case that was opened under the former rules', () => {
    const reason = { reason: text('r') };
    for (const by of [CLERK, MANAGER, RESIDENT]) {
      expect(toCallback().refused('withdraw', reason, { by })).toEqual({
        refused: 'callback-owed',
        args: { stage: 'callback' },
      });
    }
    const former = toCallback({ rules: 1 });
    former.do('withdraw', reason, { by: RESIDENT });
    expect(former.state.stage).toBe('withdrawn');
    accepted().do('withdraw', reason, { by: RESIDENT });
  });

  it('is owed after the work alone', () => {
    expect(accepted().refused('callback', GOOD).refused).toBe('not-allowed-now');
    expect(accepted().refused('callback-attempt', {}).refused).toBe('not-allowed-now');
    const play = toCallback();
    expect(play.refused('second-callback', GOOD, { by: SUPERVISOR, at: TEN }).refused).toBe('callback-round');
  });

  it.each([
    ['not solved', { ...GOOD, solved: false }],
    ['a score of 2', { ...GOOD, score: 2 }],
    ['a score of 1', { ...GOOD, score: 1 }],
  ])('that says %s reopens with new clocks, and tells the supervisor', (_what, answer) => {
    const play = toCallback();
    const events = play.do('callback', answer, { at: TEN });
    expect(play.state).toMatchObject({ stage: 'received', episode: 2, reopenCount: 1, satisfaction: null });
    expect(notices(events)).toContain('case-reopened → senior_cs_supervisor');
    expect(play.open()).toEqual(['arrive@2', 'dispatch@2', 'survey@2']);
    expect(play.state.job).toMatchObject({ assignee: null, passed: [] });
    expect(closings(play)).toEqual([]);
  });

  it('goes to the manager with the third reopening', () => {
    const play = toCallback();
    const told = [1, 2, 3].map(() => {
      const events = play.do('callback', bad, { at: tomorrow(play) });
      play.offer(ENGINEER);
      play.do('accept', {}, { by: ENGINEER });
      completed(play);
      return notices(events).find((notice) => notice.includes('reopened'));
    });
    expect(told).toEqual([
      'case-reopened → senior_cs_supervisor',
      'case-reopened → senior_cs_supervisor',
      'reopened-to-manager → manager',
    ]);
  });

  it('may be made in the next episode by who did the work of the last', () => {
    const play = completed(accepted({}, SUPERVISOR), SUPERVISOR);
    play.do('callback', bad, { at: TEN });
    play.offer(ENGINEER);
    play.do('accept', {}, { by: ENGINEER });
    completed(play);
    play.do('callback', GOOD, { by: SUPERVISOR });
    expect(play.state.stage).toBe('callback');
  });
});

describe('who can’t be reached', () => {
  const attempts = (...times: string[]) => {
    const play = toCallback();
    for (const time of times) play.do('callback-attempt', {}, { at: sh(time) });
    return play;
  };

  it('was called three times on two days at least', () => {
    const play = attempts('2026-11-23 10:00', '2026-11-23 15:00', '2026-11-24 10:00');
    expect(closings(play)).toEqual([{ reason: 'unreachable' }]);
    expect(play.obligation('callback').state).toBe('met');
    expect(play.state).toMatchObject({ stage: 'closed', satisfaction: null });
  });

  it('is called again when all attempts were on one day', () => {
    const play = attempts('2026-11-23 10:00', '2026-11-23 12:00', '2026-11-23 15:00', '2026-11-23 19:00');
    expect(play.state.stage).toBe('callback');
    play.do('callback-attempt', {}, { at: sh('2026-11-24 09:00') });
    expect(play.state.stage).toBe('closed');
  });

  it('was called three times, not twice on two days', () => {
    expect(attempts('2026-11-23 10:00', '2026-11-24 10:00').state.stage).toBe('callback');
  });

  it('is counted from the beginning when he answered in between', () => {
    const play = attempts('2026-11-23 10:00', '2026-11-23 15:00');
    play.do('callback', bad, { at: sh('2026-11-24 09:30') });
    expect(play.state.callback).toMatchObject({ round: 'none', attempts: [] });
  });
});

describe('who was never asked', () => {
  const unreachable = () => {
    const play = toCallback();
    for (const at of ['2026-11-23 10:00', '2026-11-23 15:00', '2026-11-24 10:00']) {
      play.do('callback-attempt', {}, { at: sh(at) });
    }
    return play;
  };

  it('may rate after closing, once', () => {
    const play = unreachable();
    const rating = { score: 4, comment: text('fine') };
    expect(play.refused('rate', rating, { by: CLERK }).refused).toBe('role-not-allowed');
    expect(notices(play.do('rate', rating, { by: RESIDENT }))).toEqual([]);
    expect(play.state).toMatchObject({ stage: 'closed', satisfaction: 4 });
    expect(play.refused('rate', rating, { by: RESIDENT })).toEqual({ refused: 'already-rated', args: { score: 4 } });
  });

  it.each([1, 2])('reopens by a score of %s, as he would have in the callback', (score) => {
    const play = unreachable();
    const events = play.do('rate', { score, comment: null }, { by: RESIDENT });
    expect(play.state).toMatchObject({ stage: 'received', episode: 2, satisfaction: null });
    expect(notices(events)).toEqual(
      expect.arrayContaining(['unsatisfied → senior_cs_supervisor', 'case-reopened → senior_cs_supervisor']),
    );
  });

  it('rates nothing before that', () => {
    expect(toCallback().refused('rate', { score: 5, comment: null }, { by: RESIDENT }).refused).toBe('not-allowed-now');
  });
});

describe('a second callback', () => {
  const major = () => completed(accepted({ subtype: 'lift_entrapment' }));

  it.each<[string, () => RepairPlay]>([
    ['major', major],
    ['repeated', () => toCallback({ record: { repeatOf: 'R-0' } })],
    [
      'raised to major by a manager',
      () => {
        const play = accepted();
        play.do('set-level', { level: 'major', reason: text('r') }, { by: MANAGER });
        return completed(play);
      },
    ],
  ])('is owed for what is %s, by the senior supervisor in 48 h', (_what, make) => {
    const play = make();
    const events = play.do('callback', GOOD, { at: TEN });
    expect(notices(events)).toEqual(['second-callback-owed → senior_cs_supervisor']);
    expect(play.obligation('second-callback')).toMatchObject({
      dueAt: TEN + 48 * HOUR,
      owedBy: { role: 'senior_cs_supervisor' },
    });
    expect(play.state.stage).toBe('callback');
    expect(play.refused('callback', GOOD).refused).toBe('callback-round');
    expect(play.refused('second-callback', GOOD, { by: CLERK }).refused).toBe('role-not-allowed');
    expect(play.refused('callback-attempt', {}, { by: CLERK }).refused).toBe('second-callback-by-supervisor');
    // Not around the second either.
    expect(play.refused('withdraw', { reason: text('r') }, { by: MANAGER }).refused).toBe('callback-owed');
    play.do('second-callback', GOOD, { by: SUPERVISOR });
    expect(play.state.stage).toBe('closed');
  });

  it('is owed for what was reopened, and repeats until the resident is satisfied', () => {
    const play = toCallback();
    play.do('callback', bad, { at: TEN });
    for (let round = 0; round < 2; round += 1) {
      play.offer(ENGINEER);
      play.do('accept', {}, { by: ENGINEER });
      completed(play);
      play.do('callback', GOOD, { at: play.now + HOUR });
      expect(play.state.stage).toBe('callback');
      play.do('second-callback', round === 0 ? bad : GOOD, { by: SUPERVISOR });
    }
    expect(play.state).toMatchObject({ stage: 'closed', reopenCount: 2 });
  });

  it('is not owed for an ordinary repair', () => {
    const play = toCallback();
    play.do('callback', GOOD, { at: TEN });
    expect(play.state.stage).toBe('closed');
  });

  it('has its own attempts, by the supervisor', () => {
    const play = major();
    play.do('callback-attempt', {}, { at: TEN });
    play.do('callback', GOOD, { at: TEN + HOUR });
    for (const at of ['2026-11-23 12:00', '2026-11-24 10:00']) {
      play.do('callback-attempt', {}, { by: SUPERVISOR, at: sh(at) });
      expect(play.state.stage).toBe('callback');
    }
    play.do('callback-attempt', {}, { by: SUPERVISOR, at: sh('2026-11-24 11:00') });
    expect(closings(play)).toEqual([{ reason: 'unreachable' }]);
  });

  it('ends when a manager closes with a reason', () => {
    const play = major();
    play.do('callback', GOOD, { at: TEN });
    const reason = { reason: text('nothing more to do') };
    expect(play.refused('close-unsatisfied', reason, { by: SUPERVISOR }).refused).toBe('role-not-allowed');
    play.do('close-unsatisfied', reason, { by: MANAGER });
    expect(closings(play)).toEqual([{ reason: 'unsatisfied', note: text('nothing more to do') }]);
    expect(play.refused('close-unsatisfied', reason, { by: MANAGER }).refused).toBe('case-closed');
  });
});

describe('a closed repair', () => {
  it('sleeps for 30 days, then it is archived', () => {
    const play = toCallback();
    play.do('callback', GOOD, { at: TEN });
    play.until(TEN + 30 * 24 * HOUR - 1);
    expect(play.state.ended).toBe(false);
    play.wait(1);
    expect(play.state.ended).toBe(true);
    expect(play.refused('complete', REPAIR_BODY.complete, { by: ENGINEER }).refused).toBe('case-archived');
  });
});
