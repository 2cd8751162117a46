import { isRefusal } from '../../../domain/family';
import { openCase } from '../../../domain/engine';
import { consultation } from '../../../domain/consultation';
import { DAY, HOUR, MINUTE } from '../../../domain/instant';
import {
  CLERK,
  ConsultationPlay,
  ENGINEER,
  MONDAY_9,
  OTHER_CLERK,
  RESIDENT,
  consultationOpening,
  effects,
  notices,
  text,
  types,
} from './support';

const ANSWER = { text: text('answer'), promises: [] } as const;
const at = (ms: number) => ({ at: MONDAY_9 + ms });

describe('a question', () => {
  it('is to be answered in an hour, by whoever took it', () => {
    const play = new ConsultationPlay();
    expect(play.open()).toEqual(['answer']);
    expect(play.obligation('answer')).toMatchObject({ dueAt: MONDAY_9 + HOUR, owedBy: { person: CLERK.id } });
    expect(play.state).toMatchObject({ stage: 'received', owner: CLERK.id });
  });

  it('that was typed in late is due an hour after it was asked', () => {
    const play = new ConsultationPlay({ reportedAt: MONDAY_9 - 2 * HOUR });
    expect(play.obligation('answer')).toMatchObject({ dueAt: MONDAY_9 - HOUR, bornLate: 'typed-late' });
  });

  it.each([
    [HOUR, 0, false],
    [HOUR + 1, 1, true],
  ])('answered after %i ms is %i ms late, and missed: %s', (after, late, missed) => {
    const play = new ConsultationPlay();
    const events = play.do('answer', ANSWER, at(after));
    expect(play.obligation('answer')).toMatchObject({ state: 'met', lateMs: late });
    expect(play.obligation('answer').missedAt !== null).toBe(missed);
    expect(play.state).toMatchObject({ stage: 'closed', closedAt: MONDAY_9 + after });
    expect(notices(events)).toEqual(expect.arrayContaining(['question-answered → resident']));
    expect(play.all('resolved')).toHaveLength(1);
    expect(play.open()).toEqual([]);
  });

  it('that came by itself belongs to whoever answers it', () => {
    const play = new ConsultationPlay({ by: RESIDENT });
    expect(play.obligation('answer').owedBy).toMatchObject({ role: 'customer_service', person: null });
    play.do('answer', ANSWER, { by: OTHER_CLERK });
    expect(play.state.owner).toBe(OTHER_CLERK.id);
  });

  it('is about one of the policy’s subjects, or about anything', () => {
    expect(new ConsultationPlay({ subtype: 'fee_explanation' }).state.subtype).toBe('fee_explanation');
    const opening = consultationOpening({ subtype: 'weather' });
    const step = openCase(consultation, opening, { at: MONDAY_9, by: CLERK });
    expect(isRefusal(step) && step.refused).toBe('subject-unknown');
  });

  it('can be reopened for 30 days with a new hour, then its workflow ends', () => {
    const play = new ConsultationPlay();
    play.do('answer', ANSWER);
    play.do('reopen', { reason: text('r') }, { by: RESIDENT, ...at(2 * HOUR) });
    expect(play.state).toMatchObject({ stage: 'received', episode: 2 });
    expect(play.obligation('answer@2')).toMatchObject({ dueAt: MONDAY_9 + 3 * HOUR, state: 'open' });
    play.do('answer', ANSWER);
    play.wait(30 * DAY);
    expect(play.state.ended).toBe(true);
  });

  it('can be withdrawn, and nothing is owed any more', () => {
    const play = new ConsultationPlay();
    play.do('withdraw', { reason: text('r') }, { by: RESIDENT });
    expect(play.open()).toEqual([]);
    expect(play.refused('answer', ANSWER).refused).toBe('case-closed');
  });
});

