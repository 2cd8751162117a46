import { EMPTY_TALLY, foldTally } from '../../../domain/facts';
import { outcomeOf } from '../../../domain/obligation';
import {
  BODY,
  CLERK,
  ENGINEER,
  GENERAL_MANAGER,
  IMPORTANT,
  MANAGER,
  OWNER_REP,
  Play,
  RESIDENT,
  ROUTINE,
  SUPERVISOR,
  URGENT,
  notices,
  ofType,
  sh,
  text,
  toClosed,
  types,
  workDone,
  type OpenOptions,
} from '../support';

const asked = sh('2026-11-23 12:00');
const finishAt = sh('2026-12-02 12:00');

/** A plan proposed on Monday at noon. */
function proposed(): Play {
  const play = new Play(IMPORTANT);
  play.do('survey', BODY.survey);
  play.do('propose-plan', BODY.plan(finishAt), { at: asked });
  return play;
}

/** A result fed back on Monday at noon. */
function fedBack(options: OpenOptions = ROUTINE): Play {
  const play = new Play(options);
  workDone(play, asked);
  play.do('feed-back', BODY.feedBack);
  return play;
}

const decision = (accepted: boolean) => ({ accepted, reason: text('reason') });

describe('the plan', () => {
  it('is put to the owner, and nothing else can be proposed until he has answered', () => {
    const play = proposed();
    expect(play.state).toMatchObject({
      awaiting: 'plan',
      waitingOn: 'resident',
      plan: { count: 1, state: 'proposed', finishAt },
    });
    expect(play.obligation('plan').state).toBe('met');
    expect(play.obligation('owner-confirm:plan:1')).toMatchObject({
      owedBy: { as: 'resident' },
      ladder: null,
      start: asked,
    });
    expect(play.refused('propose-plan', BODY.plan(finishAt))).toEqual({
      refused: 'owner-has-not-answered',
      args: { subject: 'plan' },
    });
  });

  it('that is accepted moves what is due to its date, in both ways', () => {
    for (const date of [finishAt, sh('2026-11-23 18:00')]) {
      const play = new Play(IMPORTANT);
      play.do('survey', BODY.survey);
      play.do('propose-plan', BODY.plan(date), { at: asked });
      const events = play.do('owner-answer', BODY.accept, { by: RESIDENT, at: sh('2026-11-23 13:00') });
      expect(notices(events)).toEqual(['plan-answered → clerk-li']);
      for (const id of ['resolve', 'part:engineering']) {
        expect(play.obligation(id)).toMatchObject({ dueAt: date, dueBase: date, moves: [{ cause: 'plan-confirmed' }] });
      }
      expect(play.state).toMatchObject({
        plannedFinish: date,
        awaiting: null,
        waitingOn: 'working',
        plan: { state: 'accepted' },
      });
      expect(play.obligation('close').dueAt).toBe(sh('2026-11-25 09:00'));
    }
  });

  it('does not undo a miss: what was missed before it was confirmed stays missed', () => {
    const play = proposed();
    play.do('owner-answer', BODY.accept, { by: RESIDENT, at: sh('2026-11-24 10:00') });
    expect(play.obligation('resolve')).toMatchObject({ dueAt: finishAt, overdue: false });
    workDone(play, sh('2026-11-25 10:00'));
    expect(outcomeOf(play.obligation('resolve'), play.now)).toBe('late');
  });

  it('moves nothing for a priority whose work is due in 24 hours whatever is planned', () => {
    for (const options of [ROUTINE, URGENT]) {
      const play = new Play(options);
      play.do('acknowledge', BODY.acknowledge);
      play.do('propose-plan', BODY.plan(finishAt), { at: asked });
      play.do('owner-answer', BODY.accept, { by: RESIDENT });
      expect(play.obligation('resolve').dueAt).toBe(sh('2026-11-24 09:00'));
      // The daily update knows that it will take longer.
      expect(play.state).toMatchObject({ plannedFinish: finishAt, plan: { state: 'accepted' } });
    }
  });

  it('that is rejected goes back to plan making with 24 hours from then, again and again', () => {
    const play = proposed();
    for (const [number, day] of [
      [2, '24'],
      [3, '25'],
      [4, '26'],
    ] as const) {
      const at = sh(`2026-11-${day} 08:00`);
      const events = play.do('owner-answer', BODY.reject, { by: RESIDENT, at });
      expect(types(events)).toContain('owner-answered');
      expect(play.state).toMatchObject({
        awaiting: null,
        waitingOn: 'us',
        plan: { state: 'rejected', count: number - 1 },
      });
      expect(play.obligation(`plan:${number}`)).toMatchObject({ start: at, limit: 24 * 3_600_000, state: 'open' });
      play.do('propose-plan', BODY.plan(finishAt), { at: at + 3_600_000 });
      expect(play.obligation(`plan:${number}`).state).toBe('met');
      expect(play.open()).toContain(`owner-confirm:plan:${number}`);
    }
  });

  it('has no score', () => {
    const play = proposed();
    expect(play.refused('owner-answer', { accepted: true, score: 5, comment: null })).toEqual({
      refused: 'score-with-result-only',
      args: { field: 'score' },
    });
  });

  it('is not asked about any more when the work is done, and does not bring it back', () => {
    const play = new Play(ROUTINE);
    play.do('propose-plan', BODY.plan(finishAt), { at: asked });
    workDone(play);
    expect(play.state).toMatchObject({ stage: 'feedback', awaiting: null });
    expect(play.obligation('owner-confirm:plan:1')).toMatchObject({ state: 'cancelled', endReason: 'resolved' });
    expect(play.refused('owner-answer', BODY.accept, { by: RESIDENT })).toEqual({
      refused: 'nothing-to-answer',
      args: { stage: 'feedback' },
    });
  });

  it('is not answered after the end: a closed case never changes', () => {
    const play = proposed();
    play.do('withdraw', { reason: text('r') }, { by: RESIDENT });
    for (const body of [BODY.accept, BODY.reject]) {
      expect(play.refused('owner-answer', body, { by: RESIDENT })).toEqual({
        refused: 'case-closed',
        args: { stage: 'withdrawn', allowed: ['reopen'] },
      });
    }
  });
});

