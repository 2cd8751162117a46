import { HOUR, MINUTE } from '../../../domain/instant';
import {
  BODY,
  CLERK,
  ENGINEER,
  IMPORTANT,
  NOISE,
  OTHER_CLERK,
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
  types,
  workDone,
} from '../support';

const result = (department: string) => ({ department, result: text('result') });
const later = sh('2026-11-23 15:00');

describe('acknowledging', () => {
  it('starts the handling and tells the resident', () => {
    const play = new Play(ROUTINE);
    const events = play.do('acknowledge', BODY.acknowledge);
    expect(types(events)).toEqual(['acknowledged', 'obligation-met', 'stage-entered', 'notify-requested']);
    expect(notices(events)).toEqual(['case-acknowledged → resident']);
    expect(play.state).toMatchObject({ stage: 'handling', waitingOn: 'working', acknowledged: true });
  });

  it('is done once', () => {
    const play = new Play(IMPORTANT);
    play.do('survey', BODY.survey);
    expect(play.refused('acknowledge', BODY.acknowledge)).toEqual({
      refused: 'already-acknowledged',
      args: { stage: 'handling' },
    });
  });

  it('by an engineer makes him no owner', () => {
    const play = new Play({ ...ROUTINE, by: RESIDENT });
    play.do('acknowledge', BODY.acknowledge, { by: ENGINEER });
    expect(play.state.owner).toBeNull();
    const clerk = new Play({ ...ROUTINE, by: RESIDENT });
    clerk.do('acknowledge', BODY.acknowledge);
    expect(clerk.state.owner).toBe(CLERK.id);
    expect(clerk.obligation('close').owedBy.person).toBe(CLERK.id);
  });
});

describe('the survey', () => {
  it('says when it was done, and is judged by when it was told', () => {
    const play = new Play(IMPORTANT);
    const events = play.do('survey', BODY.survey, {
      by: ENGINEER,
      at: sh('2026-11-23 11:10'),
      occurredAt: sh('2026-11-23 10:30'),
    });
    expect(ofType(events, 'surveyed')[0]).toMatchObject({
      occurredAt: sh('2026-11-23 10:30'),
      at: sh('2026-11-23 11:10'),
    });
    expect(play.obligation('survey')).toMatchObject({ state: 'met', lateMs: 10 * MINUTE });
  });

  it('comes before the plan, and both before the work is called done', () => {
    const play = new Play(IMPORTANT);
    expect(play.refused('propose-plan', BODY.plan(later))).toEqual({
      refused: 'survey-first',
      args: { stage: 'classified' },
    });
    expect(play.refused('complete-part', result('engineering'), { by: ENGINEER }).refused).toBe('survey-first');
    play.do('survey', BODY.survey);
    const unconfirmed = (plan: string) => ({ refused: 'plan-not-confirmed', args: { plan } });
    expect(play.refused('complete-part', result('engineering'), { by: ENGINEER })).toEqual(unconfirmed('none'));
    play.do('propose-plan', BODY.plan(later));
    expect(play.refused('complete-part', result('engineering'), { by: ENGINEER })).toEqual(unconfirmed('proposed'));
    play.do('owner-answer', BODY.reject, { by: RESIDENT });
    expect(play.refused('complete-part', result('engineering'), { by: ENGINEER })).toEqual(unconfirmed('rejected'));
    play.do('propose-plan', BODY.plan(later));
    play.do('owner-answer', BODY.accept, { by: RESIDENT });
    play.do('complete-part', result('engineering'), { by: ENGINEER });
    expect(play.state.stage).toBe('feedback');
  });

  it('can be made again', () => {
    const play = new Play(IMPORTANT);
    play.do('survey', BODY.survey);
    expect(types(play.do('survey', BODY.survey, { at: later }))).toContain('surveyed');
  });
});

describe('the measure of a routine matter', () => {
  it('names a date, is told to the resident, and its notice is posted', () => {
    const play = new Play(ROUTINE);
    const events = play.do('set-measure', BODY.measure(later));
    expect(notices(events)).toEqual(['measure-set → resident', 'notice-to-post → customer_service']);
    expect(ofType(events, 'notify-requested')[1]!.data.args).toEqual({ dueAt: later, places: '3-2' });
    expect(play.obligation('measure').state).toBe('met');
    expect(play.state).toMatchObject({ plannedFinish: later, stage: 'classified', waitingOn: 'working' });
  });

  it('can be set again', () => {
    const play = new Play(ROUTINE);
    play.do('acknowledge', BODY.acknowledge);
    play.do('set-measure', BODY.measure(later));
    play.do('set-measure', BODY.measure(later + HOUR));
    expect(play.state).toMatchObject({ plannedFinish: later + HOUR, stage: 'handling' });
  });
});

