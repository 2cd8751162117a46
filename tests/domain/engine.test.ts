import { complaint } from '../../domain/complaint';
import { nextWake, recordEffect, runWake } from '../../domain/engine';
import { draft } from '../../domain/event';
import { DAY, HOUR, MINUTE } from '../../domain/instant';
import { clockOf, snapshotOf } from '../../domain/projection';
import {
  BODY,
  CLERK,
  ENGINEER,
  IMPORTANT,
  MONDAY_9,
  POLICY,
  Play,
  RESIDENT,
  ROUTINE,
  URGENT,
  folded,
  ofType,
  sh,
  text,
  toClosed,
  types,
} from './support';

describe('the events of a step', () => {
  it('are numbered without a gap, and signed by who did what, how and under which policy', () => {
    const play = new Play(ROUTINE);
    play.do('acknowledge', BODY.acknowledge, { by: ENGINEER, at: sh('2026-11-23 10:00') });
    expect(play.journal.map(({ seq }) => seq)).toEqual(play.journal.map((_, index) => index + 1));
    const [acknowledged] = play.all('acknowledged');
    expect(acknowledged).toMatchObject({
      at: sh('2026-11-23 10:00'),
      by: ENGINEER,
      via: { kind: 'command', command: 'acknowledge' },
      episode: 1,
      policyVersion: 7,
    });
    expect(play.state.seq).toBe(play.journal.length);
  });

  it('of a command play what was due before it first', () => {
    const play = new Play(ROUTINE);
    play.now = sh('2026-11-23 12:00');
    const events = play.do('acknowledge', BODY.acknowledge, { at: play.now });
    const order = ['obligation-missed', 'escalated', 'acknowledged', 'obligation-met'];
    expect(types(events).filter((type) => order.includes(type))).toEqual(order);
    expect(ofType(events, 'obligation-missed')[0]).toMatchObject({
      by: { id: 'system', role: 'system' },
      via: { kind: 'timer', purpose: 'miss', plannedAt: sh('2026-11-23 11:00') },
    });
    expect(play.obligation('acknowledge')).toMatchObject({ state: 'met', lateMs: HOUR });
  });

  it('of a timer say when it was to fire', () => {
    const play = new Play(ROUTINE);
    const fired = ofType(play.until(sh('2026-11-23 11:00:00.001')), 'timer-fired').map(({ at, data }) => [at, data]);
    expect(fired).toEqual([
      [sh('2026-11-23 10:00'), { purpose: 'warn', obligation: 'acknowledge', plannedAt: sh('2026-11-23 10:00') }],
      [sh('2026-11-23 10:36'), { purpose: 'warn', obligation: 'acknowledge', plannedAt: sh('2026-11-23 10:36') }],
      [sh('2026-11-23 11:00'), { purpose: 'warn', obligation: 'measure', plannedAt: sh('2026-11-23 11:00') }],
      [
        sh('2026-11-23 11:00:00.001'),
        { purpose: 'miss', obligation: 'acknowledge', plannedAt: sh('2026-11-23 11:00') },
      ],
    ]);
  });

  it('of a timer of the case itself name no obligation', () => {
    const play = new Play(ROUTINE);
    play.until(sh('2026-11-23 16:00'));
    expect(play.all('timer-fired').find(({ data }) => data.purpose === 'progress-check')?.data.obligation).toBeNull();
  });

  it('are the fold of the state, and nothing in the state is from elsewhere', () => {
    const play = new Play(IMPORTANT);
    play.do('survey', BODY.survey, { at: sh('2026-11-23 10:30') });
    play.do('confirm-outage', { text: text('t') });
    play.until(sh('2026-11-24 18:00'));
    expect(folded(play.opening, play.journal)).toStrictEqual(play.state);
    expect(JSON.parse(JSON.stringify(play.state))).toStrictEqual(play.state);
  });
});

