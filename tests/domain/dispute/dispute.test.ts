import { PARTIES } from '../../../domain/dispute/state';
import { DAY, HOUR } from '../../../domain/instant';
import {
  CLERK,
  DisputePlay,
  ENGINEER,
  MANAGER,
  MONDAY_9,
  OTHER_CLERK,
  Play,
  RESIDENT,
  ROUTINE,
  effects,
  notices,
  sh,
  text,
} from './support';

const AGREED = { outcome: 'agreed', summary: text('s') } as const;
const FAILED = { outcome: 'failed', summary: text('s') } as const;
const MEETING = { minutes: text('m'), attended: PARTIES, actions: [] } as const;
const GOOD = { score: 5, solved: true, conduct: null, comment: null } as const;
const TEN = sh('2026-11-24 10:00');
const at = (ms: number) => ({ at: MONDAY_9 + ms });

/** All have met, and agreed on what the engineer does until Wednesday. */
function withAction(): DisputePlay {
  const play = new DisputePlay();
  const action = { text: text('a mat'), dueAt: MONDAY_9 + 2 * DAY, keeper: ENGINEER.id };
  play.do('record-meeting', { ...MEETING, actions: [action] }, at(3 * HOUR));
  return play;
}

function settled(): DisputePlay {
  const play = new DisputePlay();
  play.do('record-meeting', MEETING, at(3 * HOUR));
  play.do('settle', AGREED);
  return play;
}

describe('a dispute', () => {
  it('owes a response in 2 h, the meeting in 24 h, its end in 48 h', () => {
    const play = new DisputePlay();
    expect(play.open()).toEqual(['acknowledge', 'close', 'meeting']);
    const due = (kind: string) => play.obligation(kind).dueAt - MONDAY_9;
    expect(['acknowledge', 'meeting', 'close'].map(due)).toEqual([2 * HOUR, 24 * HOUR, 48 * HOUR]);
    expect(play.obligation('meeting').owedBy.person).toBe(CLERK.id);
  });

  it('owes the daily update', () => {
    const play = new DisputePlay();
    play.until(sh('2026-11-24 16:00'));
    expect(play.obligation('progress:2026-11-24').dueAt).toBe(sh('2026-11-24 17:00'));
  });

  it('keeps who the other party is, as a text of the vault', () => {
    const play = new DisputePlay({ otherParty: text('other') });
    expect(play.all('parties-named').map(({ data }) => data)).toEqual([{ otherParty: text('other') }]);
  });
});

describe('the meeting', () => {
  it('that is arranged is the response, and the resident is told when', () => {
    const play = new DisputePlay();
    const events = play.do('arrange-meeting', { meetingAt: MONDAY_9 + 6 * HOUR, place: text('hall') });
    expect(play.obligation('acknowledge').state).toBe('met');
    expect(play.obligation('meeting').state).toBe('open');
    expect(play.state).toMatchObject({ stage: 'arranged', waitingOn: 'outside' });
    expect(notices(events)).toContain('meeting-arranged → resident');
    const past = { meetingAt: MONDAY_9, place: null };
    expect(play.refused('arrange-meeting', past)).toMatchObject({ refused: 'instant-not-ahead' });
  });

  it.each(PARTIES)('without %s is no meeting of three: it is recorded and still owed', (absent) => {
    const play = new DisputePlay();
    play.do('record-meeting', { ...MEETING, attended: PARTIES.filter((party) => party !== absent) });
    expect(play.obligation('acknowledge').state).toBe('met');
    expect(play.obligation('meeting').state).toBe('open');
    expect(play.refused('settle', AGREED).refused).toBe('meeting-first');
    play.do('record-meeting', MEETING);
    expect(play.obligation('meeting').state).toBe('met');
    expect(play.state).toMatchObject({ stage: 'mediated', meetings: 2 });
  });

  it('a millisecond too late is missed', () => {
    const play = new DisputePlay();
    play.do('record-meeting', MEETING, at(24 * HOUR + 1));
    expect(play.obligation('meeting')).toMatchObject({ state: 'met', lateMs: 1 });
    expect(play.obligation('meeting').missedAt).not.toBeNull();
  });

  it('waits for somebody while the case is paused; closing does not', () => {
    const play = new DisputePlay();
    play.do('pause', { reason: 'waiting-for-outside', until: MONDAY_9 + 10 * HOUR, note: null });
    play.until(MONDAY_9 + 10 * HOUR);
    expect(play.obligation('meeting').dueAt).toBe(MONDAY_9 + 34 * HOUR);
    expect(play.obligation('close').dueAt).toBe(MONDAY_9 + 48 * HOUR);
  });
});