describe('the outside test', () => {
  it('is owed in 72 hours, also after the work is done, and the case can’t be closed without it', () => {
    const play = new Play(NOISE);
    play.do('survey', BODY.survey);
    play.do('propose-plan', BODY.plan(later));
    play.do('owner-answer', BODY.accept, { by: RESIDENT });
    workDone(play);
    play.do('feed-back', BODY.feedBack);
    play.do('owner-answer', BODY.accept, { by: RESIDENT });
    expect(play.refused('close', BODY.close)).toEqual({ refused: 'test-result-owed', args: {} });
    expect(notices(play.do('record-test-result', BODY.test, { by: ENGINEER }))).toEqual(['test-result → resident']);
    expect(play.refused('record-test-result', BODY.test)).toEqual({
      refused: 'nothing-owed',
      args: { kind: 'test-result' },
    });
    play.do('close', BODY.close);
  });
});

describe('a date that is not ahead is refused', () => {
  it('for a plan and for a measure', () => {
    const play = new Play(ROUTINE);
    const behind = (field: string) => ({ refused: 'instant-not-ahead', args: { field, instant: play.now } });
    expect(play.refused('propose-plan', BODY.plan(play.now))).toEqual(behind('finishAt'));
    expect(play.refused('set-measure', BODY.measure(play.now))).toEqual(behind('dueAt'));
  });
});

describe('notes', () => {
  it('are taken from all who work on the case until it is closed', () => {
    const play = new Play(UNCLASSIFIED);
    expect(types(play.do('note', { text: text('n') }, { by: QUALITY }))).toEqual(['noted']);
    const closed = toClosed(new Play(ROUTINE));
    expect(closed.refused('note', { text: text('n') })).toEqual({
      refused: 'case-closed',
      args: { stage: 'closed', allowed: ['reopen'] },
    });
  });

  it('of the resident are told to the owner, and to the front desk where there is none', () => {
    const mine = { by: RESIDENT };
    const taken = new Play(UNCLASSIFIED).do('note', { text: text('n') }, mine);
    expect(notices(taken)).toEqual([`resident-wrote → ${CLERK.id}`]);
    const byItself = new Play({ ...UNCLASSIFIED, by: RESIDENT });
    expect(notices(byItself.do('note', { text: text('n') }, mine))).toEqual(['resident-wrote → customer_service']);
  });
});

describe('the first-contact owner', () => {
  it('hands over with a reason, and what he owes goes along', () => {
    const play = new Play(URGENT);
    const events = play.do('hand-over', { to: OTHER_CLERK.id, reason: text('shift') });
    expect(types(events)).toEqual(['owner-changed', 'owner-moved', 'owner-moved', 'owner-moved', 'notify-requested']);
    expect(notices(events)).toEqual(['handed-over → clerk-wu']);
    expect(play.state.owner).toBe(OTHER_CLERK.id);
    const persons = play.open().map((id) => [id, play.obligation(id).owedBy.person]);
    expect(persons).toEqual([
      ['acknowledge', 'clerk-wu'],
      ['close', 'clerk-wu'],
      ['part:engineering', null],
      ['resolve', 'clerk-wu'],
    ]);
    // The warning goes to the new one.
    expect(notices(play.until(sh('2026-11-23 09:07:30')))).toEqual(['obligation-warned → clerk-wu']);
  });

  it('leaves what has ended with whom it ended', () => {
    const play = new Play(URGENT);
    play.do('acknowledge', BODY.acknowledge);
    play.do('hand-over', { to: OTHER_CLERK.id, reason: text('shift') });
    expect(play.obligation('acknowledge').owedBy.person).toBe(CLERK.id);
  });

  it('is replaced by himself or a supervisor only, and by somebody else', () => {
    const play = new Play(ROUTINE);
    expect(play.refused('hand-over', { to: CLERK.id, reason: text('r') })).toEqual({
      refused: 'already-the-owner',
      args: { owner: CLERK.id },
    });
    expect(play.refused('hand-over', { to: OTHER_CLERK.id, reason: text('r') }, { by: OTHER_CLERK })).toEqual({
      refused: 'not-the-owner',
      args: { owner: CLERK.id },
    });
    play.do('hand-over', { to: OTHER_CLERK.id, reason: text('r') }, { by: SUPERVISOR });
    expect(toClosed(play).refused('hand-over', { to: CLERK.id, reason: text('r') }, { by: OTHER_CLERK }).refused).toBe(
      'case-closed',
    );
  });

  it('is whoever takes a case that came by itself', () => {
    const play = new Play({ ...ROUTINE, by: RESIDENT });
    const events = play.do('hand-over', { to: OTHER_CLERK.id, reason: text('r') }, { by: OTHER_CLERK });
    expect(ofType(events, 'owner-changed')[0]!.data).toMatchObject({ from: null, to: OTHER_CLERK.id });
    expect(notices(events)).toEqual([]);
  });
});
