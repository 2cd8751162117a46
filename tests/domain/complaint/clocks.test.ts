import { HOUR, MINUTE } from '../../../domain/instant';
import { outcomeOf } from '../../../domain/obligation';
import { BODY, CLERK, IMPORTANT, NOISE, Play, RESIDENT, ROUTINE, URGENT, notices, sh } from '../support';

/** Every subtype of the source documents, by hand (requirements.md CMP-020 … CMP-032, CMP-104, K24; policies.md). */
const CLASSIFICATION = [
  ['lift_entrapment', 'facility', 'urgent', ['engineering']],
  ['water_cut', 'facility', 'urgent', ['engineering']],
  ['power_cut', 'facility', 'urgent', ['engineering']],
  ['burst_pipe', 'facility', 'urgent', ['engineering']],
  ['leak', 'facility', 'urgent', ['engineering']],
  ['noise', 'other', 'important', ['engineering']],
  ['repeated_failure', 'facility', 'important', ['engineering']],
  ['lift', 'facility', 'important', ['engineering']],
  ['lift_noise', 'facility', 'important', ['engineering']],
  ['lighting', 'facility', 'routine', ['engineering']],
  ['cleaning', 'service', 'routine', ['customer_service']],
  ['guard_absent', 'service', 'routine', ['security']],
  ['attitude', 'service', 'routine', ['customer_service']],
  ['rubbish_removal', 'service', 'routine', ['customer_service']],
  ['wrong_notice', 'service', 'routine', ['customer_service']],
  ['parking_occupied', 'service', 'routine', ['security']],
  ['parking_shortage', 'service', 'routine', ['security', 'engineering']],
  ['property_fee', 'fee', 'routine', ['finance']],
  ['shared_utilities', 'fee', 'routine', ['finance']],
  ['parking_fee', 'fee', 'routine', ['finance']],
  ['neighbour_dispute', 'other', 'routine', ['customer_service']],
  ['activity_suggestion', 'other', 'routine', ['customer_service']],
] as const;

/** Minutes from t0, of policies.md "Complaint". */
const H = 60;
const DUES: Record<string, Record<string, number>> = {
  urgent: { acknowledge: 15, resolve: 24 * H, close: 48 * H },
  important: { acknowledge: 2 * H, survey: 2 * H, plan: 24 * H, resolve: 24 * H, close: 48 * H },
  routine: { acknowledge: 2 * H, measure: 4 * H, resolve: 24 * H, close: 48 * H },
};
const LEVEL: Record<string, string> = { urgent: 'major', important: 'medium', routine: 'ordinary' };

const minutesDue = (play: Play) =>
  Object.fromEntries(play.open().map((id) => [id, (play.obligation(id).dueAt - play.opening.reportedAt) / MINUTE]));

describe('the default classification', () => {
  it.each(CLASSIFICATION)('%s is a complaint of type %s, %s, for %j', (subtype, type, priority, departments) => {
    const play = new Play({ subtype });
    const parts = Object.fromEntries(departments.map((name) => [`part:${name}`, 24 * H]));
    const test: Record<string, number> = subtype === 'noise' ? { 'test-result': 72 * H } : {};
    expect(play.state).toMatchObject({ type, subtype, priority, level: LEVEL[priority], stage: 'classified' });
    expect(Object.keys(play.state.parts)).toEqual(departments);
    expect(minutesDue(play)).toEqual({ ...DUES[priority], ...parts, ...test });
  });

  it('is the whole table of the policy', () => {
    const { policy } = new Play().opening;
    expect(policy.classification.map(({ subtype }) => subtype).sort()).toEqual(
      CLASSIFICATION.map(([name]) => name).sort(),
    );
  });
});

