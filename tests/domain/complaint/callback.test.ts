import {
  BODY,
  CLERK,
  MANAGER,
  OTHER_CLERK,
  Play,
  RESIDENT,
  ROUTINE,
  SUPERVISOR,
  notices,
  sh,
  text,
  types,
  workDone,
} from '../support';

const GOOD = { score: 5, solved: true, conduct: null, comment: null };
const TEN = sh('2026-11-23 10:00');

/** The supervisor did the work himself, and the result was told. */
function fedBack(): Play {
  const play = new Play(ROUTINE);
  workDone(play);
  play.do('feed-back', BODY.feedBack);
  return play;
}

describe('the callback of a complaint', () => {
  it('is owed 48 h after the resolution, and asks how satisfied the resident is', () => {
    const play = new Play(ROUTINE);
    workDone(play, TEN);
    expect(play.obligation('callback')).toMatchObject({
      dueAt: sh('2026-11-25 10:00'),
      owedBy: { as: 'role', role: 'customer_service' },
    });
    expect(play.all('satisfaction-asked')).toHaveLength(1);
  });

  it('is met by the owner’s answer to somebody who took no part in the work', () => {
    for (const by of [RESIDENT, CLERK]) {
      const play = fedBack();
      play.do('owner-answer', BODY.accept, { by });
      expect(play.obligation('callback').state).toBe('met');
      play.do('close', BODY.close, { by: CLERK });
    }
  });

  it('is not met by his answer to who did the work: nothing closes around it', () => {
    const play = fedBack();
    play.do('owner-answer', BODY.accept, { by: SUPERVISOR });
    expect(play.open()).toEqual(['callback', 'close']);
    expect(play.refused('close', BODY.close)).toEqual({ refused: 'callback-owed', args: { stage: 'review' } });
    expect(play.refused('callback', GOOD, { by: SUPERVISOR, at: TEN }).refused).toBe('did-the-work');
    play.do('callback', GOOD, { by: OTHER_CLERK });
    play.do('close', BODY.close);
    expect(play.state).toMatchObject({ stage: 'closed', satisfaction: 5 });
  });

  it('is not walked around by a withdrawal either, whoever asks for it', () => {
    const resolved = new Play(ROUTINE);
    workDone(resolved);
    for (const play of [resolved, fedBack()]) {
      const { stage } = play.state;
      for (const by of [CLERK, MANAGER, RESIDENT]) {
        expect(play.refused('withdraw', { reason: text('r') }, { by })).toEqual({
          refused: 'callback-owed',
          args: { stage },
        });
      }
    }
    const play = fedBack();
    play.do('callback', GOOD, { by: OTHER_CLERK, at: TEN });
    play.do('withdraw', { reason: text('r') });
    expect(play.state.stage).toBe('withdrawn');
  });

  it('could be under the former rules, which cases keep that were opened under them', () => {
    const play = new Play({ ...ROUTINE, rules: 1 });
    workDone(play);
    play.do('withdraw', { reason: text('r') }, { by: RESIDENT });
    expect(play.obligation('callback')).toMatchObject({ state: 'cancelled', endReason: 'withdrawn' });
  });

  it('is an answer to the result, too', () => {
    const play = fedBack();
    const events = play.do('callback', GOOD, { at: TEN });
    expect(types(events)).toContain('owner-answered');
    expect(play.state).toMatchObject({ awaiting: null, resultAccepted: true, waitingOn: 'us' });
    expect(play.open()).toEqual(['close']);
  });

  it('that is not satisfied reopens with new clocks, and tells the supervisor', () => {
    const play = fedBack();
    const events = play.do('callback', { ...GOOD, score: 2 }, { at: TEN });
    expect(play.state).toMatchObject({ stage: 'classified', episode: 2, reopenCount: 1 });
    expect(notices(events)).toEqual(
      expect.arrayContaining(['unsatisfied → senior_cs_supervisor', 'case-reopened → senior_cs_supervisor']),
    );
    expect(play.open()).toEqual(['acknowledge@2', 'close@2', 'measure@2', 'part:engineering@2', 'resolve@2']);
  });

  it('ends with three attempts on two days', () => {
    const play = fedBack();
    for (const at of ['2026-11-23 10:00', '2026-11-23 15:00', '2026-11-24 10:00']) {
      play.do('callback-attempt', {}, { at: sh(at) });
    }
    expect(play.state).toMatchObject({ stage: 'review', callback: { settled: 'unreachable' } });
    expect(play.open()).toEqual(['close']);
    play.do('close', BODY.close);
    // Counted apart.
    expect(play.all('closed').map(({ data }) => data.reason)).toEqual(['unreachable']);
  });

  it('is made when the result was told, not before', () => {
    const play = new Play(ROUTINE);
    workDone(play);
    expect(play.refused('callback', GOOD, { at: TEN })).toEqual({
      refused: 'not-allowed-now',
      args: { stage: 'feedback', allowed: ['review'] },
    });
  });

  it('falls away when a manager decides for an owner who never answers', () => {
    const play = fedBack();
    play.do('decide-for-owner', { accepted: true, reason: text('r') }, { by: MANAGER, at: sh('2026-11-27 12:00') });
    expect(play.obligation('callback')).toMatchObject({ state: 'cancelled', endReason: 'decided-for-owner' });
    play.do('close', BODY.close);
  });

  it('is left out by a manager who closes with a reason, in time or not', () => {
    const play = fedBack();
    const reason = { reason: text('he moved away') };
    expect(play.refused('close-unsatisfied', reason).refused).toBe('role-not-allowed');
    play.do('close-unsatisfied', reason, { by: MANAGER });
    expect(play.all('closed').map(({ data }) => data.reason)).toEqual(['unsatisfied']);
    expect(play.obligation('close').state).toBe('met');
  });

  it('is not owed under a policy that was published before there were callbacks', () => {
    const { callback, ...former } = new Play(ROUTINE).opening.policy;
    expect(callback).toBeDefined();
    const play = new Play({ ...ROUTINE, policy: former });
    workDone(play);
    expect(play.open()).toEqual(['close']);
    play.do('feed-back', BODY.feedBack);
    play.do('owner-answer', BODY.accept, { by: SUPERVISOR });
    play.do('close', BODY.close);
    expect(play.state.stage).toBe('closed');
  });
});
