import { HOUR } from '../../domain/instant';
import { BODY, DUTY_MANAGER, HEAD, Play, ROUTINE, URGENT, notices, ofType, sh, types } from './support';

/** `HH:MM:SS rung role cause` of every escalation of an obligation. */
const climbed = (play: Play, id: string) =>
  play.all('escalated').flatMap(({ at, data }) => {
    if (data.obligation !== id) return [];
    const local = new Date(at + 8 * HOUR).toISOString().slice(11, 23);
    return [`${local} ${data.rung} ${data.role} ${data.cause}`];
  });

describe('the default ladder (policies.md "Ladder")', () => {
  it('tells the head of department at the miss and copies customer service', () => {
    const play = new Play(ROUTINE);
    const events = play.until(sh('2026-11-23 11:00:00.001'));
    const from = events.findIndex(({ type }) => type === 'obligation-missed');
    expect(types(events.slice(from))).toEqual([
      'obligation-missed',
      'escalated',
      'notify-requested',
      'notify-requested',
    ]);
    expect(notices(events.slice(from))).toEqual([
      'escalated → department_head',
      'obligation-missed → customer_service',
    ]);
    const [told] = ofType(events.slice(from), 'notify-requested');
    expect(told!.data).toMatchObject({
      to: { kind: 'role', role: 'department_head', department: 'customer_service' },
      obligation: 'acknowledge',
      args: { kind: 'acknowledge', rung: 0, cause: 'missed', dueAt: sh('2026-11-23 11:00') },
      upwards: ['senior_cs_supervisor', 'duty_manager', 'manager', 'general_manager'],
    });
  });

  it('climbs by time past due when everybody reacts: + 25 %, + 50 %, + 100 % of the limit', () => {
    const play = new Play({ ...ROUTINE });
    for (const at of ['11:00:01', '11:30:01', '12:00:01', '13:00:01']) {
      play.do('acknowledge-escalation', { obligation: 'acknowledge' }, { by: HEAD, at: sh(`2026-11-23 ${at}`) });
    }
    play.until(sh('2026-11-23 16:00'));
    expect(climbed(play, 'acknowledge')).toEqual([
      '11:00:00.001 0 department_head missed',
      '11:30:00.000 1 senior_cs_supervisor time',
      '12:00:00.000 2 duty_manager time',
      '13:00:00.000 3 manager time',
    ]);
    expect(play.obligation('acknowledge')).toMatchObject({ rung: 3, maxRung: 3, exhausted: false });
  });

  it('goes one higher after 15 minutes of silence, to the general manager, and is exhausted once', () => {
    const play = new Play(ROUTINE);
    play.until(sh('2026-11-23 16:00'));
    expect(climbed(play, 'acknowledge')).toEqual([
      '11:00:00.001 0 department_head missed',
      '11:15:00.001 1 senior_cs_supervisor unacknowledged',
      '11:30:00.001 2 duty_manager unacknowledged',
      '11:45:00.001 3 manager unacknowledged',
      '12:00:00.001 4 general_manager unacknowledged',
    ]);
    const exhausted = play.all('ladder-exhausted').filter(({ data }) => data.obligation === 'acknowledge');
    expect(exhausted.map(({ at, data }) => [at, data.rung])).toEqual([[sh('2026-11-23 12:15:00.001'), 4]]);
    expect(play.obligation('acknowledge').exhausted).toBe(true);
  });

  it('asks an urgent one again after 5 minutes, and never two within 5 minutes', () => {
    const play = new Play(URGENT);
    play.until(sh('2026-11-23 10:30'));
    // + 25 % of 15 minutes would be 3:45 past due: the gap makes it 5:00.
    expect(climbed(play, 'acknowledge')).toEqual([
      '09:15:00.001 0 department_head missed',
      '09:20:00.000 1 senior_cs_supervisor time',
      '09:25:00.000 2 duty_manager time',
      '09:30:00.000 3 manager time',
      '09:35:00.000 4 general_manager unacknowledged',
    ]);
    expect(play.all('ladder-exhausted').map(({ at }) => at)).toEqual([sh('2026-11-23 09:40')]);
  });

  it('stops when the debt is paid', () => {
    const play = new Play(ROUTINE);
    play.do('acknowledge', BODY.acknowledge, { at: sh('2026-11-23 11:20') });
    play.until(sh('2026-11-23 12:30'));
    expect(climbed(play, 'acknowledge')).toHaveLength(2);
  });

  it('keeps its distance after an outage: what was missed long ago climbs from the waking on, not all at once', () => {
    const play = new Play(URGENT);
    play.do('acknowledge', BODY.acknowledge);
    // Down from 09:30 to the morning of the next day; resolve was due at 09:00, its 100 % lies a day ahead.
    const down = new Play(URGENT);
    down.downUntil(sh('2026-11-23 14:00'));
    expect(climbed(down, 'acknowledge')).toEqual(['14:00:00.000 0 department_head missed']);
    down.until(sh('2026-11-23 14:30'));
    expect(climbed(down, 'acknowledge')).toEqual([
      '14:00:00.000 0 department_head missed',
      '14:05:00.000 1 senior_cs_supervisor time',
      '14:10:00.000 2 duty_manager time',
      '14:15:00.000 3 manager time',
      '14:20:00.000 4 general_manager unacknowledged',
    ]);
  });

  it('counts from the opening of what was typed in late: nobody could have reacted before', () => {
    const play = new Play({ ...URGENT, reportedAt: sh('2026-11-23 08:20') });
    play.until(sh('2026-11-23 10:00'));
    expect(climbed(play, 'acknowledge').slice(0, 3)).toEqual([
      '09:00:00.001 0 department_head missed',
      '09:05:00.000 1 senior_cs_supervisor time',
      '09:10:00.000 2 duty_manager time',
    ]);
  });

  it('begins anew when a missed clock gets a later date', () => {
    const play = new Play({ subtype: 'lift' });
    play.do('survey', BODY.survey);
    play.do('propose-plan', BODY.plan(sh('2026-11-26 18:00')));
    play.until(sh('2026-11-24 10:20'));
    expect(play.obligation('resolve')).toMatchObject({ overdue: true, rung: 4, exhausted: true });
    play.do('owner-answer', BODY.accept);
    expect(play.obligation('resolve')).toMatchObject({
      overdue: false,
      rung: -1,
      maxRung: 4,
      exhausted: false,
      escalations: [],
      missedAt: sh('2026-11-24 09:00:00.001'),
      dueAt: sh('2026-11-26 18:00'),
      dueBase: sh('2026-11-26 18:00'),
    });
    const again = play.until(sh('2026-11-26 18:00:00.001'));
    expect(ofType(again, 'obligation-missed').find(({ data }) => data.obligation === 'resolve')?.data.again).toBe(true);
    expect(play.obligation('resolve')).toMatchObject({ rung: 0, missedAt: sh('2026-11-24 09:00:00.001') });
  });
});