describe('what was agreed on', () => {
  it('is a promise with its own clock, owed by whoever is to keep it', () => {
    const play = withAction();
    expect(play.obligation('promise:p1')).toMatchObject({
      dueAt: MONDAY_9 + 2 * DAY,
      owedBy: { as: 'role', person: ENGINEER.id },
    });
    play.do('hand-over', { to: OTHER_CLERK.id, reason: text('r') });
    expect(play.obligation('promise:p1').owedBy.person).toBe(ENGINEER.id);
    expect(play.obligation('close').owedBy.person).toBe(OTHER_CLERK.id);
  });

  it('is owed by the owner when nobody is named', () => {
    const play = new DisputePlay();
    const actions = [{ text: text('a'), dueAt: MONDAY_9 + DAY, keeper: null }];
    play.do('record-meeting', { ...MEETING, actions });
    expect(play.obligation('promise:p1').owedBy).toMatchObject({ as: 'owner', person: CLERK.id });
  });

  it('is kept before the case is settled', () => {
    const play = withAction();
    expect(play.refused('settle', AGREED)).toEqual({ refused: 'promises-open', args: { promises: ['p1'] } });
    play.do('keep-promise', { promise: 'p1', note: null }, { by: ENGINEER });
    play.do('settle', AGREED);
    expect(play.state.stage).toBe('callback');
  });

  it('or released with a reason, which is no kept one', () => {
    const play = withAction();
    expect(play.refused('release-promise', { promise: 'p9', reason: text('r') }).refused).toBe('promise-unknown');
    play.do('release-promise', { promise: 'p1', reason: text('moved out') });
    expect(play.obligation('promise:p1')).toMatchObject({ state: 'cancelled', endReason: 'released' });
    expect(play.state.promises['p1']?.state).toBe('cancelled');
    play.do('settle', AGREED);
    expect(play.refused('release-promise', { promise: 'p1', reason: text('r') }).refused).toBe('no-open-promise');
  });

  it('lies ahead, else the meeting is not recorded', () => {
    const play = new DisputePlay();
    const actions = [{ text: text('a'), dueAt: MONDAY_9 }];
    expect(play.refused('record-meeting', { ...MEETING, actions }).refused).toBe('instant-not-ahead');
    expect(play.state.meetings).toBe(0);
  });
});

