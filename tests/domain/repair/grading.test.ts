import { CLERK, MANAGER, RESIDENT, RepairPlay, SUPERVISOR, accepted, notices, repairOpening, text } from './support';
import { openCase } from '../../../domain/engine';
import { repair } from '../../../domain/repair';

const reason = text('reason');
const grade = (options: ConstructorParameters<typeof RepairPlay>[0]) => {
  const { priority, priorityReason } = new RepairPlay(options).state;
  return [priority, priorityReason];
};

describe('a fault of a vulnerable household', () => {
  it.each([
    // Lift, power, water or heating, of a red or a yellow household: urgent.
    ['red', 'heating', 'urgent', 'vulnerable-household'],
    ['yellow', 'lift_fault', 'urgent', 'vulnerable-household'],
    ['red', 'water_pressure', 'urgent', 'vulnerable-household'],
    ['yellow', 'socket', 'urgent', 'vulnerable-household'],
    ['green', 'heating', 'routine', null],
    [null, 'heating', 'routine', null],
    ['red', 'door', 'routine', null],
    // Urgent by itself needs no reason.
    ['red', 'power_cut', 'urgent', null],
  ])('of colour %s, %s, is %s', (careColour, subtype, priority, because) => {
    expect(grade({ subtype, record: { careColour } })).toEqual([priority, because]);
  });
});

describe('a priority', () => {
  it('is raised by a clerk', () => {
    expect(grade({ subtype: 'bulb', priority: 'urgent' })).toEqual(['urgent', 'clerk']);
    const play = accepted({ subtype: 'bulb' });
    const events = play.do('regrade', { subtype: 'bulb', priority: 'urgent', reason }, { by: CLERK });
    expect(notices(events)).toContain('priority-changed → senior_cs_supervisor');
    expect(play.open()).toEqual(['arrive:2', 'contact']);
    expect(play.obligation('dispatch').state).toBe('met');
  });

  it('is lowered by a manager alone', () => {
    const play = new RepairPlay({ subtype: 'burst_pipe' });
    const lower = { subtype: 'burst_pipe', priority: 'routine', reason } as const;
    for (const by of [CLERK, SUPERVISOR]) {
      expect(play.refused('regrade', lower, { by })).toEqual({
        refused: 'only-manager-may-lower',
        args: { from: 'urgent', to: 'routine' },
      });
    }
    play.do('regrade', lower, { by: MANAGER });
    expect(play.state).toMatchObject({ priority: 'routine', priorityReason: 'manager' });
    expect(play.open().map((id) => id.split(':')[0])).toEqual(['arrive', 'dispatch', 'survey']);
  });

  it('is lowered for a vulnerable household by a manager alone', () => {
    const play = new RepairPlay({ subtype: 'heating', record: { careColour: 'red' } });
    expect(play.refused('regrade', { subtype: 'heating', priority: 'routine', reason }).refused).toBe(
      'only-manager-may-lower',
    );
  });

  it('is the front desk’s to change', () => {
    const play = new RepairPlay();
    expect(play.refused('regrade', { subtype: 'bulb', priority: null, reason }, { by: RESIDENT }).refused).toBe(
      'role-not-allowed',
    );
  });
});

describe('a fault', () => {
  it('has its category, level and post from the policy', () => {
    expect(new RepairPlay({ subtype: 'lift_entrapment' }).state).toMatchObject({
      type: 'lift',
      level: 'major',
      job: { post: 'lift', department: 'engineering' },
    });
    expect(new RepairPlay({ subtype: 'gate' }).state).toMatchObject({
      type: 'security',
      level: 'ordinary',
      job: { post: 'general', department: 'security' },
    });
  });

  it('must be named, and known', () => {
    const open = (subtype: string | null) => {
      const opening = repairOpening({ subtype });
      return openCase(repair, opening, { at: opening.receivedAt, by: CLERK });
    };
    expect(open(null)).toEqual({ refused: 'fault-required', args: { field: 'subtype' } });
    expect(open('dog')).toMatchObject({ refused: 'fault-unknown', args: { subtype: 'dog' } });
    expect(new RepairPlay().refused('regrade', { subtype: 'dog', priority: null, reason }).refused).toBe(
      'fault-unknown',
    );
  });

  it('is typed in late for 30 days, and never from the future', () => {
    const open = (days: number) => {
      const opening = repairOpening({});
      const reportedAt = opening.receivedAt - days * 86_400_000;
      return openCase(repair, { ...opening, reportedAt }, { at: opening.receivedAt, by: CLERK });
    };
    expect(open(30)).not.toHaveProperty('refused');
    expect(open(30.01)).toMatchObject({ refused: 'reported-too-long-ago' });
    expect(open(-0.01)).toMatchObject({ refused: 'reported-in-future' });
  });
});