describe('an owner who never answers', () => {
  it('is reminded after 24, 48 and 72 hours; after 96 a manager decides', () => {
    const play = proposed();
    const events = play.until(sh('2026-11-27 12:00:00.001'));
    expect(ofType(events, 'obligation-reminded').map(({ at, data }) => [at, data])).toEqual([
      [sh('2026-11-24 12:00'), { obligation: 'owner-confirm:plan:1', count: 1, of: 3 }],
      [sh('2026-11-25 12:00'), { obligation: 'owner-confirm:plan:1', count: 2, of: 3 }],
      [sh('2026-11-26 12:00'), { obligation: 'owner-confirm:plan:1', count: 3, of: 3 }],
    ]);
    expect(notices(events).filter((notice) => notice.startsWith('obligation-reminded'))).toEqual(
      Array(3).fill('obligation-reminded → resident'),
    );
    expect(notices(events).filter((notice) => notice.startsWith('owner-decision'))).toEqual([
      'owner-decision-needed → manager',
    ]);
    expect(play.obligation('owner-confirm:plan:1')).toMatchObject({ overdue: true, escalations: [] });
    expect(play.obligation('owner-decision:plan:1')).toMatchObject({
      start: sh('2026-11-27 12:00'),
      dueAt: sh('2026-11-28 12:00'),
      owedBy: { as: 'role', role: 'manager' },
    });
  });

  it('may still answer, which ends the manager’s debt', () => {
    const play = proposed();
    play.do('owner-answer', BODY.accept, { by: RESIDENT, at: sh('2026-11-27 18:00') });
    expect(play.obligation('owner-confirm:plan:1')).toMatchObject({ state: 'met', lateMs: 6 * 3_600_000 });
    expect(play.obligation('owner-decision:plan:1')).toMatchObject({ state: 'cancelled', endReason: 'owner-answered' });
    expect(play.state.plan.state).toBe('accepted');
  });

  it('is decided for by a manager with a reason, and by nobody before it is time', () => {
    const play = proposed();
    expect(play.refused('decide-for-owner', decision(true), { by: MANAGER, at: sh('2026-11-27 12:00') })).toEqual({
      refused: 'owner-may-still-answer',
      args: {},
    });
    expect(
      play.refused('decide-for-owner', decision(true), { by: SUPERVISOR, at: sh('2026-11-27 12:01') }).refused,
    ).toBe('role-not-allowed');
    play.do('decide-for-owner', decision(true), { by: MANAGER });
    expect(play.state.plan.state).toBe('accepted');
    expect(play.obligation('owner-decision:plan:1').state).toBe('met');
    expect(play.obligation('owner-confirm:plan:1')).toMatchObject({
      state: 'cancelled',
      endReason: 'decided-for-owner',
    });
    expect(play.obligation('resolve').dueAt).toBe(finishAt);
  });

  it('about a result is the same: accepted by a manager it can be closed, rejected it comes back', () => {
    const accepted = fedBack();
    accepted.do('decide-for-owner', decision(true), { by: GENERAL_MANAGER, at: sh('2026-11-27 12:01') });
    expect(accepted.state).toMatchObject({ stage: 'review', resultAccepted: true, waitingOn: 'us' });
    const rejected = fedBack();
    const events = rejected.do('decide-for-owner', decision(false), { by: MANAGER, at: sh('2026-11-27 12:01') });
    expect(ofType(events, 'reopened').map(({ data }) => data)).toEqual([
      { cause: 'result-rejected', reason: text('reason'), count: 1, toManager: false },
    ]);
  });

  it('leaves the manager’s ladder running when he does not decide either', () => {
    const play = proposed();
    play.until(sh('2026-11-28 12:00:00.001'));
    expect(play.obligation('owner-decision:plan:1')).toMatchObject({ overdue: true, rung: 0 });
  });

  it('gets one reminder, not three, when the system was down over all of them', () => {
    const play = proposed();
    const events = play.downUntil(sh('2026-11-26 18:00'));
    expect(ofType(events, 'obligation-reminded').map(({ data }) => data.count)).toEqual([1, 2, 3]);
    expect(notices(events).filter((notice) => notice.endsWith('resident'))).toEqual(['obligation-reminded → resident']);
  });
});

