import { HOUR, MINUTE } from '../../../domain/instant';
import { BODY, CLERK, OPS, Play, RESIDENT, ROUTINE, UNCLASSIFIED, notices, sh, types } from '../support';
import type { OpenOptions } from '../support';

const minutesDue = (play: Play) =>
  Object.fromEntries(play.open().map((id) => [id, (play.obligation(id).dueAt - play.opening.reportedAt) / MINUTE]));

describe('receiving a complaint', () => {
  it('writes what was said, who owns it and what is owed', () => {
    const play = new Play(ROUTINE);
    expect(types(play.journal)).toEqual([
      'received',
      'owner-changed',
      'stage-entered',
      'notify-requested',
      'classified',
      'stage-entered',
      'obligation-opened',
      'obligation-opened',
      'obligation-opened',
      'obligation-opened',
      'part-assigned',
      'obligation-opened',
      'notify-requested',
    ]);
    expect(notices(play.journal)).toEqual(['case-received → customer_service', 'department-assigned → engineering']);
    expect(play.all('stage-entered').map(({ data }) => [data.from, data.stage, data.waitingOn])).toEqual([
      [null, 'received', 'us'],
      ['received', 'classified', 'us'],
    ]);
    expect(
      play.journal.every(
        ({ via, policyVersion, episode }) => via.kind === 'start' && policyVersion === 7 && episode === 1,
      ),
    ).toBe(true);
  });

  const opened = (options: OpenOptions) => {
    try {
      return new Play(options).state.stage;
    } catch (error) {
      return JSON.parse((error as Error).message.slice('refused: '.length)) as unknown;
    }
  };
  const at = sh('2026-11-23 09:00');

  it.each<[string, OpenOptions, unknown]>([
    ['reported now', { reportedAt: at }, 'classified'],
    ['two minutes ahead: clocks differ', { reportedAt: at + 2 * MINUTE }, 'classified'],
    [
      'reported in the future',
      { reportedAt: at + 2 * MINUTE + 1 },
      { refused: 'reported-in-future', args: { reportedAt: at + 2 * MINUTE + 1, latest: at } },
    ],
    ['thirty days ago', { reportedAt: sh('2026-10-24 09:00') }, 'classified'],
    [
      'longer ago, which is an import',
      { reportedAt: sh('2026-10-24 09:00') - 1 },
      {
        refused: 'reported-too-long-ago',
        args: { reportedAt: sh('2026-10-24 09:00') - 1, oldest: sh('2026-10-24 09:00') },
      },
    ],
    [
      'graded without a subtype',
      { subtype: null, priority: 'urgent' },
      { refused: 'subtype-required', args: { field: 'subtype' } },
    ],
    [
      'typed without a subtype',
      { subtype: null, type: 'fee' },
      { refused: 'subtype-required', args: { field: 'subtype' } },
    ],
    [
      'sent to a department without a subtype',
      { subtype: null, departments: ['finance'] },
      { refused: 'subtype-required', args: { field: 'subtype' } },
    ],
    ['of nobody’s owning', { subtype: null, by: OPS }, 'received'],
    [
      'for a department that is not there',
      { departments: ['gardening'] },
      {
        refused: 'department-unknown',
        args: { department: 'gardening', allowed: ['customer_service', 'engineering', 'security', 'finance'] },
      },
    ],
    ['for no department', { departments: [] }, { refused: 'department-required', args: { field: 'departments' } }],
    [
      'of a subtype that is not in the table, graded by hand',
      { subtype: 'dog', type: 'other', priority: 'routine', departments: ['security'] },
      'classified',
    ],
    [
      'lowered by a clerk',
      { subtype: 'leak', priority: 'routine' },
      { refused: 'only-manager-may-lower', args: { from: 'urgent', to: 'routine' } },
    ],
    ['raised by a clerk', { subtype: 'lighting', priority: 'urgent' }, 'classified'],
  ])('%s', (_name, options, expected) => {
    expect(opened(options)).toEqual(expected);
  });

  it('asks a department once that was named twice', () => {
    const play = new Play({ ...ROUTINE, departments: ['security', 'security'] });
    expect(play.open().filter((id) => id.startsWith('part'))).toEqual(['part:security']);
  });

  it('names the known subtypes when it does not know one', () => {
    const refusal = opened({ subtype: 'dog', type: 'other' }) as { refused: string; args: { allowed: string[] } };
    expect(refusal.refused).toBe('subtype-unknown');
    expect(refusal.args).toMatchObject({ subtype: 'dog' });
    expect(refusal.args.allowed).toContain('lighting');
    expect(opened({ subtype: 'dog', priority: 'routine' })).toMatchObject({ refused: 'subtype-unknown' });
  });
});

describe('a complaint that nobody has classified', () => {
  it('owes a classification in 15 minutes, an answer in 2 hours and its end in 48', () => {
    const play = new Play({ ...UNCLASSIFIED, by: RESIDENT });
    expect(play.state).toMatchObject({ stage: 'received', priority: null, owner: null, parts: {} });
    expect(minutesDue(play)).toEqual({ classify: 15, acknowledge: 120, close: 2880 });
    expect(play.obligation('classify').owedBy).toMatchObject({ role: 'customer_service', person: null });
  });

  it('has met its classification when it is classified, and not before', () => {
    const play = new Play({ ...UNCLASSIFIED, by: RESIDENT });
    play.do('acknowledge', BODY.acknowledge, { at: sh('2026-11-23 09:05') });
    expect(play.state).toMatchObject({ stage: 'received', owner: CLERK.id });
    expect(play.obligation('classify').state).toBe('open');
    const named = { subtype: 'power_cut', type: null, priority: null, departments: null };
    play.do('classify', named, { at: sh('2026-11-23 09:12') });
    expect(play.obligation('classify')).toMatchObject({ state: 'met', lateMs: -3 * MINUTE });
    expect(play.state).toMatchObject({ stage: 'handling', priority: 'urgent', level: 'major' });
    // Answered is answered; the rest counts from the report.
    expect(play.obligation('acknowledge')).toMatchObject({ state: 'met', limit: 2 * HOUR });
    expect(minutesDue(play)).toEqual({ resolve: 1440, close: 2880, 'part:engineering': 1440 });
  });

  it('belongs to the clerk who classifies it, when nobody has touched it before', () => {
    const play = new Play({ ...UNCLASSIFIED, by: RESIDENT });
    play.do('classify', { subtype: 'lighting', type: null, priority: null, departments: null });
    expect(play.state.owner).toBe(CLERK.id);
    expect(play.obligation('resolve').owedBy.person).toBe(CLERK.id);
  });

  it('gets the shorter clock of an urgent matter from its report on', () => {
    const play = new Play({ ...UNCLASSIFIED, by: RESIDENT });
    play.do(
      'classify',
      { subtype: 'power_cut', type: null, priority: null, departments: null },
      { at: sh('2026-11-23 09:10') },
    );
    expect(minutesDue(play)).toMatchObject({ 'acknowledge:2': 15 });
    expect(play.obligation('acknowledge')).toMatchObject({ state: 'cancelled', endReason: 'reclassified' });
  });
});