describe('what is owed', () => {
  it('counts from the report, not from when it was typed in', () => {
    const play = new Play({ ...IMPORTANT, reportedAt: sh('2026-11-23 08:20') });
    expect(minutesDue(play)).toMatchObject({ acknowledge: 120, survey: 120, plan: 1440, resolve: 1440, close: 2880 });
    expect(play.obligation('survey')).toMatchObject({
      start: sh('2026-11-23 08:20'),
      openedAt: sh('2026-11-23 09:00'),
    });
  });

  it('is owed by the first-contact owner, and the parts by their departments', () => {
    const play = new Play(IMPORTANT);
    const clerk = { as: 'owner', role: 'customer_service', department: 'customer_service', person: CLERK.id };
    expect(play.obligation('close').owedBy).toEqual(clerk);
    expect(play.obligation('part:engineering').owedBy).toEqual({
      as: 'department',
      role: 'engineering',
      department: 'engineering',
      person: null,
    });
  });

  it('is met by the command that the table names', () => {
    const play = new Play(NOISE);
    const finishAt = sh('2026-11-27 12:00');
    play.do('acknowledge', BODY.acknowledge, { at: sh('2026-11-23 09:30') });
    play.do('survey', BODY.survey, { at: sh('2026-11-23 10:30') });
    play.do('propose-plan', BODY.plan(finishAt), { at: sh('2026-11-23 15:00') });
    const metAt = (id: string) => play.obligation(id).endedAt;
    expect([metAt('acknowledge'), metAt('survey'), metAt('plan')]).toEqual([
      sh('2026-11-23 09:30'),
      sh('2026-11-23 10:30'),
      sh('2026-11-23 15:00'),
    ]);
    play.do('owner-answer', BODY.accept, { by: RESIDENT, at: sh('2026-11-23 16:00') });
    play.do('record-test-result', BODY.test, { at: sh('2026-11-25 09:00') });
    expect(play.obligation('test-result')).toMatchObject({ state: 'met', lateMs: -24 * HOUR });
    play.do(
      'complete-part',
      { department: 'engineering', result: { ref: 'r', digest: 'd' } },
      { by: { id: 'e', role: 'engineering', department: 'engineering' } },
    );
    expect(play.obligation('resolve')).toMatchObject({
      state: 'met',
      endedAt: sh('2026-11-25 09:00'),
      dueAt: finishAt,
    });
    expect(play.open()).toEqual(['callback', 'close']);
  });

  it('counts the survey as the acknowledgement, and the finished work too', () => {
    const surveyed = new Play(IMPORTANT);
    surveyed.do('survey', BODY.survey, { at: sh('2026-11-23 10:00') });
    expect(surveyed.obligation('acknowledge')).toMatchObject({ state: 'met', endedAt: sh('2026-11-23 10:00') });
    const done = new Play(ROUTINE);
    done.do(
      'complete-part',
      { department: 'engineering', result: { ref: 'r', digest: 'd' } },
      { by: { id: 'e', role: 'engineering', department: 'engineering' }, at: sh('2026-11-23 10:00') },
    );
    expect(done.obligation('acknowledge')).toMatchObject({ state: 'met', endedAt: sh('2026-11-23 10:00') });
    expect(done.obligation('measure')).toMatchObject({ state: 'cancelled', endReason: 'resolved' });
  });

  it('warns whoever owes it at 50 and 80 percent', () => {
    const play = new Play(ROUTINE);
    const events = play.until(sh('2026-11-23 10:36'));
    expect(notices(events)).toEqual(['obligation-warned → clerk-li', 'obligation-warned → clerk-li']);
    expect(play.all('obligation-warned').map(({ at, data }) => [at, data])).toEqual([
      [sh('2026-11-23 10:00'), { obligation: 'acknowledge', fraction: 0.5 }],
      [sh('2026-11-23 10:36'), { obligation: 'acknowledge', fraction: 0.8 }],
    ]);
  });
});

describe('typed in late: t0 is the report, the lateness is ours', () => {
  it('is missed at once, marked, and climbs; what lies ahead is not marked', () => {
    const play = new Play({ ...URGENT, reportedAt: sh('2026-11-23 08:20') });
    expect(play.obligation('acknowledge')).toMatchObject({
      bornLate: 'typed-late',
      dueAt: sh('2026-11-23 08:35'),
      warned: 2,
    });
    expect(play.obligation('resolve').bornLate).toBeNull();
    expect(play.obligation('acknowledge').missedAt).toBeNull();
    play.wait(1);
    expect(play.obligation('acknowledge')).toMatchObject({
      missedAt: sh('2026-11-23 09:00:00.001'),
      overdue: true,
      rung: 0,
    });
    play.do('acknowledge', BODY.acknowledge, { at: sh('2026-11-23 09:05') });
    expect(play.obligation('acknowledge').lateMs).toBe(30 * MINUTE);
    expect(outcomeOf(play.obligation('acknowledge'), play.now)).toBe('late');
  });

  it('can be met in the millisecond in which it was typed in, and is late all the same', () => {
    const play = new Play({ ...URGENT, reportedAt: sh('2026-11-23 08:20') });
    play.do('acknowledge', BODY.acknowledge);
    expect(play.all('obligation-missed')).toEqual([]);
    expect(outcomeOf(play.obligation('acknowledge'), play.now)).toBe('late');
  });

  it('makes no gap of the engine out of it', () => {
    const play = new Play({ ...ROUTINE, reportedAt: sh('2026-11-20 08:20') });
    play.wait(HOUR);
    expect(play.all('wake-gap')).toEqual([]);
  });

  it('is not missed again before the new date when its owner confirms a later plan', () => {
    const play = new Play({ ...IMPORTANT, reportedAt: sh('2026-11-21 09:00') });
    play.wait(MINUTE);
    play.do('survey', BODY.survey);
    play.do('propose-plan', BODY.plan(sh('2026-11-27 12:00')));
    play.do('owner-answer', BODY.accept, { by: RESIDENT });
    expect(play.obligation('resolve')).toMatchObject({
      bornLate: 'typed-late',
      dueAt: sh('2026-11-27 12:00'),
      overdue: false,
    });
    play.until(sh('2026-11-27 12:00'));
    const missed = () => play.all('obligation-missed').filter(({ data }) => data.obligation === 'resolve');
    expect(missed()).toHaveLength(1);
    play.wait(1);
    expect(missed()).toHaveLength(2);
  });
});
