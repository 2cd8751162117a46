import { HOUR, MINUTE } from '../../../domain/instant';
import {
  ACCOUNTANT,
  CLERK,
  ENGINEER,
  GUARD,
  HEAD,
  MANAGER,
  Play,
  ROUTINE,
  SUPERVISOR,
  notices,
  ofType,
  sh,
  text,
  types,
} from '../support';

const result = (department: string) => ({ department, result: text('result') });

describe('three departments', () => {
  const three = { ...ROUTINE, departments: ['engineering', 'security', 'finance'] };

  it('each have their own part, and the case is resolved when all are done', () => {
    const play = new Play(three);
    play.wait(HOUR);
    expect(play.open()).toEqual([
      'acknowledge',
      'close',
      'measure',
      'part:engineering',
      'part:finance',
      'part:security',
      'resolve',
    ]);
    play.do('accept-part', { department: 'engineering' }, { by: ENGINEER });
    expect(play.obligation('part:engineering').owedBy.person).toBe(ENGINEER.id);
    expect(play.obligation('part:security').owedBy.person).toBeNull();
    play.do('complete-part', result('engineering'), { by: ENGINEER });
    play.do('complete-part', result('security'), { by: GUARD });
    expect(play.state.stage).toBe('classified');
    const events = play.do('complete-part', result('finance'), { by: ACCOUNTANT, occurredAt: play.now - MINUTE });
    expect(types(events)).toContain('resolved');
    expect(ofType(events, 'part-done')[0]?.occurredAt).toBe(play.now - MINUTE);
    expect(play.state).toMatchObject({ stage: 'feedback', waitingOn: 'us' });
    expect(play.open()).toEqual(['callback', 'close']);
  });

  it('report to the manager what blocks them, and go on when it is gone', () => {
    const play = new Play(three);
    const events = play.do('block-part', { department: 'finance', reason: text('r') }, { by: ACCOUNTANT });
    expect(notices(events)).toEqual(['part-blocked → manager']);
    expect(play.refused('complete-part', result('finance'), { by: ACCOUNTANT })).toEqual({
      refused: 'part-not-so',
      args: { department: 'finance', state: 'blocked', allowed: ['assigned', 'accepted'] },
    });
    expect(play.refused('accept-part', { department: 'finance' }, { by: ACCOUNTANT }).refused).toBe('part-not-so');
    play.do('unblock-part', { department: 'finance' }, { by: ACCOUNTANT });
    expect(play.refused('unblock-part', { department: 'finance' }, { by: ACCOUNTANT }).refused).toBe('part-not-so');
    // It goes on by its own clock, which nothing has stopped.
    expect(play.obligation('part:finance').dueAt).toBe(sh('2026-11-24 09:00'));
    play.do('complete-part', result('finance'), { by: ACCOUNTANT });
    expect(play.state.parts['finance']).toMatchObject({ state: 'done' });
  });

  it('are joined by a fourth, which the case waits for too', () => {
    const play = new Play(three);
    const events = play.do(
      'assign-department',
      { department: 'customer_service', task: text('t') },
      { at: sh('2026-11-23 11:30') },
    );
    expect(notices(events)).toContain('department-assigned → customer_service');
    expect(play.obligation('part:customer_service')).toMatchObject({
      start: sh('2026-11-23 09:00'),
      dueAt: sh('2026-11-24 09:00'),
    });
    expect(play.refused('assign-department', { department: 'finance', task: null })).toEqual({
      refused: 'part-exists',
      args: { department: 'finance', state: 'assigned' },
    });
    for (const [department, by] of [
      ['engineering', ENGINEER],
      ['security', GUARD],
      ['finance', ACCOUNTANT],
    ] as const) {
      play.do('complete-part', result(department), { by });
    }
    expect(play.state.stage).toBe('classified');
    play.do('complete-part', result('customer_service'), { by: CLERK });
    expect(play.state.stage).toBe('feedback');
  });

  it('are spoken for by themselves and by supervisors', () => {
    const play = new Play(three);
    expect(play.refused('accept-part', { department: 'finance' }, { by: ENGINEER })).toEqual({
      refused: 'not-your-department',
      args: { department: 'finance', yours: 'engineering' },
    });
    expect(
      play.refused('block-part', { department: 'finance', reason: text('r') }, { by: { ...CLERK, department: null } }),
    ).toEqual({
      refused: 'not-your-department',
      args: { department: 'finance', yours: '' },
    });
    play.do('accept-part', { department: 'finance' }, { by: HEAD });
    play.do('complete-part', result('security'), { by: MANAGER });
  });

  it('are those of the policy', () => {
    const play = new Play(three);
    const unknown = {
      refused: 'department-unknown',
      args: { department: 'gardening', allowed: ['customer_service', 'engineering', 'security', 'finance'] },
    };
    expect(play.refused('assign-department', { department: 'gardening', task: null })).toEqual(unknown);
    expect(play.refused('complete-part', result('gardening'), { by: SUPERVISOR })).toEqual(unknown);
    expect(play.refused('accept-part', { department: 'customer_service' }).refused).toBe('department-unknown');
  });
});
