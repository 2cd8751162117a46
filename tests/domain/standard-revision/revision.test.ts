import { DAY, HOUR } from '../../../domain/instant';
import {
  CLERK,
  GENERAL_MANAGER,
  HEAD,
  MANAGER,
  MONDAY_9,
  QUALITY,
  RESIDENT,
  RevisionPlay,
  effects,
  notices,
  text,
} from './support';

const TWICE = { kind: 'fixed', times: 2, per: 'week' } as const;
const PROPOSAL = { text: text('p'), duty: 'lift_inspection', cadence: TWICE } as const;
const at = (ms: number) => ({ at: MONDAY_9 + ms });

function proposed(): RevisionPlay {
  const play = new RevisionPlay();
  play.do('propose-standard', PROPOSAL, { by: HEAD, ...at(2 * DAY) });
  return play;
}

describe('a finding', () => {
  it('is to be answered by a proposal in 7 days, and the heads are told', () => {
    const play = new RevisionPlay();
    expect(play.open()).toEqual(['propose']);
    expect(play.obligation('propose')).toMatchObject({
      dueAt: MONDAY_9 + 7 * DAY,
      owedBy: { role: 'department_head', person: null },
    });
    expect(notices(play.journal)).toEqual(['standard-to-revise → department_head']);
    expect(play.state).toMatchObject({ stage: 'received', subtype: 'lift_fault', asset: 'lift-3-2' });
  });

  it('made by somebody belongs to him', () => {
    expect(new RevisionPlay({ by: HEAD }).state.owner).toBe(HEAD.id);
  });

  it('is withdrawn by a manager alone, and tells the case that it came from', () => {
    const play = new RevisionPlay();
    for (const by of [CLERK, HEAD, RESIDENT]) {
      expect(play.refused('withdraw', { reason: text('r') }, { by }).refused).toBe('role-not-allowed');
    }
    play.do('withdraw', { reason: text('r') }, { by: MANAGER });
    expect(effects(play.journal)).toMatchObject([{ kind: 'tell-case', no: 'R-3', data: { outcome: 'withdrawn' } }]);
    expect(play.open()).toEqual([]);
  });
});

describe('a proposal', () => {
  it('names a duty and its cadence, and is to be decided on in 14 days', () => {
    const play = proposed();
    expect(play.state).toMatchObject({
      stage: 'proposed',
      proposal: { number: 1, by: HEAD.id, duty: 'lift_inspection', cadence: TWICE },
    });
    expect(play.obligation('propose')).toMatchObject({ state: 'met', missedAt: null });
    expect(play.obligation('approve:1')).toMatchObject({ dueAt: MONDAY_9 + 16 * DAY, owedBy: { role: 'manager' } });
    expect(notices(play.journal)).toContain('standard-proposed → manager');
    expect(play.all('cadence-revised')).toEqual([]);
  });

  it('is of a duty that the policy knows, by who may', () => {
    const play = new RevisionPlay();
    const unknown = { ...PROPOSAL, duty: 'dancing' };
    expect(play.refused('propose-standard', unknown, { by: HEAD }).refused).toBe('duty-unknown');
    expect(play.refused('propose-standard', PROPOSAL, { by: CLERK }).refused).toBe('role-not-allowed');
    play.do('propose-standard', PROPOSAL, { by: QUALITY });
    expect(play.refused('propose-standard', PROPOSAL, { by: HEAD }).refused).toBe('not-allowed-now');
  });

  it.each([
    [7 * DAY, false],
    [7 * DAY + 1, true],
  ])('after %i ms is late: %s', (after, late) => {
    const play = new RevisionPlay();
    play.do('propose-standard', PROPOSAL, { by: HEAD, ...at(after) });
    expect(play.obligation('propose').missedAt !== null).toBe(late);
  });

  it('that is approved revises the cadence of the asset, once, and ends the case', () => {
    const play = proposed();
    const events = play.do('approve-standard', { note: null }, { by: MANAGER });
    expect(play.all('cadence-revised').map(({ data }) => data)).toEqual([
      { duty: 'lift_inspection', cadence: TWICE, asset: 'lift-3-2', building: '3' },
    ]);
    expect(play.state.stage).toBe('closed');
    expect(play.open()).toEqual([]);
    // It is no resident's.
    expect(notices(events)).toEqual([`standard-decided → ${HEAD.id}`]);
    expect(play.refused('approve-standard', { note: null }, { by: MANAGER }).refused).toBe('case-closed');
    expect(effects(play.journal)).toMatchObject([{ data: { outcome: 'resolved' } }, { data: { outcome: 'closed' } }]);
  });

  it('is not decided on by who made it', () => {
    const play = new RevisionPlay();
    play.do('propose-standard', PROPOSAL, { by: MANAGER });
    const refusal = { refused: 'own-proposal', args: { staff: MANAGER.id } };
    expect(play.refused('approve-standard', { note: null }, { by: MANAGER })).toEqual(refusal);
    expect(play.refused('reject-standard', { reason: text('r') }, { by: MANAGER })).toEqual(refusal);
    expect(play.refused('approve-standard', { note: null }, { by: HEAD }).refused).toBe('role-not-allowed');
    play.do('approve-standard', { note: text('n') }, { by: GENERAL_MANAGER });
  });

  it('that is rejected is to be made anew in 7 days, and nothing is revised', () => {
    const play = proposed();
    const events = play.do('reject-standard', { reason: text('r') }, { by: MANAGER, ...at(3 * DAY) });
    expect(notices(events)).toEqual([`standard-decided → ${HEAD.id}`]);
    expect(play.open()).toEqual(['propose:2']);
    expect(play.obligation('propose:2').dueAt).toBe(MONDAY_9 + 10 * DAY);
    expect(play.refused('approve-standard', { note: null }, { by: MANAGER }).refused).toBe('not-allowed-now');
    const floating = { kind: 'floating', days: 10 } as const;
    play.do('propose-standard', { ...PROPOSAL, duty: 'lift_maintenance', cadence: floating }, { by: HEAD });
    expect(play.open()).toEqual(['approve:2']);
    play.do('approve-standard', { note: null }, { by: MANAGER });
    expect(play.all('cadence-revised').map(({ data }) => data.cadence)).toEqual([floating]);
  });

  it('that nobody decides on is missed, and climbs', () => {
    const play = proposed();
    play.until(MONDAY_9 + 16 * DAY + HOUR);
    expect(play.obligation('approve:1').missedAt).toBe(MONDAY_9 + 16 * DAY + 1);
    expect(play.all('escalated').length).toBeGreaterThan(0);
  });

  it('for a place has no asset', () => {
    const play = new RevisionPlay({ record: { asset: null } });
    play.do('propose-standard', PROPOSAL, { by: HEAD });
    play.do('approve-standard', { note: null }, { by: MANAGER });
    expect(play.all('cadence-revised').map(({ data }) => [data.asset, data.building])).toEqual([[null, '3']]);
  });
});

describe('a decided revision', () => {
  it('is taken up again by a manager, and revised once more', () => {
    const play = proposed();
    play.do('approve-standard', { note: null }, { by: MANAGER });
    expect(play.refused('reopen', { reason: text('r') }, { by: CLERK }).refused).toBe('role-not-allowed');
    play.do('reopen', { reason: text('r') }, { by: MANAGER });
    expect(play.open()).toEqual(['propose@2']);
    play.do('propose-standard', { ...PROPOSAL, cadence: { ...TWICE, times: 1 } }, { by: HEAD });
    play.do('approve-standard', { note: null }, { by: MANAGER });
    expect(play.all('cadence-revised')).toHaveLength(2);
  });
});