describe('a promised time', () => {
  const promised = () => {
    const play = new ConsultationPlay();
    play.do('promise-answer', { dueAt: MONDAY_9 + 5 * HOUR, note: null }, at(50 * MINUTE));
    return play;
  };

  it('is the answer of the first hour, and a clock of its own', () => {
    const play = promised();
    expect(play.obligation('answer')).toMatchObject({ state: 'met', missedAt: null });
    expect(play.obligation('promised-answer')).toMatchObject({ state: 'open', dueAt: MONDAY_9 + 5 * HOUR });
    expect(notices(play.journal)).toContain('answer-promised → resident');
    play.do('answer', ANSWER, at(5 * HOUR));
    expect(play.obligation('promised-answer')).toMatchObject({ state: 'met', missedAt: null });
    expect(play.state.stage).toBe('closed');
  });

  it('that is broken counts, and is not moved any more', () => {
    const play = promised();
    play.until(MONDAY_9 + 5 * HOUR + 1);
    expect(play.obligation('promised-answer').missedAt).toBe(MONDAY_9 + 5 * HOUR + 1);
    const moved = { dueAt: MONDAY_9 + 9 * HOUR, note: null };
    expect(play.refused('promise-answer', moved).refused).toBe('promise-already-broken');
    play.do('answer', ANSWER, at(6 * HOUR));
    expect(play.obligation('promised-answer')).toMatchObject({ state: 'met', lateMs: HOUR });
  });

  it('can be moved before, and is scored by the first one', () => {
    const play = promised();
    play.do('promise-answer', { dueAt: MONDAY_9 + 9 * HOUR, note: text('n') }, at(4 * HOUR));
    const { dueAt, dueBase } = play.obligation('promised-answer');
    expect([dueAt, dueBase]).toEqual([MONDAY_9 + 9 * HOUR, MONDAY_9 + 5 * HOUR]);
    expect(play.all('obligation-opened').map(({ data }) => data.obligation.kind)).toEqual([
      'answer',
      'promised-answer',
    ]);
  });

  it('lies ahead', () => {
    const play = new ConsultationPlay();
    expect(play.refused('promise-answer', { dueAt: MONDAY_9, note: null }).refused).toBe('instant-not-ahead');
  });
});

describe('what the answer promises', () => {
  const dueAt = MONDAY_9 + 3 * DAY;
  const answered = () => {
    const play = new ConsultationPlay();
    play.do('answer', { text: text('answer'), promises: [{ text: text('a list'), dueAt }] });
    return play;
  };

  it('is a clock of the case, which stays open until it is kept', () => {
    const play = answered();
    expect(play.state.stage).toBe('answered');
    expect(play.obligation('promise:p1')).toMatchObject({ dueAt, state: 'open' });
    play.do('keep-promise', { promise: 'p1', note: null }, { at: dueAt });
    expect(play.state.stage).toBe('closed');
  });

  it('lies ahead, else there is no answer', () => {
    const play = new ConsultationPlay();
    const body = { text: text('answer'), promises: [{ text: text('late'), dueAt: MONDAY_9 }] };
    expect(play.refused('answer', body)).toMatchObject({ refused: 'instant-not-ahead' });
    expect(play.state.stage).toBe('received');
  });

  it('is answered once', () => {
    expect(answered().refused('answer', ANSWER).refused).toBe('not-allowed-now');
  });
});

describe('a question that others can answer', () => {
  it('is put to departments, and answered when all have said what they know', () => {
    const play = new ConsultationPlay();
    play.do('assign-department', { department: 'engineering', task: text('t') });
    expect(play.obligation('part:engineering').dueAt).toBe(MONDAY_9 + HOUR);
    play.do('complete-part', { department: 'engineering', result: text('r') }, { by: ENGINEER });
    expect(play.state.stage).toBe('feedback');
    play.do('answer', ANSWER);
    expect(play.state.stage).toBe('closed');
    expect(play.all('resolved')).toHaveLength(1);
  });

  it('is answered without waiting for them, too', () => {
    const play = new ConsultationPlay();
    play.do('assign-department', { department: 'engineering', task: null });
    play.do('answer', ANSWER);
    expect(play.obligation('part:engineering')).toMatchObject({ state: 'cancelled', endReason: 'answered' });
  });

  it('goes to somebody else with a reason, and its clock with it', () => {
    const play = new ConsultationPlay();
    play.do('hand-over', { to: OTHER_CLERK.id, reason: text('r') });
    expect(play.obligation('answer').owedBy.person).toBe(OTHER_CLERK.id);
  });

  it('is really a complaint, or a repair: one is started, and the question is still to be answered', () => {
    const play = new ConsultationPlay();
    play.do('start-complaint', { note: null });
    play.do('start-repair', { subtype: 'leak', asset: null, note: null });
    expect(effects(play.journal)).toEqual([
      { kind: 'start-case', family: 'complaint', subtype: null, asset: null, note: null },
      { kind: 'start-case', family: 'repair', subtype: 'leak', asset: null, note: null },
    ]);
    play.answered('link-case', { no: 'R-1', family: 'repair' });
    expect(play.state.links.children).toEqual({ 'R-1': { family: 'repair', state: 'open' } });
    expect(play.open()).toEqual(['answer']);
  });

  it('owes no daily update', () => {
    const play = new ConsultationPlay();
    expect(types(play.wait(3 * DAY))).not.toContain('progress-checked');
  });
});
