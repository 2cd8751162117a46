import type { Actor } from '../../../domain/actor';
import {
  BODY,
  CLERK,
  ENGINEER,
  GENERAL_MANAGER,
  GUARD,
  IMPORTANT,
  MANAGER,
  NOISE,
  Play,
  RESIDENT,
  ROUTINE,
  SUPERVISOR,
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
