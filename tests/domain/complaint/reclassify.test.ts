import type { Actor } from '../../../domain/actor';
import { HOUR, MINUTE } from '../../../domain/instant';
import { outcomeOf } from '../../../domain/obligation';
import {
  BODY,
  CLERK,
  ENGINEER,
  GENERAL_MANAGER,
  GUARD,
  IMPORTANT,
  MANAGER,
  NOISE,
  POLICY,
  Play,
  RESIDENT,
  ROUTINE,
  SUPERVISOR,
  UNCLASSIFIED,
  URGENT,
  notices,
  sh,
  text,
} from '../support';

const as = (subtype: string, over: object = {}) => ({
  subtype,
  type: null,
  priority: null,
  departments: null,
  reason: text('reason'),
  ...over,
});
const dues = (play: Play) => Object.fromEntries(play.open().map((id) => [id, play.obligation(id).dueAt]));
const done = { department: 'engineering', result: text('result') };

describe('raising and lowering', () => {
  it.each<[string, object, Actor, object]>([
    ['a clerk raises by a subtype', as('power_cut'), CLERK, { priority: 'urgent' }],
    ['a clerk raises by hand', as('lift', { priority: 'urgent' }), CLERK, { priority: 'urgent' }],
    ['a clerk who names a milder subtype keeps the priority', as('lighting'), CLERK, { priority: 'important' }],
    ['a supervisor too', as('lighting'), SUPERVISOR, { priority: 'important' }],
    ['a manager who names a milder subtype gets its priority', as('lighting'), MANAGER, { priority: 'routine' }],
    ['a manager lowers by hand', as('lift', { priority: 'routine' }), GENERAL_MANAGER, { priority: 'routine' }],
  ])('%s', (_name, data, by, expected) => {
    const play = new Play(IMPORTANT);
    play.do('reclassify', data as ReturnType<typeof as>, { by });
    expect(play.state).toMatchObject(expected);
  });

  it('is refused to a clerk who lowers', () => {
    const play = new Play(IMPORTANT);
    for (const by of [CLERK, SUPERVISOR]) {
      expect(play.refused('reclassify', as('lift', { priority: 'routine' }), { by })).toEqual({
        refused: 'only-manager-may-lower',
        args: { from: 'important', to: 'routine' },
      });
    }
  });

  it('tells the supervisor of a change, with its reason, and nobody when it stays', () => {
    const play = new Play(IMPORTANT);
    expect(notices(play.do('reclassify', as('lift', { priority: 'urgent' })))).toEqual([
      'priority-changed → senior_cs_supervisor',
    ]);
    expect(notices(play.do('reclassify', as('power_cut')))).toEqual([]);
  });

  it('follows the priority with the level, unless a manager has set it', () => {
    const play = new Play(IMPORTANT);
    play.do('reclassify', as('power_cut'));
    expect(play.state.level).toBe('major');
    expect(play.refused('set-level', { level: 'major', reason: text('r') }, { by: MANAGER })).toEqual({
      refused: 'level-unchanged',
      args: { level: 'major' },
    });
    const events = play.do('set-level', { level: 'ordinary', reason: text('r') }, { by: MANAGER });
    expect(notices(events)).toEqual(['level-set → clerk-li']);
    play.do('reclassify', as('lift'), { by: MANAGER });
    expect(play.state).toMatchObject({ priority: 'important', level: 'ordinary', levelFixed: true });
  });
});

