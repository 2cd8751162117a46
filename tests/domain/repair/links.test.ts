import {
  CLERK,
  ENGINEER,
  GOOD,
  Play,
  RESIDENT,
  ROUTINE,
  RepairPlay,
  effects,
  notices,
  sh,
  text,
  toCallback,
} from './support';

const NO = 'R-7K2M-94QD';
const note = text('the lamp of the stairs');

/** A complaint from which a repair was started. */
function withRepair(): Play {
  const play = new Play(ROUTINE);
  play.do('start-repair', { subtype: 'public_lighting', asset: null, note }, { by: CLERK });
  play.answered('link-case', { no: NO, family: 'repair' });
  return play;
}
const told = (play: Play, outcome: 'resolved' | 'reopened' | 'withdrawn' | 'closed') =>
  play.answered('tell-child', { no: NO, outcome });

describe('a complaint with a repair of its own', () => {
  it('asks for it once, and knows it by its number', () => {
    const play = withRepair();
    expect(effects(play.journal)).toEqual([
      { kind: 'start-case', family: 'repair', subtype: 'public_lighting', asset: null, note },
    ]);
    expect(play.state.links.children).toEqual({ [NO]: { family: 'repair', state: 'open' } });
    play.answered('link-case', { no: NO, family: 'repair' });
    expect(play.all('case-linked')).toHaveLength(1);
    expect(play.all('effect-refused').map(({ data }) => data.refused)).toEqual(['already-linked']);
  });

  it('is resolved by it', () => {
    const play = withRepair();
    const events = told(play, 'resolved');
    expect(play.state).toMatchObject({ stage: 'feedback', parts: { engineering: { state: 'done' } } });
    expect(notices(events)).toContain('child-resolved → clerk-li');
    expect(play.open()).toEqual(['callback', 'close']);
  });

  it('waits for all of them', () => {
    const play = withRepair();
    play.do('start-repair', { subtype: 'door', asset: null, note: null });
    play.answered('link-case', { no: 'R-2', family: 'repair' });
    told(play, 'resolved');
    expect(play.state.stage).toBe('classified');
    play.answered('tell-child', { no: 'R-2', outcome: 'resolved' });
    expect(play.state.stage).toBe('feedback');
  });

  it('waits for its own plan when it is important', () => {
    const play = new Play({ subtype: 'lift' });
    play.do('start-repair', { subtype: 'lift_fault', asset: null, note });
    play.answered('link-case', { no: NO, family: 'repair' });
    expect(notices(told(play, 'resolved'))).toEqual(['child-resolved → clerk-li']);
    expect(play.state.stage).toBe('classified');
  });

  it('comes back with it', () => {
    const play = withRepair();
    told(play, 'resolved');
    play.do('feed-back', { written: text('w'), faceToFace: true, reason: null, promises: [] });
    told(play, 'reopened');
    expect(play.state).toMatchObject({ stage: 'classified', episode: 2, reopenCount: 1 });
    expect(play.all('reopened').map(({ data }) => data.cause)).toEqual(['child-reopened']);
    expect(play.state.links.children[NO]?.state).toBe('open');
  });

  it('hears of its withdrawal, and stays as it is', () => {
    const play = withRepair();
    expect(notices(told(play, 'withdrawn'))).toEqual(['child-withdrawn → clerk-li']);
    expect(play.state).toMatchObject({ stage: 'classified', links: { children: { [NO]: { state: 'gone' } } } });
  });

  it('listens to none but its own', () => {
    const play = withRepair();
    play.answered('tell-child', { no: 'R-X', outcome: 'resolved' });
    expect(play.all('effect-refused').map(({ data }) => data.refused)).toEqual(['not-linked']);
    expect(play.state.stage).toBe('classified');
  });

  it('is closed when somebody else has asked the owner', () => {
    const play = withRepair();
    told(play, 'resolved');
    play.do('feed-back', { written: text('w'), faceToFace: true, reason: null, promises: [] });
    play.do('owner-answer', { accepted: true, score: 5, comment: null }, { by: RESIDENT });
    expect(play.open()).toEqual(['close']);
  });
});

describe('a repair that a complaint started', () => {
  const TOLD = 'C-7K2M-94QD';
  const outcomes = (play: RepairPlay) =>
    effects(play.journal).flatMap((effect) => (effect.kind === 'tell-case' ? [effect] : []));

  it('tells it of its completion, its reopening and its end', () => {
    const play = toCallback({ record: { rootCase: TOLD } });
    play.do('callback', { ...GOOD, solved: false }, { at: sh('2026-11-23 10:00') });
    play.do('withdraw', { reason: text('r') });
    const tell = (outcome: string) => ({
      kind: 'tell-case',
      no: TOLD,
      command: 'tell-child',
      data: { no: NO, outcome },
    });
    expect(outcomes(play)).toEqual([tell('resolved'), tell('reopened'), tell('withdrawn')]);
  });

  it('that nobody started tells nobody', () => {
    expect(outcomes(toCallback())).toEqual([]);
  });
});

describe('looking back', () => {
  const opened = () => new RepairPlay({ subtype: 'lift_fault', record: { asset: 'LIFT-2', roomIndex: 'idx' } });

  it('asks for former cases of the same asset and fault', () => {
    expect(effects(opened().journal).filter(({ kind }) => kind === 'look-back')).toEqual([
      { kind: 'look-back', subtype: 'lift_fault', asset: 'LIFT-2', roomIndex: 'idx' },
    ]);
  });

  it('makes a repeated one of it, which the supervisor calls a second time', () => {
    const play = opened();
    const events = play.answered('tell-past', { repeatOf: 'R-0', inMonth: 2 });
    expect(notices(events)).toEqual(['fault-repeated → senior_cs_supervisor']);
    expect(play.state.links.repeatOf).toBe('R-0');
    expect(effects(events)).toEqual([]);
  });

  it('says that the third of a month is a finding', () => {
    const play = opened();
    const events = play.answered('tell-past', { repeatOf: 'R-0', inMonth: 3 });
    expect(effects(events)).toEqual([
      { kind: 'start-case', family: 'standard-revision', subtype: 'lift_fault', asset: 'LIFT-2', note: null },
    ]);
  });

  it('keeps what the report said itself', () => {
    const play = new RepairPlay({ record: { repeatOf: 'R-A' } });
    play.answered('tell-past', { repeatOf: 'R-B', inMonth: 1 });
    expect(play.state.links.repeatOf).toBe('R-A');
  });

  it('changes nothing for the first of its kind', () => {
    const play = opened();
    play.offer(ENGINEER);
    const events = play.answered('tell-past', { repeatOf: null, inMonth: 1 });
    expect(events.map(({ type }) => type)).toEqual(['looked-back']);
  });
});
