import { MINUTE } from '../../../domain/instant';
import {
  CLERK,
  ENGINEER,
  GOOD,
  MANAGER,
  RepairPlay,
  accepted,
  completed,
  sh,
  text,
  toCallback,
  tomorrow,
} from './support';
import type { RepairOptions } from './support';

const H = 60;
/** Minutes from t0 by policies.md "Repair". */
const URGENT = { dispatch: 5, contact: 15, arrive: 2 * H };
const ROUTINE = { dispatch: 30, survey: 4 * H, arrive: 24 * H };

const minutesDue = (play: RepairPlay) =>
  Object.fromEntries(play.open().map((id) => [id, (play.obligation(id).dueAt - play.opening.reportedAt) / MINUTE]));

describe('what is owed', () => {
  it.each<[string, string, RepairOptions, Record<string, number>]>([
    ['an urgent fault', 'urgent', { subtype: 'power_cut' }, URGENT],
    ['a routine fault', 'routine', { subtype: 'blocked_pipe' }, ROUTINE],
    ['people in a lift: own staff in 15 minutes', 'urgent', { subtype: 'lift_entrapment' }, { ...URGENT, arrive: 15 }],
    [
      'the alarm of a lift',
      'urgent',
      { subtype: 'lift_entrapment', record: { source: 'alarm' } },
      { ...URGENT, arrive: 15, 'alarm-response': 15 },
    ],
    [
      'the alarm of any other device',
      'urgent',
      { subtype: 'burst_pipe', record: { source: 'alarm' } },
      { ...URGENT, 'alarm-response': 20 },
    ],
  ])('for %s', (_what, priority, options, dues) => {
    const play = new RepairPlay(options);
    expect(play.state).toMatchObject({ priority, stage: 'received' });
    expect(minutesDue(play)).toEqual(dues);
  });

  it('counts from the report, also when it was typed in later', () => {
    const play = new RepairPlay({ subtype: 'bulb', reportedAt: sh('2026-11-23 08:20') });
    expect(play.obligation('survey')).toMatchObject({ start: sh('2026-11-23 08:20'), dueAt: sh('2026-11-23 12:20') });
  });

  it('is owed by the department until somebody has it, the dispatch by the front desk', () => {
    const play = new RepairPlay({ subtype: 'bulb' });
    expect(play.obligation('arrive').owedBy).toEqual({
      as: 'assignee',
      role: 'engineering',
      department: 'engineering',
      person: null,
    });
    expect(play.obligation('dispatch').owedBy).toMatchObject({ as: 'role', role: 'customer_service' });
  });

  it('after completion is the callback, 48 h', () => {
    const play = toCallback({ subtype: 'bulb' });
    play.until(tomorrow(play));
    expect(play.open()).toEqual(['callback']);
    expect(play.obligation('callback')).toMatchObject({ dueAt: sh('2026-11-25 09:00') });
  });

  it('climbs to the supervisor when nobody accepts, and is missed in its millisecond', () => {
    const play = new RepairPlay({ subtype: 'burst_pipe' });
    play.until(sh('2026-11-23 09:05'));
    expect(play.all('obligation-missed')).toEqual([]);
    play.wait(1);
    expect(play.all('obligation-missed').map(({ data }) => data.obligation)).toEqual(['dispatch']);
    expect(play.all('escalated').map(({ data }) => data.role)).toEqual(['senior_cs_supervisor']);
  });

  it('begins anew with a reopening, and the time of the report stays', () => {
    const play = toCallback({ subtype: 'bulb' });
    play.do('callback', GOOD, { at: tomorrow(play) });
    const at = tomorrow(play, 2);
    play.do('reopen', { reason: text('r') }, { at });
    expect(play.state).toMatchObject({
      stage: 'received',
      episode: 2,
      reportedAt: sh('2026-11-23 09:00'),
      reopenCount: 1,
    });
    const due = (id: string) => (play.obligation(id).dueAt - at) / MINUTE;
    expect(play.open()).toEqual(['arrive@2', 'dispatch@2', 'survey@2']);
    expect([due('dispatch@2'), due('survey@2'), due('arrive@2')]).toEqual([30, 4 * H, 24 * H]);
  });
});

