import { DAY, HOUR } from '../../../domain/instant';
import {
  BODY,
  CLERK,
  DUTY_MANAGER,
  ENGINEER,
  GENERAL_MANAGER,
  MANAGER,
  OTHER_CLERK,
  Play,
  RESIDENT,
  ROUTINE,
  SUPERVISOR,
  UNCLASSIFIED,
  URGENT,
  notices,
  sh,
  text,
  toClosed,
  toReview,
  types,
  workDone,
} from '../support';

const reason = text('reason');

describe('the feedback', () => {
  it('is given in writing and face to face, and asks for acceptance and a score', () => {
    const play = new Play(ROUTINE);
    workDone(play);
    const events = play.do('feed-back', BODY.feedBack);
    expect(types(events)).toEqual([
      'fed-back',
      'obligation-opened',
      'satisfaction-asked',
      'stage-entered',
      'notify-requested',
    ]);
    expect(notices(events)).toEqual(['result-fed-back → resident']);
    expect(play.state).toMatchObject({ stage: 'review', waitingOn: 'resident', awaiting: 'result' });
    expect(play.open()).toEqual(['callback', 'close', 'owner-confirm:result']);
  });

  it('without face to face needs a reason', () => {
    const play = new Play(ROUTINE);
    workDone(play);
    const body = { ...BODY.feedBack, faceToFace: false };
    expect(play.refused('feed-back', body)).toEqual({ refused: 'reason-required', args: { field: 'reason' } });
    play.do('feed-back', { ...body, reason });
  });

  it('comes after the work, once', () => {
    const play = new Play(ROUTINE);
    expect(play.refused('feed-back', BODY.feedBack)).toEqual({
      refused: 'not-allowed-now',
      args: { stage: 'classified', allowed: ['feedback'] },
    });
    toReview(play);
    expect(play.refused('feed-back', BODY.feedBack).refused).toBe('not-allowed-now');
  });
});

describe('the closing', () => {
  it('ends the loop and everything that is owed', () => {
    const play = toReview(new Play(ROUTINE));
    const events = play.do('close', BODY.close);
    expect(types(events)).toEqual(['obligation-met', 'closed', 'stage-entered', 'notify-requested']);
    expect(notices(events)).toEqual(['case-closed → resident']);
    expect(play.state).toMatchObject({ stage: 'closed', waitingOn: 'nobody', closedAt: play.now, ended: false });
    expect(play.open()).toEqual([]);
  });

  it('waits for the owner’s answer', () => {
    const play = new Play(ROUTINE);
    workDone(play);
    expect(play.refused('close', BODY.close)).toEqual({
      refused: 'not-allowed-now',
      args: { stage: 'feedback', allowed: ['review'] },
    });
    play.do('feed-back', BODY.feedBack);
    expect(play.refused('close', BODY.close)).toEqual({
      refused: 'owner-has-not-answered',
      args: { subject: 'result' },
    });
  });

  it('is the owner’s or a supervisor’s', () => {
    const play = toReview(new Play(ROUTINE));
    expect(play.refused('close', BODY.close, { by: OTHER_CLERK })).toEqual({
      refused: 'not-the-owner',
      args: { owner: CLERK.id },
    });
    expect(play.refused('close', BODY.close, { by: ENGINEER }).refused).toBe('role-not-allowed');
    play.do('close', BODY.close, { by: SUPERVISOR });
    const nobodys = toReview(new Play({ ...ROUTINE, by: RESIDENT }));
    expect(nobodys.refused('close', BODY.close)).toEqual({ refused: 'not-the-owner', args: { owner: '' } });
  });

  it('is by the level of the case, not by its priority', () => {
    const major = toReview(new Play(URGENT));
    expect(major.refused('close', BODY.close)).toEqual({
      refused: 'authority-too-low',
      args: {
        level: 'major',
        roles: ['senior_cs_supervisor', 'department_head', 'duty_manager', 'manager', 'general_manager'],
      },
    });
    major.do('set-level', { level: 'ordinary', reason }, { by: MANAGER });
    major.do('close', BODY.close);
    const raised = new Play(ROUTINE);
    raised.do('set-level', { level: 'major', reason }, { by: GENERAL_MANAGER });
    toReview(raised);
    expect(raised.refused('close', BODY.close).refused).toBe('authority-too-low');
    raised.do('close', BODY.close, { by: DUTY_MANAGER });
  });

  it('can be set a level only when there is one, and while it is open', () => {
    expect(new Play(UNCLASSIFIED).refused('set-level', { level: 'major', reason }, { by: MANAGER })).toEqual({
      refused: 'not-classified',
      args: { stage: 'received' },
    });
    expect(toClosed(new Play(ROUTINE)).refused('set-level', { level: 'major', reason }, { by: MANAGER }).refused).toBe(
      'case-closed',
    );
    expect(new Play(ROUTINE).refused('set-level', { level: 'major', reason }, { by: SUPERVISOR }).refused).toBe(
      'role-not-allowed',
    );
  });
});

describe('an extension of the end', () => {
  const hour48 = sh('2026-11-25 09:00');
  const to = (dueAt: number) => ({ dueAt, reason });

  it('is a manager’s, before hour 48, to a later date, and is reported apart', () => {
    const play = new Play(ROUTINE);
    for (const by of [CLERK, SUPERVISOR, DUTY_MANAGER]) {
      expect(play.refused('extend', to(hour48 + DAY), { by }).refused).toBe('role-not-allowed');
    }
    expect(play.refused('extend', to(hour48), { by: MANAGER })).toEqual({
      refused: 'must-be-later',
      args: { field: 'dueAt', dueAt: hour48 },
    });
    play.do('extend', to(hour48 + DAY), { by: MANAGER, at: hour48 });
    expect(play.obligation('close')).toMatchObject({
      dueAt: hour48 + DAY,
      dueBase: hour48,
      limit: 72 * HOUR,
      missedAt: null,
    });
    expect(play.all('due-moved').map(({ data }) => data)).toMatchObject([
      { cause: 'extended', old: hour48, new: hour48 + DAY, oldBase: hour48, newBase: hour48 },
    ]);
  });

  it('comes too late after hour 48', () => {
    const play = new Play(ROUTINE);
    expect(play.refused('extend', to(hour48 + DAY), { by: MANAGER, at: hour48 + 1 })).toEqual({
      refused: 'too-late-to-extend',
      args: { dueAt: hour48 },
    });
  });

  it('comes too late after hour 48 even if it was extended before', () => {
    const play = new Play(ROUTINE);
    play.do('extend', to(hour48 + DAY), { by: MANAGER });
    play.do('extend', to(hour48 + 2 * DAY), { by: GENERAL_MANAGER, at: hour48 });
    expect(play.refused('extend', to(hour48 + 9 * DAY), { by: MANAGER, at: hour48 + HOUR })).toEqual({
      refused: 'too-late-to-extend',
      args: { dueAt: hour48 },
    });
  });

  it('is for an open case', () => {
    const closed = toClosed(new Play(ROUTINE));
    expect(closed.refused('extend', to(hour48 + DAY), { by: MANAGER }).refused).toBe('case-closed');
  });
});