describe('acknowledging an escalation', () => {
  it('stops the silence, not the time, and is there for what is open only', () => {
    const play = new Play(ROUTINE);
    expect(play.refused('acknowledge-escalation', { obligation: 'acknowledge' })).toEqual({
      refused: 'no-open-escalation',
      args: { stage: 'classified' },
    });
    play.until(sh('2026-11-23 11:05'));
    expect(play.refused('acknowledge-escalation', { obligation: 'resolve' }).refused).toBe('no-open-escalation');
    expect(play.refused('acknowledge-escalation', { obligation: 'nothing' })).toEqual({
      refused: 'obligation-unknown',
      args: { obligation: 'nothing' },
    });
    const events = play.do('acknowledge-escalation', { obligation: 'acknowledge' }, { by: DUTY_MANAGER });
    expect(events.map(({ type, data }) => [type, data])).toEqual([
      ['escalation-acknowledged', { obligation: 'acknowledge', rung: 0 }],
    ]);
    expect(play.refused('acknowledge-escalation', { obligation: 'acknowledge' }).refused).toBe('no-open-escalation');
    play.until(sh('2026-11-23 11:29'));
    expect(climbed(play, 'acknowledge')).toHaveLength(1);
  });
});

describe('an empty rung', () => {
  it('is skipped upwards: the ladder stands where somebody was really told', () => {
    const play = new Play(ROUTINE);
    play.until(sh('2026-11-23 11:00:00.001'));
    const asked = play.all('notify-requested').find(({ data }) => data.template === 'escalated')!;
    play.told(asked.seq, 'duty_manager', ['department_head', 'senior_cs_supervisor']);
    expect(play.obligation('acknowledge')).toMatchObject({ rung: 2, maxRung: 2 });
    expect(play.obligation('acknowledge').escalations).toEqual([
      { rung: 2, role: 'duty_manager', at: sh('2026-11-23 11:00:00.001') },
    ]);
    play.until(sh('2026-11-23 11:16'));
    expect(climbed(play, 'acknowledge')[1]).toBe('11:15:00.001 3 manager unacknowledged');
  });

  it('changes nothing when the one addressed was there, when nobody was, or when it is another notice', () => {
    const play = new Play(ROUTINE);
    play.until(sh('2026-11-23 11:00:00.001'));
    const before = play.obligation('acknowledge');
    for (const { seq, data } of play.all('notify-requested')) {
      play.told(seq, data.template === 'escalated' ? 'department_head' : 'manager');
      play.told(seq, null);
    }
    expect(play.obligation('acknowledge')).toEqual(before);
  });

  it('does not pull a ladder down that has climbed meanwhile, nor one that begins anew', () => {
    const play = new Play(ROUTINE);
    play.until(sh('2026-11-23 11:31'));
    const asked = play.all('notify-requested').filter(({ data }) => data.template === 'escalated');
    play.told(asked[0]!.seq, 'senior_cs_supervisor', ['department_head']);
    expect(play.obligation('acknowledge').rung).toBe(2);
    play.do('acknowledge', BODY.acknowledge);
    play.told(asked[1]!.seq, 'general_manager');
    expect(play.obligation('acknowledge').state).toBe('met');
  });
});