describe('waking', () => {
  it('at the same instant again does nothing', () => {
    const play = new Play(ROUTINE);
    play.until(sh('2026-11-23 18:00'));
    const again = runWake(complaint, play.state, play.now);
    expect(again.events).toEqual([]);
    expect(again.state).toStrictEqual(play.state);
  });

  it('always has its next moment ahead', () => {
    const play = new Play(URGENT);
    let last = play.now;
    for (let step = 0; step < 200; step += 1) {
      const next = nextWake(complaint, play.state)!;
      expect(next.at).toBeGreaterThan(last);
      last = next.at;
      play.until(next.at);
    }
  });

  it('late by more than a minute is a fact of its own, once', () => {
    const late = (ms: number) => types(new Play(URGENT).downUntil(sh('2026-11-23 09:07:30') + ms));
    expect(late(MINUTE)).not.toContain('wake-gap');
    expect(late(MINUTE + 1).filter((type) => type === 'wake-gap')).toHaveLength(1);
    expect(late(3 * DAY).filter((type) => type === 'wake-gap')).toHaveLength(1);
  });

  it('sends no warning of what is missed already, and one of what was warned of twice', () => {
    const down = new Play(ROUTINE);
    const events = down.downUntil(sh('2026-11-23 12:30'));
    const told = ofType(events, 'notify-requested').map(({ data }) => [data.template, data.obligation]);
    expect(told.filter(([template]) => template === 'obligation-warned')).toEqual([['obligation-warned', 'measure']]);
    expect(told.filter(([, obligation]) => obligation === 'acknowledge').map(([template]) => template)).toEqual([
      'escalated',
      'obligation-missed',
    ]);
    // The journal knows of every warn point.
    expect(ofType(events, 'obligation-warned').map(({ data }) => [data.obligation, data.fraction])).toEqual([
      ['acknowledge', 0.5],
      ['acknowledge', 0.8],
      ['measure', 0.5],
      ['measure', 0.8],
    ]);
  });
});

describe('the outcome of an effect', () => {
  it('goes into the journal under the number it answers, and is no change of the case', () => {
    const play = new Play(ROUTINE);
    const before = play.state;
    const outcome = draft('notified', {
      of: 4,
      template: 'case-received',
      channel: 'inbox',
      role: 'customer_service',
      recipients: ['a'],
      skipped: [],
      obligation: null,
    });
    const [event] = play.take(recordEffect(complaint, play.state, outcome, 4, play.now));
    expect(event).toMatchObject({
      seq: before.seq + 1,
      type: 'notified',
      by: { id: 'system' },
      via: { kind: 'effect', of: 4 },
    });
    expect({ ...play.state, seq: before.seq }).toStrictEqual(before);
    expect(play.state.changedSeq).toBe(before.changedSeq);
  });
});

describe('what the read model keeps', () => {
  it('is the state without the text of the policy, and the clock of all that is owed', () => {
    const play = new Play(ROUTINE);
    const snapshot = snapshotOf(play.state);
    expect(snapshot.state.policy).toEqual({ id: 'complaint', version: 7 });
    expect({ ...snapshot.state, policy: POLICY }).toEqual(play.state);
    expect(Object.keys(snapshot.clocks).sort()).toEqual(play.open());
    expect(snapshot.clocks['measure']).toEqual({
      warnAt: MONDAY_9 + 2 * HOUR,
      nextAt: MONDAY_9 + 2 * HOUR,
      next: 'warn',
      pausedSince: null,
    });
    expect(snapshotOf(toClosed(play).state).clocks).toEqual({});
  });

  it('knows what comes next: a warning, the miss, a rung, nothing', () => {
    const play = new Play(ROUTINE);
    const clock = () => clockOf(play.state, play.obligation('measure'));
    play.until(sh('2026-11-23 12:30'));
    expect(clock()).toEqual({ warnAt: null, nextAt: sh('2026-11-23 13:00'), next: 'miss', pausedSince: null });
    play.until(sh('2026-11-23 13:00:00.001'));
    expect(clock()).toMatchObject({ warnAt: null, nextAt: sh('2026-11-23 13:15:00.001'), next: 'unacknowledged' });
    play.do('acknowledge-escalation', { obligation: 'measure' });
    expect(clock()).toMatchObject({ nextAt: sh('2026-11-23 14:00'), next: 'rung' });
    play.until(sh('2026-11-24 08:00'));
    expect(clock()).toMatchObject({ nextAt: null, next: null });
  });

  it('knows since when a clock stands still', () => {
    const play = new Play(ROUTINE);
    play.do('pause', BODY.pause(sh('2026-11-23 11:00')), { at: sh('2026-11-23 10:00') });
    const now = play.now;
    expect(clockOf(play.state, play.obligation('measure'))).toEqual({
      warnAt: null,
      nextAt: null,
      next: null,
      pausedSince: now,
    });
    play.do('resume', {}, { at: now + MINUTE, by: CLERK });
    expect(clockOf(play.state, play.obligation('measure')).pausedSince).toBeNull();
    expect(play.refused('owner-answer', BODY.accept, { by: RESIDENT }).refused).toBe('nothing-to-answer');
  });
});