describe('the clocks after a reclassification', () => {
  const t0 = sh('2026-11-23 09:00');

  it('start from t0 by the new row', () => {
    const play = new Play(ROUTINE);
    play.do('reclassify', as('noise'), { at: sh('2026-11-23 09:30') });
    expect(dues(play)).toEqual({
      acknowledge: t0 + 2 * HOUR,
      survey: t0 + 2 * HOUR,
      plan: t0 + 24 * HOUR,
      resolve: t0 + 24 * HOUR,
      'test-result': t0 + 72 * HOUR,
      close: t0 + 48 * HOUR,
      'part:engineering': t0 + 24 * HOUR,
    });
    expect(play.obligation('measure')).toMatchObject({ state: 'cancelled', endReason: 'reclassified' });
    expect(outcomeOf(play.obligation('measure'), play.now)).toBe('void');
  });

  it('leave what was met met', () => {
    const play = new Play(ROUTINE);
    play.do('acknowledge', BODY.acknowledge, { at: sh('2026-11-23 09:20') });
    play.do('reclassify', as('power_cut'), { at: sh('2026-11-23 09:30') });
    expect(play.obligation('acknowledge')).toMatchObject({ state: 'met', limit: 2 * HOUR });
    expect(play.open()).not.toContain('acknowledge:2');
    expect(play.state.stage).toBe('handling');
  });

  it('leave a miss missed, and begin anew beside it', () => {
    const play = new Play(URGENT);
    play.until(sh('2026-11-23 09:40'));
    play.do('reclassify', as('lighting'), { by: MANAGER });
    expect(outcomeOf(play.obligation('acknowledge'), play.now)).toBe('missed');
    expect(play.obligation('acknowledge:2')).toMatchObject({ dueAt: t0 + 2 * HOUR, bornLate: null });
    expect(dues(play)).toMatchObject({ measure: t0 + 4 * HOUR });
  });

  it('are void when they were past due at the raising, each of them, else nobody would dare to raise', () => {
    const play = new Play(ROUTINE);
    play.do('acknowledge', BODY.acknowledge);
    play.do('reclassify', as('lift'), { at: sh('2026-11-23 12:00') });
    expect(play.obligation('survey')).toMatchObject({ dueAt: t0 + 2 * HOUR, bornLate: 'reclassified' });
    play.wait(1);
    // It is owed and climbs all the same.
    expect(play.obligation('survey')).toMatchObject({ overdue: true, rung: 0 });
    expect(outcomeOf(play.obligation('survey'), play.now)).toBe('void');
    play.do('survey', BODY.survey);
    expect(outcomeOf(play.obligation('survey'), play.now)).toBe('void');
    expect(play.obligation('plan').bornLate).toBeNull();
  });

  it('are void too for the one that got shorter', () => {
    const play = new Play(ROUTINE);
    play.do('reclassify', as('power_cut'), { at: sh('2026-11-23 09:20') });
    expect(play.obligation('acknowledge:2')).toMatchObject({ dueAt: t0 + 15 * MINUTE, bornLate: 'reclassified' });
  });

  it('are ours when the first classification came late', () => {
    const play = new Play({ ...UNCLASSIFIED, by: RESIDENT });
    const { reason: _, ...data } = as('lift');
    play.do('classify', data, { at: sh('2026-11-23 12:00') });
    expect(outcomeOf(play.obligation('classify'), play.now)).toBe('late');
    expect(outcomeOf(play.obligation('survey'), play.now)).toBe('missed');
  });

  it('keep an agreed date: a confirmed plan, an extended end', () => {
    const play = new Play(IMPORTANT);
    const planned = sh('2026-11-27 12:00');
    play.do('survey', BODY.survey);
    play.do('propose-plan', BODY.plan(planned));
    play.do('owner-answer', BODY.accept, { by: RESIDENT });
    play.do('extend', { dueAt: planned + HOUR, reason: text('r') }, { by: MANAGER });
    play.do('reclassify', as('noise'));
    expect(dues(play)).toMatchObject({ resolve: planned, 'part:engineering': planned, close: planned + HOUR });
  });

  it('are not stopped any more by a pause that an urgent matter ends', () => {
    const play = new Play(IMPORTANT);
    play.do('survey', BODY.survey);
    play.do('pause', BODY.pause(sh('2026-11-25 09:00')), { at: sh('2026-11-23 10:00') });
    const events = play.do('reclassify', as('power_cut'), { at: sh('2026-11-23 19:00') });
    expect(events[0]).toMatchObject({ type: 'resumed', data: { auto: false } });
    expect(play.state.pause).toBeNull();
    // Urgent clocks are never paused: the nine hours are not left out of them.
    const own = Object.fromEntries(Object.entries(dues(play)).map(([id, at]) => [id.split(':')[0], at]));
    expect(own).toMatchObject({ resolve: t0 + 24 * HOUR, close: t0 + 48 * HOUR, part: t0 + 24 * HOUR });
    expect(play.obligation('plan')).toMatchObject({ state: 'cancelled', endReason: 'reclassified' });
  });

  it('leave out the time of a pause, one that is over and one that still lasts', () => {
    const play = new Play(ROUTINE);
    play.do('acknowledge', BODY.acknowledge);
    play.do('pause', BODY.pause(sh('2026-11-24 10:00')), { at: sh('2026-11-23 10:00') });
    play.do('reclassify', as('lift'), { at: sh('2026-11-23 20:00') });
    // An hour had run when the pause began: the survey is not late, it stands still.
    expect(play.obligation('survey')).toMatchObject({ bornLate: null, pauses: [{ from: sh('2026-11-23 10:00') }] });
    play.until(sh('2026-11-24 10:30'));
    expect(dues(play)).toMatchObject({
      survey: sh('2026-11-24 11:00'),
      plan: sh('2026-11-25 09:00'),
      resolve: sh('2026-11-25 09:00'),
    });
    const lowered = new Play(IMPORTANT);
    lowered.do('pause', BODY.pause(sh('2026-11-23 20:00')), { at: sh('2026-11-23 10:00') });
    lowered.do('reclassify', as('lighting'), { by: MANAGER, at: sh('2026-11-23 21:00') });
    expect(lowered.obligation('measure')).toMatchObject({ dueAt: sh('2026-11-23 23:00'), bornLate: null });
    expect(lowered.obligation('measure').pauses).toEqual([
      { from: sh('2026-11-23 10:00'), to: sh('2026-11-23 20:00') },
    ]);
  });

  it('are not paused away when their time was over before the pause began', () => {
    const play = new Play(ROUTINE);
    play.do('acknowledge', BODY.acknowledge);
    play.do('pause', BODY.pause(sh('2026-11-24 12:00')), { at: sh('2026-11-23 12:00') });
    play.do('reclassify', as('lift'), { at: sh('2026-11-23 13:00') });
    expect(play.obligation('survey')).toMatchObject({ bornLate: 'reclassified', pauses: [] });
    play.wait(1);
    expect(play.obligation('survey').overdue).toBe(true);
    // Nor by a pause in the very millisecond in which they were born late.
    const quick = new Play(ROUTINE);
    quick.do('acknowledge', BODY.acknowledge);
    quick.do('reclassify', as('lift'), { at: sh('2026-11-23 12:00') });
    quick.do('pause', BODY.pause(sh('2026-11-24 12:00')));
    quick.wait(1);
    expect(quick.obligation('survey').overdue).toBe(true);
  });

  it('are worked under the urgent rules from then on', () => {
    const play = new Play(ROUTINE);
    play.do('reclassify', as('power_cut'));
    expect(play.open().map((id) => play.obligation(id).urgent)).toEqual(play.open().map(() => true));
    play.do('reclassify', as('lighting'), { by: MANAGER });
    expect(play.open().map((id) => play.obligation(id).urgent)).toEqual(play.open().map(() => false));
    expect(play.obligation(play.open().find((id) => id.startsWith('resolve'))!).pausable).toBe(true);
  });

  it('take the parts along with the resolve clock', () => {
    const shorter = { ...POLICY.clocks.urgent.resolve!, limit: 4 * HOUR };
    const policy = { ...POLICY, clocks: { ...POLICY.clocks, urgent: { ...POLICY.clocks.urgent, resolve: shorter } } };
    const early = new Play({ ...ROUTINE, policy });
    early.do('accept-part', { department: 'engineering' }, { by: ENGINEER });
    early.do('reclassify', as('power_cut'), { at: sh('2026-11-23 10:00') });
    const part = early.open().find((id) => id.startsWith('part:'))!;
    expect(early.obligation(part)).toMatchObject({
      dueAt: t0 + 4 * HOUR,
      bornLate: null,
      owedBy: { person: ENGINEER.id },
    });
    const late = new Play({ ...ROUTINE, policy });
    late.do('reclassify', as('power_cut'), { at: sh('2026-11-23 15:00') });
    const born = late.open().find((id) => id.startsWith('part:'))!;
    expect(late.obligation(born)).toMatchObject({ dueAt: t0 + 4 * HOUR, bornLate: 'reclassified' });
  });

  it('give a new plan its clock, however often the case was reclassified before', () => {
    const play = new Play(IMPORTANT);
    play.do('reclassify', as('lighting'), { by: MANAGER });
    play.do('reclassify', as('lift'));
    play.do('survey', BODY.survey);
    play.do('propose-plan', BODY.plan(sh('2026-11-27 12:00')));
    play.do('owner-answer', BODY.reject, { by: RESIDENT, at: sh('2026-11-23 12:00') });
    const plan = play.open().find((id) => id.startsWith('plan'));
    expect(plan).toBeDefined();
    expect(play.obligation(plan!)).toMatchObject({ start: sh('2026-11-23 12:00'), dueAt: sh('2026-11-24 12:00') });
  });
});