describe('the daily update', () => {
  it('is owed by 17:00 when the plan ends later, and not when it ends before', () => {
    const days = (finishAt: string) => {
      const play = accepted({ subtype: 'bulb' });
      play.do('arrive', { checklist: [] }, { by: ENGINEER });
      play.do('survey', { findings: text('f'), plan: text('p'), finishAt: sh(finishAt) }, { by: ENGINEER });
      play.until(sh('2026-11-23 16:30'));
      return play.open().filter((id) => id.startsWith('progress'));
    };
    expect(days('2026-11-26 10:00')).toEqual(['progress:2026-11-23']);
    expect(days('2026-11-23 16:59')).toEqual([]);
  });
});

describe('an outage', () => {
  it('owes an update every hour until it is restored', () => {
    const play = accepted({ subtype: 'power_cut' });
    play.do('confirm-outage', { text: text('dark') }, { at: sh('2026-11-23 09:30') });
    play.do('outage-update', { text: text('still dark') }, { at: sh('2026-11-23 10:10') });
    play.until(sh('2026-11-23 12:30:00.001'));
    // The hours that end at 11:30 and 12:30 had no update.
    expect(play.all('obligation-missed').filter(({ data }) => data.obligation.startsWith('outage'))).toHaveLength(2);
    play.do('restore', { text: null });
    expect(play.open().filter((id) => id.startsWith('outage'))).toEqual([]);
  });
});

describe('a pause', () => {
  const pause = { reason: 'waiting-for-parts', until: sh('2026-11-24 09:00'), note: null };

  it('is for routine repairs, and stops the clocks that allow it', () => {
    const play = accepted({ subtype: 'bulb' });
    play.do('pause', pause, { at: sh('2026-11-23 10:00') });
    play.until(sh('2026-11-24 09:00'));
    expect(play.obligation('survey').dueAt).toBe(sh('2026-11-24 12:00'));
    expect(play.obligation('arrive').dueAt).toBe(sh('2026-11-25 08:00'));
    expect(accepted({ subtype: 'burst_pipe' }).refused('pause', pause)).toEqual({
      refused: 'urgent-cannot-pause',
      args: { priority: 'urgent' },
    });
  });

  it('ends when the repair becomes urgent', () => {
    const play = accepted({ subtype: 'bulb' });
    play.do('pause', pause, { at: sh('2026-11-23 10:00') });
    play.do('regrade', { subtype: 'bulb', priority: 'urgent', reason: text('r') }, { by: CLERK });
    expect(play.state).toMatchObject({ pause: null, priority: 'urgent' });
    expect(play.open().some((id) => id.startsWith('survey'))).toBe(false);
  });
});

describe('closing', () => {
  it('keeps promises first', () => {
    const play = toCallback();
    play.do('promise', { text: text('a new lamp'), dueAt: sh('2026-11-27 12:00') });
    play.do('callback', GOOD, { at: tomorrow(play) });
    expect(play.state.stage).toBe('callback');
    play.do('keep-promise', { promise: 'p1', note: null });
    expect(play.state.stage).toBe('closed');
  });

  it('as unreachable stays unreachable when a promise comes in between', () => {
    const play = toCallback();
    play.do('promise', { text: text('a new lamp'), dueAt: sh('2026-11-27 12:00') });
    for (const at of ['2026-11-23 10:00', '2026-11-24 10:00', '2026-11-24 19:59']) {
      play.do('callback-attempt', {}, { at: sh(at) });
    }
    expect(play.state).toMatchObject({ stage: 'callback', callback: { settled: 'unreachable' } });
    play.do('keep-promise', { promise: 'p1', note: null });
    expect(play.all('closed').map(({ data }) => data)).toEqual([{ reason: 'unreachable' }]);
  });

  it('by a manager with a reason keeps promises first, too', () => {
    const play = toCallback();
    play.do('promise', { text: text('a new lamp'), dueAt: sh('2026-11-27 12:00') });
    const reason = { reason: text('enough') };
    expect(play.refused('close-unsatisfied', reason, { by: MANAGER })).toEqual({
      refused: 'promises-open',
      args: { promises: ['p1'] },
    });
    play.do('keep-promise', { promise: 'p1', note: null });
    expect(play.refused('close-unsatisfied', reason).refused).toBe('role-not-allowed');
    play.do('close-unsatisfied', reason, { by: MANAGER });
    expect(play.all('closed').map(({ data }) => data)).toEqual([{ reason: 'unsatisfied', note: text('enough') }]);
    expect(completed(accepted()).refused('withdraw', reason, { by: { ...CLERK, role: 'quality' } }).refused).toBe(
      'role-not-allowed',
    );
  });
});