describe('the end of a dispute', () => {
  it('comes after a meeting', () => {
    const play = new DisputePlay();
    expect(play.refused('settle', FAILED)).toEqual({ refused: 'meeting-first', args: { stage: 'received' } });
    play.do('record-meeting', { ...MEETING, attended: ['resident', 'property'] });
    play.do('settle', FAILED);
    expect(play.obligation('meeting')).toMatchObject({ state: 'cancelled', endReason: 'resolved' });
    expect(play.all('dispute-settled').map(({ data }) => data.outcome)).toEqual(['failed']);
  });

  it('is called back by somebody who took no part, and closes', () => {
    const play = settled();
    expect(play.open()).toEqual(['callback', 'close']);
    expect(play.refused('callback', GOOD).refused).toBe('did-the-work');
    play.do('callback', GOOD, { by: OTHER_CLERK, at: TEN });
    expect(play.obligation('close')).toMatchObject({ state: 'met', missedAt: null });
    expect(play.state.stage).toBe('closed');
  });

  it('that the resident is not satisfied with begins it anew', () => {
    const play = settled();
    play.do('callback', { ...GOOD, score: 2 }, { by: OTHER_CLERK, at: TEN });
    expect(play.state).toMatchObject({ stage: 'received', episode: 2, meetings: 0, met: false });
    expect(play.open()).toEqual(['acknowledge@2', 'close@2', 'meeting@2']);
    expect(play.refused('settle', FAILED).refused).toBe('meeting-first');
  });

  it('that nobody hears of is counted apart', () => {
    const play = settled();
    for (const time of ['2026-11-23 14:00', '2026-11-23 18:00', '2026-11-24 10:00']) {
      play.do('callback-attempt', {}, { by: OTHER_CLERK, at: sh(time) });
    }
    expect(play.all('closed').map(({ data }) => data)).toEqual([{ reason: 'unreachable' }]);
    expect(play.obligation('close').state).toBe('met');
  });

  it('waits for what was promised since', () => {
    const play = settled();
    play.do('promise', { text: text('t'), dueAt: MONDAY_9 + 3 * DAY });
    play.do('callback', GOOD, { by: OTHER_CLERK, at: TEN });
    expect(play.state.stage).toBe('callback');
    play.do('release-promise', { promise: 'p1', reason: text('r') });
    expect(play.state.stage).toBe('closed');
  });

  it('is put off by a manager alone, and before it is due', () => {
    const play = new DisputePlay();
    const later = { dueAt: MONDAY_9 + 5 * DAY, reason: text('r') };
    expect(play.refused('extend', later).refused).toBe('role-not-allowed');
    play.do('extend', later, { by: MANAGER, ...at(48 * HOUR) });
    const { dueAt, dueBase } = play.obligation('close');
    expect([dueAt, dueBase]).toEqual([MONDAY_9 + 5 * DAY, MONDAY_9 + 2 * DAY]);
    const again = { by: MANAGER, ...at(48 * HOUR + 1) };
    expect(play.refused('extend', { ...later, dueAt: MONDAY_9 + 6 * DAY }, again).refused).toBe('too-late-to-extend');
  });
});

describe('a complaint that is a dispute', () => {
  const NO = 'M-1';
  const withDispute = () => {
    const play = new Play({ ...ROUTINE, subtype: 'neighbour_dispute' });
    play.do('start-dispute', { note: null });
    play.answered('link-case', { no: NO, family: 'dispute' });
    return play;
  };

  it('starts one, and is resolved by it', () => {
    const play = withDispute();
    expect(effects(play.journal)).toEqual([
      { kind: 'start-case', family: 'dispute', subtype: null, asset: null, note: null },
    ]);
    play.answered('tell-child', { no: NO, outcome: 'resolved' });
    expect(play.state).toMatchObject({ stage: 'feedback', parts: { customer_service: { state: 'done' } } });
  });

  it('does not wait for repairs with the part of another department', () => {
    const play = withDispute();
    play.do('start-repair', { subtype: 'door', asset: null, note: null });
    play.answered('link-case', { no: 'R-1', family: 'repair' });
    play.answered('tell-child', { no: NO, outcome: 'resolved' });
    expect(play.state.parts['customer_service']?.state).toBe('done');
  });

  it('is told of it by the dispute', () => {
    const play = new DisputePlay({ record: { rootCase: 'C-1' } });
    play.do('record-meeting', MEETING);
    play.do('settle', FAILED);
    // Nothing closes around the callback.
    expect(play.refused('withdraw', { reason: text('r') }, { by: RESIDENT })).toEqual({
      refused: 'callback-owed',
      args: { stage: 'callback' },
    });
    play.do('callback', { score: 1, solved: false, conduct: null, comment: null }, { by: RESIDENT });
    play.do('withdraw', { reason: text('r') }, { by: RESIDENT });
    expect(effects(play.journal)).toMatchObject([
      { kind: 'tell-case', no: 'C-1', data: { outcome: 'resolved' } },
      { kind: 'tell-case', no: 'C-1', data: { outcome: 'reopened' } },
      { kind: 'tell-case', no: 'C-1', data: { outcome: 'withdrawn' } },
    ]);
  });
});
