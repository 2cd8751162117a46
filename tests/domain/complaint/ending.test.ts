import { DAY, HOUR } from '../../../domain/instant';
import { nextWake } from '../../../domain/engine';
import { complaint } from '../../../domain/complaint';
import {
  BODY,
  CLERK,
  DUTY_MANAGER,
  ENGINEER,
  IMPORTANT,
  MANAGER,
  POLICY,
  Play,
  QUALITY,
  RESIDENT,
  ROUTINE,
  SUPERVISOR,
  UNCLASSIFIED,
  URGENT,
  notices,
  ofType,
  sh,
  text,
  toClosed,
  toReview,
  types,
  workDone,
} from '../support';

const reason = text('reason');

describe('withdrawing', () => {
  it('ends everything at any stage, and tells the supervisor, who may look into it', () => {
    for (const play of [new Play(UNCLASSIFIED), new Play(URGENT), toReview(new Play(ROUTINE))]) {
      const events = play.do('withdraw', { reason }, { by: RESIDENT });
      expect(notices(events)).toEqual(['case-withdrawn → senior_cs_supervisor']);
      expect(play.state).toMatchObject({ stage: 'withdrawn', closedAt: play.now, waitingOn: 'nobody' });
      expect(play.open()).toEqual([]);
      expect(play.refused('withdraw', { reason })).toEqual({
        refused: 'case-closed',
        args: { stage: 'withdrawn', allowed: ['reopen'] },
      });
    }
  });

  it('is not for those who only work on it', () => {
    expect(new Play(ROUTINE).refused('withdraw', { reason }, { by: ENGINEER }).refused).toBe('role-not-allowed');
  });
});

describe('reopening', () => {
  const at = sh('2026-11-26 10:00');

  it('begins an episode with new clocks; the report stays', () => {
    const play = toClosed(new Play(ROUTINE));
    const events = play.do('reopen', { reason }, { by: RESIDENT, at });
    expect(ofType(events, 'reopened')[0]).toMatchObject({
      episode: 1,
      data: { cause: 'command', count: 1, toManager: false, reason },
    });
    expect(play.state).toMatchObject({
      stage: 'classified',
      episode: 2,
      episodeStart: at,
      reopenCount: 1,
      reportedAt: sh('2026-11-23 09:00'),
      closedAt: null,
      resultAccepted: false,
    });
    const dues = Object.fromEntries(play.open().map((id) => [id, (play.obligation(id).dueAt - at) / HOUR]));
    expect(dues).toEqual({
      'acknowledge@2': 2,
      'measure@2': 4,
      'resolve@2': 24,
      'close@2': 48,
      'part:engineering@2': 24,
    });
    expect(notices(events)).toEqual(['case-reopened → senior_cs_supervisor', 'department-assigned → engineering']);
    toClosed(play, at + HOUR);
    expect(play.obligation('close@2')).toMatchObject({ state: 'met', episode: 2 });
  });

  it('of one that nobody had classified is received anew', () => {
    const play = new Play(UNCLASSIFIED);
    play.do('withdraw', { reason });
    play.do('reopen', { reason }, { by: QUALITY, at });
    expect(play.state.stage).toBe('received');
    expect(play.open()).toEqual(['acknowledge@2', 'classify@2', 'close@2']);
  });

  it('makes the parts due with the resolve clock of their own policy', () => {
    const policy = {
      ...POLICY,
      clocks: {
        ...POLICY.clocks,
        routine: { ...POLICY.clocks.routine, resolve: { ...POLICY.clocks.routine.resolve!, limit: 6 * HOUR } },
      },
    };
    const play = toClosed(new Play({ ...ROUTINE, policy }));
    play.do('reopen', { reason }, { at });
    expect(play.obligation('part:engineering@2').dueAt).toBe(at + 6 * HOUR);
  });

  it('the third time goes to the manager, who alone may close it then', () => {
    const play = toClosed(new Play(ROUTINE));
    for (const count of [1, 2, 3]) {
      const events = play.do('reopen', { reason }, { by: RESIDENT });
      expect(play.state).toMatchObject({ reopenCount: count, managerOnly: count === 3 });
      const [told] = notices(events);
      expect(told).toBe(count === 3 ? 'reopened-to-manager → manager' : 'case-reopened → senior_cs_supervisor');
      toReview(play, play.now + HOUR);
      if (count === 3) {
        for (const by of [CLERK, SUPERVISOR, DUTY_MANAGER]) {
          expect(play.refused('close', BODY.close, { by })).toEqual({
            refused: 'authority-too-low',
            args: { level: 'ordinary', roles: ['manager', 'general_manager'] },
          });
        }
      }
      play.do('close', BODY.close, { by: MANAGER });
    }
  });

  it('is for what is closed', () => {
    expect(new Play(ROUTINE).refused('reopen', { reason })).toEqual({
      refused: 'not-allowed-now',
      args: { stage: 'classified', allowed: ['closed', 'withdrawn'] },
    });
    expect(toClosed(new Play(ROUTINE)).refused('reopen', { reason }, { by: ENGINEER }).refused).toBe(
      'role-not-allowed',
    );
  });

  it('asks for the plan anew', () => {
    const play = new Play(IMPORTANT);
    const planned = () => {
      play.do('survey', BODY.survey);
      play.do('propose-plan', BODY.plan(play.now + DAY));
      play.do('owner-answer', BODY.accept, { by: RESIDENT });
    };
    planned();
    toClosed(play);
    play.do('reopen', { reason });
    expect(play.state.plan).toEqual({ count: 1, state: 'none', finishAt: null });
    expect(play.state.plannedFinish).toBeNull();
    planned();
    expect(play.obligation('owner-confirm:plan:2@2').state).toBe('met');
    toClosed(play);
  });
});

describe('the archive', () => {
  it('takes a closed case after 30 days; until then it can come back', () => {
    for (const play of [toClosed(new Play(ROUTINE)), new Play(UNCLASSIFIED)]) {
      if (play.state.closedAt === null) play.do('withdraw', { reason });
      const closedAt = play.now;
      expect(nextWake(complaint, play.state)).toMatchObject({ at: closedAt + 30 * DAY, purpose: 'archive' });
      play.until(closedAt + 30 * DAY - 1);
      expect(play.state.ended).toBe(false);
      expect(types(play.until(closedAt + 30 * DAY))).toEqual(['timer-fired', 'archived']);
      expect(play.state.ended).toBe(true);
      expect(nextWake(complaint, play.state)).toBeNull();
      for (const refusal of [
        play.refused('reopen', { reason }),
        play.refused('note', { text: reason }, { by: RESIDENT }),
      ]) {
        expect(refusal).toMatchObject({ refused: 'case-archived' });
      }
    }
  });

  it('is closed to a command that comes before its timer, which was late: nothing would keep a case that has ended', () => {
    for (const late of [0, HOUR]) {
      const play = toClosed(new Play(ROUTINE));
      play.now += 30 * DAY + late;
      expect(play.refused('reopen', { reason }, { at: play.now })).toEqual({
        refused: 'case-archived',
        args: { stage: 'closed' },
      });
    }
  });

  it('forgets its date when the case comes back in time', () => {
    const play = toClosed(new Play(ROUTINE));
    play.do('reopen', { reason }, { at: play.now + 30 * DAY - 1 });
    play.wait(2 * DAY);
    expect(play.state.ended).toBe(false);
  });

  it('leaves nothing to wake for, however long the case was watched', () => {
    const play = toClosed(new Play(ROUTINE));
    play.until(play.now + 400 * DAY);
    expect(play.all('archived')).toHaveLength(1);
    expect(workDone).toBeDefined();
  });
});
