import { HOUR, MINUTE } from '../../../domain/instant';
import { outcomeOf } from '../../../domain/obligation';
import {
  BODY,
  ENGINEER,
  IMPORTANT,
  MANAGER,
  POLICY,
  Play,
  RESIDENT,
  ROUTINE,
  UNCLASSIFIED,
  URGENT,
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

  it('leave a calendar that the new row does not have', () => {
    const calendars = {
      morning: { version: '1', windows: { '1': [['09:00', '10:00']] }, holidays: [], workdays: [] },
    } as const;
    const close = { ...POLICY.clocks.routine.close!, calendar: 'morning' };
    const policy = { ...POLICY, calendars, clocks: { ...POLICY.clocks, routine: { ...POLICY.clocks.routine, close } } };
    const play = new Play({ ...ROUTINE, policy });
    expect(play.obligation('close').dueAt).toBeGreaterThan(t0 + 300 * 24 * HOUR);
    play.do('reclassify', as('power_cut'));
    expect(dues(play)).toMatchObject({ 'close:2': t0 + 48 * HOUR });
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