describe('the result', () => {
  it('that is accepted waits for the closing, and keeps the score', () => {
    const play = fedBack();
    const events = play.do('owner-answer', { accepted: true, score: 5, comment: text('c') }, { by: RESIDENT });
    expect(types(events)).toEqual([
      'owner-answered',
      'obligation-met',
      'satisfaction-answered',
      'obligation-met',
      'callback-settled',
      'stage-entered',
    ]);
    expect(play.state).toMatchObject({ stage: 'review', waitingOn: 'us', resultAccepted: true, satisfaction: 5 });
  });

  const scored = (score: number) => ({ accepted: true, score, comment: text('too late') });

  it.each([1, 2])(
    'that is accepted with a score of %i comes back with new clocks, and tells the supervisor',
    (score) => {
      for (const by of [RESIDENT, CLERK]) {
        const play = fedBack();
        const at = sh('2026-11-23 15:00');
        const events = play.do('owner-answer', scored(score), { by, at });
        expect(ofType(events, 'reopened').map(({ data }) => data)).toEqual([
          { cause: 'rated', reason: text('too late'), count: 1, toManager: false },
        ]);
        // Of his score and of the reopening, each once: as after a callback.
        expect(notices(events).filter((notice) => notice.endsWith('senior_cs_supervisor'))).toEqual([
          'unsatisfied → senior_cs_supervisor',
          'case-reopened → senior_cs_supervisor',
        ]);
        expect(play.state).toMatchObject({
          ...{ stage: 'classified', waitingOn: 'us', episode: 2, episodeStart: at, reopenCount: 1 },
          ...{ awaiting: null, resultAccepted: false, satisfaction: null },
          callback: { round: 'none', settled: null, didWork: [] },
        });
        expect(play.open()).toEqual(['acknowledge@2', 'close@2', 'measure@2', 'part:engineering@2', 'resolve@2']);
        expect(play.obligation('owner-confirm:result').state).toBe('met');
        // Somebody who did not do the work has asked him.
        expect(play.obligation('callback')).toMatchObject({ state: 'met', endedAt: at });
        expect(types(events)).not.toContain('callback-settled');
        const { tally } = foldTally(EMPTY_TALLY, play.journal);
        expect(tally).toMatchObject({ score, scoredAt: at, completedAt: null, closeReason: null });
      }
    },
  );

  it('that is accepted so before somebody who did the work comes back, but the callback was not made', () => {
    const play = fedBack();
    play.do('owner-answer', scored(2), { by: SUPERVISOR });
    expect(play.state.episode).toBe(2);
    expect(play.obligation('callback')).toMatchObject({ state: 'cancelled', endReason: 'reopened' });
  });

  it('that comes back so for the third time is the manager’s', () => {
    const play = fedBack();
    for (let count = 1; count <= 2; count += 1) {
      play.do('owner-answer', scored(1), { by: RESIDENT });
      workDone(play);
      play.do('feed-back', BODY.feedBack);
    }
    const events = play.do('owner-answer', scored(1), { by: RESIDENT });
    expect(notices(events)).toContain('reopened-to-manager → manager');
    expect(play.state).toMatchObject({ episode: 4, managerOnly: true });
  });

  it.each([3, 5])('that is accepted with a score of %i stays accepted', (score) => {
    const play = fedBack();
    const events = play.do('owner-answer', scored(score), { by: RESIDENT });
    expect(notices(events)).toEqual([]);
    expect(play.state).toMatchObject({ stage: 'review', resultAccepted: true, satisfaction: score, episode: 1 });
  });

  it.each([1, 2])('with a score of %i only told the supervisor under the former rules', (score) => {
    const play = fedBack({ ...ROUTINE, rules: 1 });
    const events = play.do('owner-answer', scored(score), { by: RESIDENT });
    expect(notices(events)).toEqual(['unsatisfied → senior_cs_supervisor']);
    expect(play.state).toMatchObject({ stage: 'review', resultAccepted: true, satisfaction: score, episode: 1 });
    expect(play.obligation('callback').state).toBe('met');
    play.do('close', BODY.close);
  });

  it('that is rejected reopens with new clocks and tells the supervisor', () => {
    const play = fedBack();
    const at = sh('2026-11-23 15:00');
    const events = play.do(
      'owner-answer',
      { accepted: false, score: 1, comment: text('still dark') },
      { by: RESIDENT, at },
    );
    expect(play.state).toMatchObject({
      stage: 'classified',
      episode: 2,
      episodeStart: at,
      reopenCount: 1,
      satisfaction: null,
      awaiting: null,
    });
    expect(notices(events)).toContain('case-reopened → senior_cs_supervisor');
    expect(play.open()).toEqual(['acknowledge@2', 'close@2', 'measure@2', 'part:engineering@2', 'resolve@2']);
    expect(play.obligation('close')).toMatchObject({ state: 'cancelled', endReason: 'reopened' });
  });
});

describe('an answer is refused', () => {
  it('when nothing was asked', () => {
    const play = new Play(ROUTINE);
    expect(play.refused('owner-answer', BODY.accept)).toEqual({
      refused: 'nothing-to-answer',
      args: { stage: 'classified' },
    });
    expect(play.refused('decide-for-owner', decision(true), { by: MANAGER }).refused).toBe('owner-may-still-answer');
    expect(toClosed(play).refused('owner-answer', BODY.accept).refused).toBe('case-closed');
  });

  it('by those whose answer it is not', () => {
    for (const by of [ENGINEER, OWNER_REP])
      expect(proposed().refused('owner-answer', BODY.accept, { by }).refused).toBe('role-not-allowed');
    expect(proposed().refused('decide-for-owner', decision(true), { by: CLERK })).toEqual({
      refused: 'role-not-allowed',
      args: { role: 'customer_service', allowed: ['manager', 'general_manager'] },
    });
  });
});
