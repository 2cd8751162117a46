import { HOUR } from '../../../domain/instant';
import { outcomeOf } from '../../../domain/obligation';
import { ENGINEER, Play, RESIDENT, ROUTINE, URGENT, notices, ofType, sh, text, toClosed, workDone } from '../support';

const body = { text: text('t') };
const confirmedAt = sh('2026-11-23 09:10');

function running(): Play {
  const play = new Play(URGENT);
  play.do('acknowledge', { note: null });
  play.do('confirm-outage', body, { at: confirmedAt, by: ENGINEER });
  return play;
}

const rounds = (play: Play) =>
  Object.values(play.state.obligations)
    .filter(({ kind }) => kind === 'outage-update')
    .map(({ id, state, missedAt }) => `${id.split(':')[2]} ${missedAt === null ? '' : 'missed '}${state}`);
const round = (play: Play, number: number) => play.obligation(`outage-update:${confirmedAt}:${number}`);

describe('an outage', () => {
  it('owes an update within every hour from its confirmation, on a fixed grid', () => {
    const play = running();
    expect(round(play, 1)).toMatchObject({ start: confirmedAt, dueAt: confirmedAt + HOUR, windowFrom: confirmedAt });
    play.do('outage-update', body, { at: sh('2026-11-23 09:40') });
    expect(rounds(play)).toEqual(['1 met']);
    // The grid stays where it was.
    play.until(sh('2026-11-23 10:10'));
    expect(round(play, 2)).toMatchObject({ dueAt: sh('2026-11-23 11:10'), state: 'open' });
    play.do('outage-update', body, { at: sh('2026-11-23 11:10') });
    expect(round(play, 2)).toMatchObject({ state: 'met', missedAt: null, lateMs: 0 });
  });

  it('tells the resident of each step', () => {
    const play = running();
    expect(
      notices(
        ofType(play.journal, 'notify-requested').filter(
          ({ via }) => via.kind === 'command' && via.command === 'confirm-outage',
        ),
      ),
    ).toEqual(['outage-confirmed → resident']);
    expect(notices(play.do('outage-update', body))).toEqual(['outage-updated → resident']);
    expect(notices(play.do('restore', { text: null }))).toEqual(['outage-restored → resident']);
  });

  it('has missed an hour that was silent, not skipped it, and owes the newest', () => {
    const play = running();
    play.until(sh('2026-11-23 12:09'));
    expect(rounds(play)).toEqual(['1 missed cancelled', '2 missed open', '3 open']);
    expect(round(play, 1)).toMatchObject({ endReason: 'superseded', missedAt: sh('2026-11-23 10:10:00.001') });
    play.do('outage-update', body);
    expect(rounds(play)).toEqual(['1 missed cancelled', '2 missed met', '3 met']);
    expect(outcomeOf(round(play, 1), play.now)).toBe('missed');
    expect(outcomeOf(round(play, 2), play.now)).toBe('late');
    expect(outcomeOf(round(play, 3), play.now)).toBe('met');
  });

  it('counts every round that was missed while the system was down, and tells of one', () => {
    const play = running();
    const events = play.downUntil(sh('2026-11-23 14:30'));
    expect(rounds(play)).toEqual([
      '1 missed cancelled',
      '2 missed cancelled',
      '3 missed cancelled',
      '4 missed cancelled',
      '5 missed open',
      '6 open',
    ]);
    const told = ofType(events, 'notify-requested').filter(({ data }) => data.obligation?.startsWith('outage'));
    expect(told.map(({ data }) => [data.template, data.obligation?.split(':')[2]])).toEqual([
      ['escalated', '5'],
      ['obligation-missed', '5'],
    ]);
  });

  it('ends with the restoring, and another one begins a grid of its own', () => {
    const play = running();
    play.do(
      'restore',
      { text: null },
      { at: sh('2026-11-23 09:50'), by: ENGINEER, occurredAt: sh('2026-11-23 09:45') },
    );
    expect(rounds(play)).toEqual(['1 met']);
    play.until(sh('2026-11-23 14:00'));
    expect(rounds(play)).toEqual(['1 met']);
    play.do('confirm-outage', body);
    expect(play.obligation(`outage-update:${sh('2026-11-23 14:00')}:1`).dueAt).toBe(sh('2026-11-23 15:00'));
  });

  it('goes on in a pause', () => {
    const play = new Play(ROUTINE);
    play.do('confirm-outage', body);
    play.do('pause', { reason: 'weather', until: play.now + 10 * HOUR, note: null });
    play.until(sh('2026-11-23 12:30'));
    expect(rounds(play)).toEqual(['1 missed cancelled', '2 missed cancelled', '3 missed open', '4 open']);
  });

  it('owes nothing any more when the work is done, though nobody said that it was restored', () => {
    const play = running();
    workDone(play, sh('2026-11-23 10:30'));
    expect(rounds(play)).toEqual(['1 missed cancelled', '2 cancelled']);
    play.until(sh('2026-11-23 18:00'));
    expect(rounds(play)).toHaveLength(2);
  });

  it('is gone from a case that came back', () => {
    const play = running();
    play.do('restore', { text: null });
    toClosed(play);
    play.do('reopen', { reason: text('r') }, { by: RESIDENT, at: sh('2026-11-24 09:00') });
    expect(play.state.outage).toBeNull();
    play.do('confirm-outage', body);
    expect(play.open()).toContain(`outage-update:${play.now}:1@2`);
  });
});

describe('the commands of an outage are refused', () => {
  it('when there is none, or one already, or the work is done', () => {
    const play = new Play(URGENT);
    for (const name of ['outage-update', 'restore'] as const) {
      expect(play.refused(name, body)).toEqual({ refused: 'no-outage', args: { stage: 'classified' } });
    }
    play.do('confirm-outage', body);
    expect(play.refused('confirm-outage', body)).toEqual({ refused: 'outage-running', args: { stage: 'classified' } });
    play.do('restore', { text: null });
    expect(play.refused('restore', body).refused).toBe('no-outage');
    workDone(play);
    expect(play.refused('confirm-outage', body)).toEqual({
      refused: 'not-allowed-now',
      args: { stage: 'feedback', allowed: ['received', 'classified', 'handling'] },
    });
  });

  it('when the restoring is said to have been before the report or in the future', () => {
    const play = running();
    const from = play.opening.reportedAt;
    const to = play.now + 120_000;
    for (const occurredAt of [from - 1, to + 1]) {
      expect(play.refused('restore', body, { occurredAt })).toEqual({
        refused: 'occurred-out-of-range',
        args: { from, to },
      });
    }
    expect(play.refused('outage-update', body, { occurredAt: from })).toEqual({
      refused: 'occurred-not-accepted',
      args: { command: 'outage-update' },
    });
  });
});