describe('a plan that was proposed before the raising', () => {
  it('is not owed again, unless it is rejected', () => {
    const play = new Play(ROUTINE);
    play.do('propose-plan', BODY.plan(sh('2026-11-27 12:00')));
    play.do('reclassify', as('lift'));
    expect(play.open().filter((id) => id.startsWith('plan'))).toEqual([]);
    play.do('owner-answer', BODY.reject, { by: RESIDENT });
    expect(play.open().filter((id) => id.startsWith('plan'))).toEqual(['plan']);
  });
});

describe('the departments after a reclassification', () => {
  it('lose what nobody has accepted, and gain what is new', () => {
    const play = new Play({ subtype: 'parking_shortage' });
    play.do('accept-part', { department: 'security' }, { by: GUARD });
    play.do('reclassify', as('property_fee'));
    expect(Object.fromEntries(Object.values(play.state.parts).map((p) => [p.department, p.state]))).toEqual({
      security: 'accepted',
      engineering: 'cancelled',
      finance: 'assigned',
    });
    expect(play.obligation('part:engineering')).toMatchObject({ state: 'cancelled', endReason: 'reclassified' });
    play.do('reclassify', as('lighting'));
    expect(play.obligation('part:engineering:2').state).toBe('open');
  });

  it('never leave a case with nothing to do that is not resolved', () => {
    const play = new Play({ subtype: 'parking_shortage' });
    play.do('complete-part', done, { by: ENGINEER });
    play.do('reclassify', as('lighting'));
    const live = Object.values(play.state.parts).filter(({ state }) => state !== 'cancelled' && state !== 'done');
    expect(play.state.stage === 'feedback' || live.length > 0).toBe(true);
    play.do('complete-part', done, { by: ENGINEER });
    expect(play.state.stage).toBe('feedback');
  });

  it('test no noise any more when it is none', () => {
    const play = new Play(NOISE);
    play.do('reclassify', as('lift'));
    expect(play.obligation('test-result')).toMatchObject({ state: 'cancelled', endReason: 'reclassified' });
    play.do('reclassify', as('noise'));
    expect(play.obligation('test-result:2').dueAt).toBe(sh('2026-11-26 09:00'));
  });
});
